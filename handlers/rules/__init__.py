"""Keyword rules: what one is, matching thousands at once, loading. Knows no chat."""
