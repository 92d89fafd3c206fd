"""What the owner says: settings, files, texts."""
