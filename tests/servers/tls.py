"""TLS in front of a server on loopback, with a certificate that is made for the test."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.servers.forward import carry


def make_certificate(directory: Path, *names: str) -> tuple[Path, Path]:
    """Make a certificate that trusts itself; return where its key and it are. Skips the test without OpenSSL."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is needed to make a certificate")
    key, certificate = directory / "key.pem", directory / "certificate.pem"
    whose = ("-subj", f"/CN={names[0]}", "-addext", "subjectAltName=" + ",".join(f"DNS:{name}" for name in names))
    made = ("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", certificate, *whose)
    subprocess.run([openssl, *map(str, made)], check=True, capture_output=True)
    return key, certificate


def server_side(key: Path, certificate: Path) -> ssl.SSLContext:
    """Return the server's side of TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


@asynccontextmanager
async def behind_tls(context: ssl.SSLContext, port: int) -> AsyncIterator[int]:
    """Give the port of a TLS server that leads to a plain one."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            await carry(reader, writer, far_reader, far_writer)
        finally:
            far_writer.close()
            writer.close()

    async with await asyncio.start_server(connected, "127.0.0.1", 0, ssl=context) as server:
        yield server.sockets[0].getsockname()[1]
