"""Make .venv and install what the locks name, with one sentence where that cannot be done.

With `--running` only what Titian runs with (requirements.lock), else also what developing needs. It runs
before anything is installed, so it uses the standard library alone.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements.lock"
DEVELOPING_LOCK = ROOT / "requirements-dev.lock"
STAMP = VENV / "installed-from"
UNFINISHED = VENV / "unfinished"
LOG = ROOT / "var" / "install.log"
OLDEST, NEWEST = (3, 11), (3, 14)  # the Pythons that every package of the lock has a wheel for
SECONDS_BETWEEN_LINES = 2.0

# What is not where it should be, asked of the environment's own Python: names one requirement per line.
MISSING = """
import importlib.metadata, sys
for line in sys.stdin:
    name, _, version = line.strip().partition("==")
    name = name.partition(">=")[0].partition("[")[0]
    try:
        found = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        found = None
    if found is None or version and found != version:
        print(name)
"""

NETWORK = (
    ("Temporary failure in name resolution", "the registry's name cannot be resolved"),
    ("Name or service not known", "the registry's name cannot be resolved"),
    ("nodename nor servname", "the registry's name cannot be resolved"),
    ("ProxyError", "the proxy refused"),
    ("Cannot connect to proxy", "the proxy refused"),
    ("Connection refused", "the registry refused the connection"),
    ("Network is unreachable", "there is no network"),
    ("SSLError", "the registry's certificate is not trusted"),
    ("CERTIFICATE_VERIFY_FAILED", "the registry's certificate is not trusted"),
    ("timed out", "the registry did not answer in time"),
    ("Connection reset", "the connection broke"),
    ("Connection broken", "the connection broke"),
    ("Connection aborted", "the connection broke"),
)


def main(*arguments: str) -> None:
    locks = [LOCK] if "--running" in arguments else [LOCK, DEVELOPING_LOCK]
    wanted = {hashlib.sha256(lock.read_bytes()).hexdigest() for lock in locks}
    installed = set(STAMP.read_text().split()) if PYTHON.exists() and STAMP.exists() else set()
    if wanted <= installed:
        return
    check_version(python_version())
    if UNFINISHED.exists() or not PYTHON.exists():
        make_environment()
    if missing(locks):
        install(locks)
    STAMP.write_text("\n".join(sorted(wanted)) + "\n")


def python_version() -> tuple[int, int]:
    """(major, minor) of the Python in .venv, or of this one where .venv is still to be made."""
    settings = VENV / "pyvenv.cfg"
    if settings.exists() and not UNFINISHED.exists():
        found = re.search(r"^version\s*=\s*(\d+)\.(\d+)", settings.read_text(), re.MULTILINE)
        if found:
            return int(found[1]), int(found[2])
    return sys.version_info[0], sys.version_info[1]


def check_version(version: tuple[int, int]) -> None:
    """Refuse a Python for which pip would find no wheels, before it downloads any."""
    if OLDEST <= version <= NEWEST:
        return
    first, last, this = (".".join(map(str, numbers)) for numbers in (OLDEST, NEWEST, version))
    fail(
        f"Titian needs Python {first} to {last} and this is {this}: "
        f"remove .venv if it is there and name another one, e.g. make install PYTHON=python{last}."
    )


def make_environment() -> None:
    """Make .venv; what an interrupted try left, a Python without its pip, is made again from nothing."""
    print(f"Making .venv with Python {sys.version.split()[0]} ...", flush=True)
    if UNFINISHED.exists():
        shutil.rmtree(VENV)
    VENV.mkdir(exist_ok=True)
    UNFINISHED.touch()
    made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True)
    if made.returncode:
        words = made.stdout + made.stderr
        if "ensurepip" in words:
            version = f"{sys.version_info.major}.{sys.version_info.minor}"
            fail(f"This Python has no venv: install the system package python{version}-venv, then try again.")
        fail(f"The environment .venv could not be made: {last_line(words)}")
    UNFINISHED.unlink()


def requirements(locks: Iterable[Path]) -> list[str]:
    lines = (line.split("#")[0].strip() for lock in locks for line in lock.read_text().splitlines())
    return [line for line in lines if line]


def missing(locks: Iterable[Path]) -> list[str]:
    names = subprocess.run(
        [str(PYTHON), "-c", MISSING], input="\n".join(requirements(locks)), capture_output=True, text=True
    )
    return names.stdout.split() if names.returncode == 0 else ["everything"]


def install(locks: Iterable[Path]) -> None:
    total = len(requirements(locks))
    print(f"Installing {total} packages; the first time some 400 MB are downloaded ...", flush=True)
    began = time.monotonic()
    command = [str(PYTHON), "-m", "pip", "install", "--only-binary", ":all:"]
    command += [f"--requirement={lock}" for lock in locks]
    command += ["--no-input", "--disable-pip-version-check", "--root-user-action", "ignore", "--no-compile"]
    LOG.parent.mkdir(exist_ok=True)
    with LOG.open("w") as errors:
        # On a terminal pip draws its own progress; elsewhere a line now and then.
        shown = None if sys.stdout.isatty() else subprocess.PIPE
        pip = subprocess.Popen(command, stdout=shown, stderr=errors, text=True)
        if pip.stdout is not None:
            tell(pip.stdout, total)
        code = pip.wait()
    if code:
        fail(f"{sentence_for(LOG.read_text())} (pip's own words: {LOG.relative_to(ROOT)})")
    compile_meanwhile()
    print(f"Installed in {time.monotonic() - began:.0f} s.", flush=True)


def compile_meanwhile() -> None:
    """Compile the packages beside what comes next: pip would let everybody wait for it, some 20 s."""
    subprocess.Popen(
        [str(PYTHON), "-m", "compileall", "-q", str(VENV / "lib")],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def tell(lines: Iterable[str], total: int) -> None:
    told_at, collected = time.monotonic(), 0
    for line in lines:
        collected += line.startswith("Collecting ")
        unpacking = line.startswith("Installing ")
        downloading = re.match(r"\s+Downloading (\S+?)-\d\S* \(([\d.]+ [MG]B)\)", line)
        if time.monotonic() - told_at >= SECONDS_BETWEEN_LINES or downloading or unpacking:
            told_at = time.monotonic()
            what = f"downloading {downloading[1]}, {downloading[2]}" if downloading else "working"
            if unpacking:
                collected, what = total, "unpacking them all"
            print(f"  {min(collected, total)} of {total}: {what}", flush=True)


def sentence_for(words: str) -> str:
    """What went wrong, from what pip says."""
    again = "then run make install again; what was downloaded is kept."
    if "No space left" in words:
        return f"The disk is full: free 3 GB, {again}"
    if refused := re.search(r"HTTP error (\d+)|(\d{3}) (?:Client|Server) Error", words):
        status = refused[1] or refused[2]
        return f"A download was refused (HTTP {status}): check which registry pip is set to use, {again}"
    # After what ends it for good: pip also warns of a broken connection that it tries again and mends.
    for sign, meaning in NETWORK:
        if sign in words:
            return f"The packages could not be downloaded ({meaning}): check network and proxy, {again}"
    if absent := re.search(r"No matching distribution found for (\S+)", words):
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        reached = "" if "(from versions: none)" not in words else "the registry cannot be reached, or "
        return (
            f"No package {absent[1]} was found: {reached}none is ready-made for Python {version} here; "
            "try another Python after removing .venv, e.g. make install PYTHON=python3.12."
        )
    return f"The packages could not be installed: {last_line(words)}"


def last_line(words: str) -> str:
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason was given"


def fail(sentence: str) -> None:
    sys.exit(sentence)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit("\nInterrupted: run make install to go on.")
