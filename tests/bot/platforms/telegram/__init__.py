"""Tests of the Telegram platform, against the loopback Bot API."""
