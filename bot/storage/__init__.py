"""Redis, and the records in it."""
