"""A reply into a chat: paged, paced, the last state exactly once. Start at `delivery`."""
