"""Whom do we believe at the other end of a line that we open ourselves? Only who has a certificate for that name.

At the other end stands a TLS server of the test's own, whose certificate no authority gave.
"""

from __future__ import annotations

import hashlib
import shutil
import socket
import ssl
import subprocess
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from itsdangerous import BadSignature, URLSafeTimedSerializer

from signals.consumers.broker import client_options, ssl_context
from signals.settings import load_settings
from signals.web.cookies import Jar
from signals.web.signin.journey import new_journey
from signals.web.signin.provider import Provider, ProviderAwayError, Registration
from tests.web.office import SECRET

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from signals.settings import Settings


@dataclass
class Stranger:
    """A TLS server on loopback, with a certificate of its own making for the name localhost."""

    port: int
    certificate: Path
    asked: int = 0  # how many connections came as far as sending something

    def serve(self, listening: socket.socket, context: ssl.SSLContext) -> None:
        """Take connections until the socket is shut."""
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                try:
                    with context.wrap_socket(connection, server_side=True) as secured:
                        self.asked += bool(secured.recv(1))
                except OSError:  # the other side did not believe the certificate
                    continue


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stranger]:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed on this machine: it makes the certificate of the server")
    folder = tmp_path_factory.mktemp("tls")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
        timeout=60,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Stranger(listening.getsockname()[1], certificate)
        thread = threading.Thread(target=server.serve, args=(listening, context))
        thread.start()
        yield server
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(15)
    assert not thread.is_alive()


def broker(protocol: str, **given: object) -> Settings:
    if protocol.startswith("SASL"):
        given |= {"kafka_sasl_mechanism": "SCRAM-SHA-512", "kafka_username": "worker", "kafka_password": "made-up"}
    return load_settings(kafka_bootstrap="kafka.example.nl:9093", kafka_security_protocol=protocol, **given)


def greeted(server: Stranger, context: ssl.SSLContext, name: str) -> str | None:
    """The version of TLS that was agreed on with the server, asked for under this name."""
    with (
        socket.create_connection(("127.0.0.1", server.port), timeout=10) as line,
        context.wrap_socket(line, server_hostname=name) as secured,
    ):
        secured.sendall(b"x")
        return secured.version()


@pytest.mark.parametrize("protocol", ["SSL", "SASL_SSL"])
def test_a_broker_is_believed_by_its_certificate_alone(stranger: Stranger, protocol: str) -> None:
    strict = ssl_context(broker(protocol))
    assert strict is not None
    with pytest.raises(ssl.SSLCertVerificationError):
        greeted(stranger, strict, "localhost")
    ours = ssl_context(broker(protocol, kafka_cafile=str(stranger.certificate)))
    assert ours is not None
    assert greeted(stranger, ours, "localhost") in {"TLSv1.2", "TLSv1.3"}
    with pytest.raises(ssl.SSLCertVerificationError):
        greeted(stranger, ours, "kafka.example.nl")


def test_an_older_tls_is_not_spoken_and_the_name_is_looked_at() -> None:
    context = ssl_context(broker("SSL"))
    assert context is not None
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert client_options(broker("SSL"))["ssl_check_hostname"] is True


@pytest.mark.parametrize("protocol", ["PLAINTEXT", "SASL_PLAINTEXT"])
def test_where_tls_is_not_asked_for_there_is_none(protocol: str) -> None:
    assert ssl_context(broker(protocol)) is None


def test_a_provider_is_believed_by_its_certificate_alone(stranger: Stranger) -> None:
    provider = Provider(Registration(f"https://localhost:{stranger.port}", "signals", None, "https://signals.example"))
    before = stranger.asked
    with pytest.raises(ProviderAwayError):
        provider.authorization_url(new_journey("/", datetime(2026, 11, 2, tzinfo=UTC)))
    assert stranger.asked == before


def test_a_cookie_is_signed_with_sha_256() -> None:
    salt, strong = "signals.web.cookies:session", {"key_derivation": "hmac", "digest_method": hashlib.sha256}
    sealed = Jar(SECRET, secure=True).sealed("session", "value")
    assert URLSafeTimedSerializer(SECRET, salt=salt, signer_kwargs=strong).loads(sealed) == "value"
    with pytest.raises(BadSignature):
        URLSafeTimedSerializer(SECRET, salt=salt).loads(sealed)
