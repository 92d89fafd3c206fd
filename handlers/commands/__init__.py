"""What people ask for by /name, one file a command."""
