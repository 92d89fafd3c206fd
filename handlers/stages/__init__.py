"""The stages of an answer, one file each; each joins a room of handlers to the contract."""
