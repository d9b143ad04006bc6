"""Settings from the environment are used as meant, or refused in one sentence."""

import os
import re
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from backend.config.environment import (
    database_from,
    flag_from,
    jitsi_from,
    mail_from,
    number_from,
    providers_from,
    refuse_public_demo,
    web_processes_here,
    words_from,
)


@pytest.mark.parametrize(("given", "meant"), [("1", True), ("yes", True), ("0", False), ("off", False), ("", False)])
def test_a_flag_is_read_as_written(monkeypatch: pytest.MonkeyPatch, given: str, meant: bool) -> None:
    monkeypatch.setenv("TITIAN_DEMO", given)
    assert flag_from("TITIAN_DEMO") is meant


def test_a_flag_that_is_neither_yes_nor_no_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TITIAN_DEMO", "maybe")
    with pytest.raises(ImproperlyConfigured, match="TITIAN_DEMO must be 1 or 0, not 'maybe'"):
        flag_from("TITIAN_DEMO")


@pytest.mark.parametrize(
    ("processors", "memory_mb", "started"),
    [(1, 24_000, 1), (2, 4_000, 2), (8, 24_000, 4), (4, 3_000, 2), (2, 1_000, 1)],
)
def test_a_web_process_for_each_processor_as_far_as_memory_goes(
    monkeypatch: pytest.MonkeyPatch, processors: int, memory_mb: int, started: int
) -> None:
    sizes = {"SC_PAGE_SIZE": 1 << 20, "SC_PHYS_PAGES": memory_mb}
    monkeypatch.setattr(os, "sysconf", sizes.__getitem__)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: set(range(processors)))
    assert web_processes_here() == started


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "::1", "127.8.8.8", "titian.localhost"])
def test_a_demo_on_this_machine_is_started(host: str) -> None:
    refuse_public_demo([host])


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "*", ".example.org", "forum.example.org"])
def test_a_demo_on_another_address_is_refused(host: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=re.escape(f"“{host}” is not this machine")):
        refuse_public_demo(["127.0.0.1", host])


PUBLIC = {"ALLOWED_HOSTS": "forum.example.org", "TITIAN_HOST": "0.0.0.0", "TITIAN_ADDRESS": "https://f.example.org"}


@pytest.mark.slow
@pytest.mark.parametrize("command", [["check", "--deploy"], ["serve"]])
@pytest.mark.parametrize("name", PUBLIC)
def test_neither_the_start_nor_the_check_lets_a_public_demo_pass(name: str, command: list[str]) -> None:
    environment = os.environ | {"TITIAN_DEMO": "1", name: PUBLIC[name]}
    done = subprocess.run(
        [sys.executable, "manage.py", *command], env=environment, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "TITIAN_DEMO_PUBLIC=1" in done.stderr


@pytest.mark.slow
def test_a_public_demo_that_is_meant_passes_the_check() -> None:
    environment = os.environ | PUBLIC | {"TITIAN_DEMO": "1", "TITIAN_DEMO_PUBLIC": "1"}
    environment.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)  # set by the journeys, refused in deployment
    command = [sys.executable, "manage.py", "check", "--deploy"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("given", ["0", "65536", "80a", "-1", "８０８０"])
def test_a_port_that_cannot_be_one_is_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("TITIAN_PORT", given)
    with pytest.raises(ImproperlyConfigured, match="TITIAN_PORT must be a whole number from 1 to 65535"):
        number_from("TITIAN_PORT", 8000, least=1, most=65535)


def test_a_jitsi_is_asked_by_https_and_with_a_long_secret_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TITIAN_JITSI", "https://meet.example.org/")
    assert jitsi_from("TITIAN_JITSI", "s" * 32) == "https://meet.example.org"
    with pytest.raises(ImproperlyConfigured, match="needs TITIAN_JITSI_SECRET"):
        jitsi_from("TITIAN_JITSI", "s" * 31)
    monkeypatch.setenv("TITIAN_JITSI", "http://meet.example.org")
    with pytest.raises(ImproperlyConfigured, match="https://"):
        jitsi_from("TITIAN_JITSI", "s" * 32)


MOE = {
    "TITIAN_OIDC": "moe",
    "TITIAN_OIDC_MOE_ISSUER": "https://id.example.org/realms/moe",
    "TITIAN_OIDC_MOE_CLIENT": "titian",
    "TITIAN_OIDC_MOE_SECRET": "hidden",
}


def test_a_provider_is_named_by_variables_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    assert providers_from("TITIAN_OIDC") == []
    for name, value in MOE.items():
        monkeypatch.setenv(name, value)
    [found] = providers_from("TITIAN_OIDC")
    assert (found["name"], found["issuer"], found["factors"]) == ("moe", MOE["TITIAN_OIDC_MOE_ISSUER"], ())
    monkeypatch.setenv("TITIAN_OIDC_MOE_NAME", "Ministry of Education")
    monkeypatch.setenv("TITIAN_OIDC_MOE_SECOND_FACTOR", "amr:mfa, acr:urn:a:b")
    [found] = providers_from("TITIAN_OIDC")
    assert found["name"] == "Ministry of Education"
    assert found["factors"] == (("amr", "mfa"), ("acr", "urn:a:b"))


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("", "Moe", "TITIAN_OIDC lists keys such as moe"),
        ("", "moe,moe", "names one key twice"),
        ("", "moe,unicef", "TITIAN_OIDC_UNICEF_ISSUER must be"),
        ("_MOE_ISSUER", "http://id.example.org", "TITIAN_OIDC_MOE_ISSUER must be"),
        ("_MOE_ISSUER", "https://me:word@id.example.org", "TITIAN_OIDC_MOE_ISSUER must be"),
        ("_MOE_CLIENT", "", "needs TITIAN_OIDC_MOE_CLIENT and TITIAN_OIDC_MOE_SECRET"),
        ("_MOE_NAME", "x" * 61, "longer than 60"),
        ("_MOE_SECOND_FACTOR", "mfa", "lists what counts, such as amr:mfa"),
        ("_MOE_SECOND_FACTOR", "email:x", "lists what counts, such as amr:mfa"),
    ],
)
def test_a_provider_that_cannot_be_one_is_refused_without_its_secret(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    for one, given in (MOE | {f"TITIAN_OIDC{name}": value}).items():
        monkeypatch.setenv(one, given)
    with pytest.raises(ImproperlyConfigured, match=sentence) as refusal:
        providers_from("TITIAN_OIDC")
    assert "hidden" not in str(refusal.value)


def test_a_list_is_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", "forum.example.org, www.example.org,")
    assert words_from("ALLOWED_HOSTS", ["localhost"]) == ["forum.example.org", "www.example.org"]


def test_a_database_address_is_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://titian:s%40fe@db.example.org:5433/forum")
    found = database_from("DATABASE_URL")
    assert found is not None
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db.example.org", 5433, "forum")
    assert found["PASSWORD"] == "s@fe"


@pytest.mark.parametrize("given", ["sqlite:///db.sqlite3", "mysql://u:hidden@h/d", "hidden"])
def test_another_database_is_refused_without_showing_the_address(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("DATABASE_URL", given)
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL must be an address such as postgresql://") as refusal:
        database_from("DATABASE_URL")
    assert "hidden" not in str(refusal.value)


def test_mail_goes_by_smtp_when_an_address_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMAIL_URL", "smtp+tls://user:word@mail.example.org:587")
    found = mail_from("EMAIL_URL")
    assert found is not None
    assert found["EMAIL_USE_TLS"] is True
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == ("mail.example.org", 587)
