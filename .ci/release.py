"""Write what a release is to dist/: wheel, image, their SBOMs, the API's description, notes and signed sums.

The program is CycloneDX's cyclonedx-py; the key, of SSH, signs. Without one a key is made for this run and
thrown away, which shows that the way works and proves nothing to anybody. With the description of an earlier
version the notes list what changed. buildah makes the image, from the base that is named or from one that
debootstrap makes.
"""

from __future__ import annotations

import argparse
import ast
import gzip
import hashlib
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"
LOCK = ROOT / "requirements.lock"
PROJECT = ROOT / "pyproject.toml"
PACKAGES = ("backend", "frontend", "matching")
FILES = (PROJECT, LOCK, ROOT / "README.md", ROOT / "LICENSE")
HANDBOOK = ROOT / "var" / "handbook"
UNREAD = shutil.ignore_patterns(".*", "objects.inv")  # of Sphinx, for Sphinx
BACKEND = "import sys; from setuptools import build_meta; print(build_meta.build_wheel(sys.argv[1]))"
DEBIAN = "trixie"
IMAGE = "localhost/titian"
PACKAGES_OF_IMAGE = {
    "deb/debian": ("dpkg-query", "-W", "-f", "${Package}==${Version}\n"),
    "pypi": ("/srv/titian/.venv/bin/python", "-m", "pip", "list", "--format=freeze"),
}
LIMITS = {"nofile": resource.RLIMIT_NOFILE, "nproc": resource.RLIMIT_NPROC}
SUMS = "SHA256SUMS"
SIGNERS = "allowed_signers"
SIGNER = "titian"  # the name in allowed_signers, and what the signature is for


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sbom-program", required=True)
    parser.add_argument("--key", type=Path)
    parser.add_argument("--earlier-api", type=Path)
    parser.add_argument("--base", default="")
    given = parser.parse_args()
    if changed := _printed("git", "status", "--porcelain"):
        sys.exit(f"A release is made of what is committed; these are not:\n{changed}")
    version = tomllib.loads(PROJECT.read_text())["project"]["version"]
    if not (ROOT / "tests" / "upgrades" / f"{version}.tar").is_file():
        sys.exit(f"tests/upgrades has no backup of {version}: python -m tests.upgrades.make writes it.")
    shutil.rmtree(DIST, ignore_errors=True)
    DIST.mkdir()
    wheel = build_wheel(DIST)
    with tempfile.TemporaryDirectory() as folder:
        if build_wheel(Path(folder)).read_bytes() != wheel.read_bytes():
            sys.exit("The wheel built twice is not the same: it would prove nothing.")
    write_sbom(given.sbom_program, DIST / f"titian-{version}.cdx.json")
    if needed := what_an_image_needs(given.base):
        print(f"The image was left out: it needs {needed}.")
    else:
        write_image(given.base, version, DIST)
    notes = notes_of(version, (ROOT / "CHANGELOG.md").read_text())
    api = DIST / f"titian-{version}.openapi.json"
    _run(sys.executable, "manage.py", "spectacular", "--format", "openapi-json", "--file", str(api))
    if given.earlier_api:
        before, now = (json.loads(path.read_text()) for path in (given.earlier_api, api))
        notes += "\n### API\n" + "".join(f"- {line}\n" for line in api_changes(before, now))
    (DIST / f"titian-{version}.md").write_text(notes)
    write_checksums(DIST)
    sign(DIST, given.key)
    verify(DIST)
    for path in sorted(DIST.iterdir()):
        print(f"{path.stat().st_size / 1e6:6.2f} MB  dist/{path.name}")


def build_wheel(target: Path) -> Path:
    """The wheel of these sources, in this folder; the same sources give the same bytes.

    It is built from a copy, so that nothing of an earlier build is in it. The handbook is in it where
    `make docs` has written it.
    """
    with tempfile.TemporaryDirectory() as folder:
        sources = Path(folder)
        for name in PACKAGES:
            shutil.copytree(ROOT / name, sources / name, ignore=shutil.ignore_patterns("__pycache__"))
        for file in FILES:
            shutil.copy(file, sources)
        if HANDBOOK.is_dir():
            shutil.copytree(HANDBOOK, sources / "frontend" / "handbook", ignore=UNREAD)
        for path in sources.rglob("*"):  # a wheel records who may read its files
            path.chmod(0o755 if path.is_dir() else 0o644)
        built = subprocess.run(
            [sys.executable, "-c", BACKEND, str(target.resolve())],
            cwd=sources, env=os.environ | {"SOURCE_DATE_EPOCH": _committed_at()}, umask=0o022,
            check=True, capture_output=True, text=True,
        )  # fmt: skip
    return target / built.stdout.splitlines()[-1]


def write_sbom(program: str, target: Path) -> None:
    """What the lock pins, in CycloneDX's JSON; torch with the range that the lock gives."""
    command = [program, "requirements", str(LOCK), "--pyproject", str(PROJECT), "--output-reproducible"]
    # It would warn of torch's range, and that no package is said to need another.
    environment = os.environ | {"SOURCE_DATE_EPOCH": _committed_at(), "PYTHONWARNINGS": "ignore"}
    subprocess.run([*command, "--output-file", str(target)], env=environment, check=True)


def what_an_image_needs(base: str) -> str:
    """What is missing here to make one; empty where nothing is."""
    if not shutil.which("buildah"):
        return "buildah"
    if base or (shutil.which("debootstrap") and os.geteuid() == 0):
        return ""
    return "debootstrap and root, or BASE, the name of an image of Debian"


def write_image(base: str, version: str, target: Path) -> None:
    """The image as `podman load` takes it, and its SBOM; built twice, it has the same packages."""
    name = f"{IMAGE}:{version}"
    build_image(again := f"{name}-again", base or make_base(DEBIAN))
    build_image(name, base or make_base(DEBIAN))
    packages = packages_of(name)
    if differing := packages ^ packages_of(again):
        sys.exit(f"The image built twice has not the same packages: {sorted(differing)}.")
    _printed("buildah", "rmi", again)
    (target / f"titian-{version}.image.cdx.json").write_text(sbom_of(packages, version))
    archive = target / f"titian-{version}.image.tar"
    _printed("buildah", "push", "--quiet", name, f"docker-archive:{archive}:{name}")
    with archive.open("rb") as plain, gzip.open(f"{archive}.gz", "wb", compresslevel=1) as packed:
        shutil.copyfileobj(plain, packed)
    archive.unlink()


def make_base(debian: str) -> str:
    """The name of an image of a clean Debian with its security updates, made by debootstrap."""
    name = f"localhost/debian:{debian}"
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder, "tree")
        _run_quietly("debootstrap", "--variant=minbase", debian, str(tree))
        sources = tree / "etc" / "apt" / "sources.list"
        stable = sources.read_text()
        sources.write_text(stable + re.sub(r"/debian/? (\w+)", r"/debian-security \1-security", stable))
        container = _printed("buildah", "from", "scratch")
        _printed("buildah", "add", "--quiet", container, str(tree), "/")
        _printed("buildah", "commit", "--quiet", "--rm", container, name)
    return name


def build_image(name: str, base: str) -> None:
    """An image of these sources; how pip reaches its packages here is lent to the build and not kept."""
    with tempfile.TemporaryDirectory() as folder:
        _run_quietly(
            *("buildah", "build", "--format=docker", "--isolation=chroot", f"--build-arg=BASE={base}"),
            *(*limits(), *_pip_of_this_machine(Path(folder))),
            *("--file=deploy/Containerfile", f"--tag={name}", "."),
        )


def limits() -> Iterator[str]:
    """Those of this process: buildah and podman would raise them, which not every root may."""
    for name, number in LIMITS.items():
        soft, hard = resource.getrlimit(number)
        yield f"--ulimit={name}={soft}:{hard}"


def _pip_of_this_machine(folder: Path) -> Iterator[str]:
    """Its settings as a secret of the build, with the files and folders that they name."""
    settings = {}
    for line in _printed(sys.executable, "-m", "pip", "config", "list").splitlines():
        key, _equals, quoted = line.partition("=")
        settings[key.rpartition(".")[2]] = str(ast.literal_eval(quoted))
    for name, value in settings.items():
        if Path(value).is_absolute() and Path(value).exists():
            yield f"--volume={value}:/run/pip/{name}:ro"
            settings[name] = f"/run/pip/{name}"
    told = folder / "pip.conf"
    told.write_text("\n".join(["[global]", *(f"{name} = {value}" for name, value in settings.items())]) + "\n")
    yield f"--secret=id=pip,src={told}"


def packages_of(image: str) -> set[tuple[str, str, str]]:
    """(kind, name, version) of each package of Debian and of Python."""
    container = _printed("buildah", "from", *limits(), image)
    inside = ("buildah", "run", "--isolation=chroot", container, "--")
    found = {
        (kind, *line.split("==", 1))
        for kind, command in PACKAGES_OF_IMAGE.items()
        for line in _printed(*inside, *command).splitlines()
    }
    _printed("buildah", "rm", container)
    return found


def sbom_of(packages: set[tuple[str, str, str]], version: str) -> str:
    """In CycloneDX's JSON."""
    components = [
        {"type": "library", "name": name, "version": of, "purl": purl, "bom-ref": purl}
        for kind, name, of in sorted(packages)
        for purl in [f"pkg:{kind}/{name}@{quote(of, safe='')}"]
    ]
    about = {"component": {"type": "container", "name": "titian", "version": version}}
    document = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "metadata": about}
    return json.dumps(document | {"components": components}, indent=1) + "\n"


def notes_of(version: str, changelog: str) -> str:
    """The section of this version."""
    sections = re.split(r"^(?=## )", changelog, flags=re.MULTILINE)
    found = [section for section in sections if section.startswith(f"## {version} ")]
    if len(found) != 1:
        sys.exit(f"CHANGELOG.md has {len(found)} sections of {version}: it needs one.")
    return found[0].strip() + "\n"


def api_changes(before: Any, now: Any, place: str = "") -> Iterator[str]:
    """What differs between two descriptions of the API, each part that is gone or new once."""
    before, now = _by_name(before), _by_name(now)
    if not (isinstance(before, dict) and isinstance(now, dict)):
        if before != now:
            yield f"`{place}`: {before!r} became {now!r}"
        return
    for key in sorted(before.keys() | now.keys()):
        inner = f"{place} {key}".strip()
        if key in before and key in now:
            yield from api_changes(before[key], now[key], inner)
        else:
            yield f"`{inner}` is {'gone' if key in before else 'new'}"


def _by_name(part: Any) -> Any:
    """A list as what its members are called: in a description their order means nothing."""
    if not isinstance(part, list):
        return part
    return {str(one.get("name", one)) if isinstance(one, dict) else str(one): one for one in part}


def write_checksums(folder: Path) -> None:
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(folder.iterdir())]
    (folder / SUMS).write_text("".join(lines))


def sign(folder: Path, key: Path | None) -> None:
    """Sign the checksums, and write the public key that verifies them."""
    with tempfile.TemporaryDirectory() as made:
        if key is None:
            key = Path(made, "key")
            print("No KEY was named: the checksums are signed with one that is thrown away.")
            _run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "thrown away", "-f", str(key))
        _run("ssh-keygen", "-q", "-Y", "sign", "-f", str(key), "-n", SIGNER, str(folder / SUMS))
        public = _printed("ssh-keygen", "-y", "-f", str(key))
    (folder / SIGNERS).write_text(f'{SIGNER} namespaces="{SIGNER}" {public}\n')


def verify(folder: Path) -> None:
    """As docs/deploy.md says how to: the signature of the checksums, and each checksum."""
    command = f"ssh-keygen -q -Y verify -f {SIGNERS} -I {SIGNER} -n {SIGNER} -s {SUMS}.sig".split()
    subprocess.run(command, cwd=folder, input=(folder / SUMS).read_bytes(), check=True)
    subprocess.run(["sha256sum", "--quiet", "--check", "--strict", SUMS], cwd=folder, check=True)


def _committed_at() -> str:
    """In seconds since 1970."""
    return _printed("git", "log", "-1", "--format=%ct")


def _printed(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def _run_quietly(*command: str) -> None:
    """Its many lines go to a file, of which the last ones are told where it fails."""
    with (ROOT / "var" / "image.log").open("w+") as log:
        if subprocess.run(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT).returncode:
            log.seek(0)
            sys.exit("".join(log.readlines()[-5:]) + f"(all of it: {log.name})")


def _run(*command: str) -> None:
    subprocess.run(command, cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
