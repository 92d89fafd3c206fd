"""What is not answered yet, and whose it is."""
