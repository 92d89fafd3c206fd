"""Plain values that every room knows: messages, replies, commands."""
