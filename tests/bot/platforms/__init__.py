"""Tests of the platforms, against servers on loopback."""
