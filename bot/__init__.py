"""The machine: platforms, turns, delivery and memory. It knows no command, no rule and no text."""
