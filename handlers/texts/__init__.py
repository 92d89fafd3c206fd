"""The catalogue: every sentence in every language."""
