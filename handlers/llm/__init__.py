"""The language model: what it is asked, how it is asked, and what can go wrong."""
