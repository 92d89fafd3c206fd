"""The files an FAQ can stand in, one file a format: each reads drafts and writes entries."""

from __future__ import annotations
