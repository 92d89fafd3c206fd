"""Whom the model's operator sees: a keyed hash of a person, never the id itself."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from pathlib import Path

import structlog

from bot.config.private_files import make_private
from bot.domain.message import Message

log = structlog.get_logger(__name__)

NAME = "identity.key"
KEY_BYTES = 32


def identifier(message: Message, key: bytes) -> str:
    """Return 64 hexadecimal digits that are the same for this person always, and tell nobody who it is."""
    who = json.dumps((message.platform, message.sender.id))
    return hmac.new(key, who.encode(), hashlib.sha256).hexdigest()


def identity_key(data_dir: Path) -> bytes:
    """Return the key kept in the data directory, made when there is none yet.

    Where it cannot be kept, identifiers last as long as the process.
    """
    path = data_dir / NAME
    try:
        make_private(data_dir)
        return _kept(path) or _made(path)
    except OSError as error:
        log.warning("identity key cannot be kept, identifiers change with every start", cause=type(error).__name__)
        return secrets.token_bytes(KEY_BYTES)


def _kept(path: Path) -> bytes:
    """Return the key, or nothing where there is none or only a part of one (a disk that was full)."""
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        return b""
    return key if len(key) == KEY_BYTES else b""


def _made(path: Path) -> bytes:
    """Write a new key beside its place and move it there, so that nobody ever reads half of one."""
    key = secrets.token_bytes(KEY_BYTES)
    draft = path.with_name(f"{NAME}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
    draft.replace(path)
    return key
