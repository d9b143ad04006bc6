"""A server of others: real HTTPS on this machine, under a certificate of its own authority."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Answer:
    content: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    is_silent: bool = False  # says nothing until the server ends
    is_trickling: bool = False  # sends one header after the other until the server ends
    length: int | None = None  # what it claims, instead of what it sends


@dataclass(frozen=True)
class Asked:
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes = b""


@dataclass
class Peer:
    """What the server was asked, and by which it answers: `answer` of each request."""

    port: int
    host: str = "localhost"
    answer: Callable[[Asked], Answer] = lambda _asked: Answer()
    asked: list[Asked] = field(default_factory=list)

    def address(self, path: str = "/", host: str = "") -> str:
        return f"https://{host or self.host}:{self.port}{path}"


@contextmanager
def serving(certificate: Path, listens_at: str = "127.0.0.1") -> Iterator[Peer]:
    """A server that answers as its Peer is told, until the block ends."""
    ending = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked = Asked(parts.path, parse_qs(parts.query), dict(self.headers), body)
            peer.asked.append(asked)
            answer, is_begun = peer.answer(asked), False
            if answer.is_silent:
                ending.wait()
                return
            while answer.is_trickling and not ending.wait(0.05):
                self.wfile.write(b"x: y\r\n" if is_begun else b"HTTP/1.1 200 OK\r\n")
                is_begun = True
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.content) if answer.length is None else answer.length))
            self.end_headers()
            self.wfile.write(answer.content)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Who asked went away."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = Server((listens_at, 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    peer = Peer(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield peer
    finally:
        ending.set()
        server.shutdown()
        server.server_close()
        thread.join()


def make_certificate(path: Path, *addresses: str) -> Path:
    """A certificate for this machine's names, and these addresses, with its key, that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A server of others")])
    now = dt.datetime.now(dt.UTC)
    numbers = [x509.IPAddress(ipaddress.ip_address(one)) for one in ("127.0.0.1", *addresses)]
    names = [x509.DNSName("localhost"), *numbers]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path
