"""Reading and writing texts of people's: encodings, YAML, Markdown."""
