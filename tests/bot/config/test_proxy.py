"""Which proxy leads where, and which cannot be used."""

from __future__ import annotations

import pytest

from bot.config.proxy import proxy_of
from bot.config.settings import SettingsError, read_settings
from tests.servers.forward import surround
from tests.servers.overheard import LEDGER

HTTP, HTTPS, ALL = "http://127.0.0.1:1", "http://127.0.0.1:2", "http://127.0.0.1:3"
DISCORD = "https://discord.com/api/v10"


@pytest.mark.parametrize(
    ("url", "proxy"),
    [
        ("http://example.org/x", HTTP),
        ("ws://example.org/x", HTTP),
        (DISCORD, HTTPS),
        ("wss://gateway.discord.gg/?v=10", HTTPS),
        ("ftp://example.org", ALL),
        ("https://api.near.example", None),
        ("ws://127.0.0.1:8081/gateway", None),
        ("http://[::1]:8081/", None),
        ("nonsense", None),
        ("http://[", None),
        ("", None),
    ],
)
def test_an_address_has_the_proxy_of_its_scheme(monkeypatch: pytest.MonkeyPatch, url: str, proxy: str | None) -> None:
    surround(monkeypatch, HTTP_PROXY=HTTP, https_proxy=HTTPS, ALL_PROXY=ALL, NO_PROXY="127.0.0.1,::1,.near.example")
    assert proxy_of(url) == proxy


@pytest.mark.parametrize(
    ("exempt", "url", "is_exempt"),
    [
        ("localhost, 10.0.0.0/8", "http://10.1.2.3:8081/bot", True),
        ("localhost, 10.0.0.0/8", "http://11.1.2.3:8081/bot", False),
        ("fd00::/8", "http://[fd00::1]:8081/", True),
        ("*.near.example", "https://api.near.example", True),
        ("*.near.example", "https://nearer.example", False),
        ("localhost,*", DISCORD, True),
        ("127.0.0.1:8081", "ws://127.0.0.1:8081/gateway", True),
        ("127.0.0.1:8081", "ws://127.0.0.1:8082/gateway", False),
        ("", "http://127.0.0.1", False),
        (",", "http://127.0.0.1", False),
    ],
)
def test_what_needs_none_is_named_in_every_way_that_people_know(
    monkeypatch: pytest.MonkeyPatch, exempt: str, url: str, *, is_exempt: bool
) -> None:
    surround(monkeypatch, ALL_PROXY=ALL, NO_PROXY=exempt)
    assert (proxy_of(url) is None) is is_exempt


def test_without_any_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    surround(monkeypatch)
    assert proxy_of(DISCORD) is None


def test_the_one_for_all_and_one_without_a_scheme_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    surround(monkeypatch, ALL_PROXY="ann:test-password@proxy.example:3128")
    assert proxy_of("wss://gateway.discord.gg") == "http://ann:test-password@proxy.example:3128"


def test_one_that_is_not_asked_for_may_be_of_any_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    surround(monkeypatch, HTTPS_PROXY=HTTPS, ALL_PROXY="socks5://127.0.0.1:7891")
    assert proxy_of(DISCORD) == HTTPS


@pytest.mark.parametrize("kind", ["socks5", "socks5h", "SOCKS4", "socks"])
def test_a_socks_proxy_is_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    surround(monkeypatch, ALL_PROXY=f"{kind}://ann:test-password@127.0.0.1:7891")
    with pytest.raises(SettingsError, match=r"^ALL_PROXY: .*SOCKS.* HTTPS_PROXY, like http://127") as refused:
        proxy_of(DISCORD)
    assert "test-password" not in str(refused.value)


@pytest.mark.parametrize("proxy", ["ftp://proxy:1", "http://", "http://proxy:port", "http://proxy:99999", "http://[x"])
def test_what_is_no_address_is_named_by_its_variable(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    surround(monkeypatch, HTTPS_PROXY=proxy)
    with pytest.raises(SettingsError, match=r"^HTTPS_PROXY: an address like http://127\.0\.0\.1:7890 is expected$"):
        proxy_of(DISCORD)


@pytest.mark.parametrize("scheme", ["http://", "socks5://", ""])
def test_the_password_of_a_proxy_is_a_secret(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    LEDGER.now.keeps("test-p@ssword")
    surround(monkeypatch, HTTPS_PROXY=f"{scheme}ann:test-p%40ssword@127.0.0.1:2")
    assert {"test-p@ssword", "test-p%40ssword"} <= read_settings(_env_file=None).secrets
