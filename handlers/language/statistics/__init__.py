"""Counting words: weights, keywords, models."""
