"""Which proxy leads to an address: what HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY of the environment say of it.

Everything that goes out by itself asks here, so that all of it goes the same way: Telegram, Discord and the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from aiohttp.client import ClientTimeout
from aiohttp.client_reqrep import ClientRequest
from aiohttp.connector import Connection
from aiohttp.hdrs import PROXY_AUTHORIZATION
from aiohttp.tracing import Trace
from yarl import URL

from bot.config.settings import SettingsError

# A WebSocket begins as a request of these.
BEGINS_AS = {"ws": "http", "wss": "https"}
SPOKEN = ("http", "https")
EXAMPLE = "http://127.0.0.1:7890"


def proxy_of(url: str) -> str | None:
    """Return the proxy that leads to an address, user and password included, or None where none does.

    Raises:
        SettingsError: Nothing can go through it. The sentence does not tell its address, which may hold a password.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    known = getproxies()
    if not host or _is_exempt(host, port, known.get("no", "")):
        return None
    scheme = BEGINS_AS.get(parts.scheme, parts.scheme)
    name = scheme if known.get(scheme) else "all"
    proxy = known.get(name)
    if not proxy:
        return None
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    _check(proxy, f"{name}_PROXY".upper(), scheme)
    return proxy


class Connector(aiohttp.TCPConnector):
    """Opens the connections of a session, so many at once (0: any number), by the proxy of the address each goes to.

    Left to itself aiohttp asks the environment (and reads ~/.netrc) in another thread at every request, and discord.py
    knows but one proxy for the API and the gateway alike.
    """

    def __init__(self, limit: int = 0) -> None:
        super().__init__(limit=limit)
        # By origin.
        self._ways: dict[URL, tuple[URL | None, Mapping[str, str]]] = {}

    async def connect(
        self,
        req: ClientRequest,
        traces: list[Trace],
        timeout: ClientTimeout,  # noqa: ASYNC109 — the signature is the library's
    ) -> Connection:
        """Return a connection for a request, also for the one that a WebSocket begins as."""
        origin = req.url.origin()
        if origin not in self._ways:
            self._ways[origin] = _way(proxy_of(str(origin)))
        proxy, login = self._ways[origin]
        req.update_proxy(proxy, None, login or None)
        if not req.is_ssl():  # there is no tunnel to ask for: the request itself is the proxy's to read
            req.headers.update(login)
        return await super().connect(req, traces, timeout)


def _is_exempt(host: str, port: int | None, exempt: str) -> bool:
    """Return whether NO_PROXY names a host: as Python knows it, by `*` and `*.name`, or by a network (10.0.0.0/8)."""
    if proxy_bypass(f"{host}:{port}" if port and ":" not in host else host):
        return True
    return any(_is_of(host, each.strip().lower()) for each in exempt.split(","))


def _is_of(host: str, name: str) -> bool:
    if name.startswith("*"):
        return host.endswith(name[1:])
    try:
        return ip_address(host) in ip_network(name, strict=False)
    except ValueError:
        return False


def _check(proxy: str, variable: str, scheme: str) -> None:
    try:
        parts = urlsplit(proxy)
        usable = parts.scheme in SPOKEN and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if usable:
        return
    if proxy.lower().startswith("socks"):
        raise SettingsError(
            f"{variable}: nothing here can go through a SOCKS proxy; name an HTTP proxy in {scheme.upper()}_PROXY, "
            f"like {EXAMPLE} (most proxy programs offer both, often at one port)"
        )
    raise SettingsError(f"{variable}: an address like {EXAMPLE} is expected")


def _way(proxy: str | None) -> tuple[URL | None, Mapping[str, str]]:
    """Return where a proxy is, and its login apart: aiohttp's errors tell the whole address of the proxy."""
    if proxy is None:
        return None, {}
    url = URL(proxy)
    if url.user is None:
        return url, {}
    login = aiohttp.encode_basic_auth(url.user, url.password or "")
    return url.with_user(None), {PROXY_AUTHORIZATION: login}
