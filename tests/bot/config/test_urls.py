"""What of an address is a password, and what may be told."""

from __future__ import annotations

import pytest

from bot.config.settings import read_settings
from bot.config.urls import fault, passwords, told
from bot.storage.embedded import open_store
from bot.storage.store import StoreError


@pytest.mark.parametrize(
    ("url", "known"),
    [
        ("redis://user:p%40ss@host:6379/0", {"p%40ss", "p@ss"}),
        ("redis://host:6379/0?password=p%2Fss", {"p%2Fss", "p/ss"}),
        ("redis://host/0?cluster=true&username=me&password=two+words", {"two+words", "two words"}),
        ("rediss://:one@host/0?ssl_password=two", {"one", "two"}),
        ("unix:///run/redis.sock?password=p%2540ss", {"p%2540ss", "p%40ss", "p@ss"}),
        ("//me:proxied@proxy:8080", {"proxied"}),
        ("redis://host:6379/0?db=1", set()),
        ("what is my password=x?", set()),
        ("http://[::1", set()),
    ],
)
def test_passwords_are_known_wherever_they_stand(url: str, known: set[str]) -> None:
    assert set(passwords(url)) == known


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://:pass@host:6379/0?password=p@ss", "host:6379/0"),
        ("redis://127.0.0.1:1/0?password=p@ss", "redis://127.0.0.1:1/0"),
        ("unix:///run/redis.sock?password=x", "unix:///run/redis.sock"),
        ("", ""),
    ],
)
def test_an_address_is_told_without_its_passwords(url: str, shown: str) -> None:
    assert told(url) == shown


@pytest.mark.parametrize("url", ["redis://:ab/cd@host/0", "redis://:ab?cd@host/0", "redis://[::1"])
async def test_an_address_that_cannot_be_read_is_refused_without_being_told(url: str) -> None:
    assert fault(url)
    with pytest.raises(StoreError, match=r"^REDIS_URL: it cannot be read; ") as refused:
        async with open_store(read_settings(_env_file=None, redis_url=url)):
            pass
    assert "ab" not in str(refused.value)
