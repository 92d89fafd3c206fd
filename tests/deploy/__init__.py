"""Everything in deploy/, checked by those who would read it."""
