"""A certificate for this machine that nobody signed but itself, as servers and clients in tests need it."""

from __future__ import annotations

import ssl
import tempfile
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

WORKFLOWS = "prod-00.westeurope.logic.azure.com"
"""A host of workflows in Teams."""


def serving() -> ssl.SSLContext:
    """For a server on 127.0.0.1, also called hook.example.com, or one of workflows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "both.pem")
        file.write_text("".join(_made()))
        context.load_cert_chain(file)
    return context


def trusting() -> ssl.SSLContext:
    """For a client that trusts that server, and no other."""
    return ssl.create_default_context(cadata=_made()[1])


def trusted_in(folder: Path) -> str:
    """The path of a file for ``SSL_CERT_FILE``: a process of its own trusts that server."""
    file = folder / "authority.pem"
    file.write_text(_made()[1])
    return str(file)


@cache
def _made() -> tuple[str, str]:
    """The key and the certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "here")])
    now = datetime.now(UTC)
    hosts = map(x509.DNSName, ("hook.example.com", "localhost", WORKFLOWS))
    names = [x509.IPAddress(ip_address("127.0.0.1")), *hosts]
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=400))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private.decode(), signed.public_bytes(serialization.Encoding.PEM).decode()
