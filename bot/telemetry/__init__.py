"""What the process says: logs without secrets, metrics."""
