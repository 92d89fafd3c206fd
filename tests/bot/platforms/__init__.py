"""Platforms against loopback servers."""
