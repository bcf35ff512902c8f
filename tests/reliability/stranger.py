"""Somebody between the bot and Telegram, with a certificate nobody vouches for."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Heard:
    tries: int = 0
    handshakes: int = 0
    bytes: int = 0


def certificate(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), False)
        .sign(key, hashes.SHA256())
    )
    own = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "stranger.pem"
    file.write_bytes(own + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@asynccontextmanager
async def stranger(folder: Path) -> AsyncIterator[tuple[str, Heard]]:
    heard = Heard()

    async def secret(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.handshakes += 1
        heard.bytes += len(await reader.read(65_536))
        writer.close()

    tls = await asyncio.start_server(secret, "127.0.0.1", 0, ssl=certificate(folder))

    async def front(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.tries += 1
        there, out = await asyncio.open_connection(*tls.sockets[0].getsockname())
        await asyncio.gather(passed(reader, out), passed(there, writer), return_exceptions=True)

    server = await asyncio.start_server(front, "127.0.0.1", 0)
    try:
        yield f"https://localhost:{server.sockets[0].getsockname()[1]}", heard
    finally:
        server.close()
        tls.close()


async def passed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
    writer.close()
