"""Simplified, Traditional, Pinyin, numerals."""
