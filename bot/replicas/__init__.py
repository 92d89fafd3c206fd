"""Several processes on one Redis: who is there, and who does what. Start at `replica`."""
