"""A Dask cluster on this machine, as deploy/dask.yaml starts it: real processes and certificates."""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from distributed import Client
from distributed.security import Security
from django.conf import settings

SECONDS = 60  # until what does not start fails


class LocalCluster:
    """A scheduler, and the workers that are started; ends with its block. `config` changes dask.yaml."""

    def __init__(self, folder: Path, config: dict[str, Any] | None = None, protocol: str = "tls") -> None:
        self.folder, self.protocol = folder, protocol
        make_certificates(folder)
        given = (settings.BASE_DIR / "deploy" / "dask.yaml").read_text()
        found = yaml.safe_load(given.replace("/etc/titian/cluster", str(folder)))
        merge(found, config or {})
        (folder / "dask.yaml").write_text(yaml.safe_dump(found))
        given_by_nanny = found["distributed"]["nanny"]["pre-spawn-environ"]  # which is left out here
        self.environment = {name: str(value) for name, value in given_by_nanny.items()}
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.address = f"{protocol}://127.0.0.1:{port}"
        self.scheduler = self._start("scheduler", "--host", self.address.rpartition(":")[0], "--port", str(port))
        self.workers: list[subprocess.Popen[bytes]] = []
        self.client = Client(
            self.address,
            security=security(folder) if protocol == "tls" else None,
            timeout=SECONDS,
            set_as_default=False,
        )

    def start_worker(self) -> subprocess.Popen[bytes]:
        """A worker of one thread, once the scheduler knows it."""
        before = len(self.client.scheduler_info()["workers"])
        worker = self._start("worker", self.address, "--nthreads", "1", "--memory-limit", "0", "--no-nanny")
        self.workers.append(worker)
        self.client.wait_for_workers(before + 1, timeout=SECONDS)
        return worker

    def stop_worker(self) -> None:
        """End the last one, until the scheduler knows that."""
        self.kill(self.workers.pop())
        end = time.monotonic() + SECONDS
        while len(self.client.scheduler_info()["workers"]) > len(self.workers):
            assert time.monotonic() < end, "the scheduler still knows the worker"

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """End it as the kernel would."""
        process.send_signal(signal.SIGKILL)
        process.wait(SECONDS)

    def _start(self, part: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{part}", *arguments]
        command += ["--no-dashboard", "--dashboard-address", "127.0.0.1:0"]
        if part == "worker":
            command += ["--local-directory", str(self.folder)]
        environment = {**os.environ, **self.environment, "DASK_CONFIG": str(self.folder / "dask.yaml")}
        with (self.folder / f"{part}.log").open("ab") as log:
            return subprocess.Popen(
                command, cwd=settings.BASE_DIR, env=environment, stdout=log, stderr=log, start_new_session=True
            )

    def transitions(self) -> int:
        """How many changes of tasks the scheduler has seen."""
        return int(self.client.run_on_scheduler(lambda dask_scheduler: dask_scheduler.transition_counter))

    def logs(self) -> str:
        """What scheduler and workers wrote."""
        return "".join(path.read_text() for path in sorted(self.folder.glob("*.log")))

    def __enter__(self) -> LocalCluster:
        return self

    def __exit__(self, *_error: object) -> None:
        self.client.close()
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait(SECONDS)


def merge(config: dict[str, Any], changes: dict[str, Any]) -> None:
    """Change a tree of settings."""
    for name, value in changes.items():
        if isinstance(value, dict):
            merge(config.setdefault(name, {}), value)
        else:
            config[name] = value


def security(folder: Path) -> Security:
    """Of a client with the folder's certificate."""
    authority, certificate, key = (str(folder / name) for name in ("ca.pem", "cert.pem", "key.pem"))
    return Security(require_encryption=True, tls_ca_file=authority, tls_client_cert=certificate, tls_client_key=key)


def make_certificates(folder: Path) -> None:
    """ca.pem, and cert.pem with key.pem signed by it, for this machine and a day."""
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Titian test authority")])
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "titian")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    root = (
        certificate_of(authority, authority, authority_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    own = certificate_of(name, authority, key).add_extension(here, critical=False)
    pem = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(root.public_bytes(pem))
    (folder / "cert.pem").write_bytes(own.sign(authority_key, hashes.SHA256()).public_bytes(pem))
    (folder / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def certificate_of(name: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    """A certificate of a day, still to be signed."""
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
    )
