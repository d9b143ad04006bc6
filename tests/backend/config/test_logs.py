"""The log says what happened, never to whom."""

from __future__ import annotations

import io
import logging
import logging.config
import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from django.db import DataError, IntegrityError
from django.test import Client
from django.urls import get_resolver

from backend.config.logs import RedactingFormatter, logging_settings
from backend.config.request_log import Observed
from backend.core.routes import MARK, routes
from backend.people.models import Person

SECRET = "WzEsMiwi:1t-x.s3cr3t_-x"
SECRET_ROUTES = {
    "account_confirm_email", "answer", "calendar_file", "codes", "consent_answer", "first_administrator",
    "invitation",
}  # fmt: skip
# What is neither a number nor a name of a forum, and no secret: names of files, and addresses that lead on.
OPEN_PARTS = {
    "str:name", "str:language", "path:page", "path:rest", "path:object_id", "path:content_type_id",
    "app_label", "url", "key", "uidb36",  # of django-allauth, behind addresses of ours that lead on
}  # fmt: skip


def _line(logger: str, message: str, *arguments: object) -> str:
    record = logging.LogRecord(logger, logging.WARNING, __file__, 1, message, arguments, None)
    return RedactingFormatter("%(message)s").format(record)


@pytest.fixture(params=[False, True], ids=["text", "json"])
def written(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """What the configured log writes, in each of its forms."""
    settings = logging_settings(as_json=request.param)
    name = settings["handlers"]["console"]["formatter"]
    given = dict(settings["formatters"][name])
    formatter = given.pop("()")(given.get("format"))
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    handler.addFilter(settings["filters"]["traces"]["()"]())
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


def _addresses(route: str) -> Iterator[str]:
    """An address of the route as it should be, and as mail programs, people and proxies write it."""
    whole = "/" + re.sub(r"<\w+:\w+>", "7", re.sub(r"<secret:\w+>", SECRET, route))
    yield from (whole, whole.rstrip("/"), whole.upper().replace(SECRET.upper(), SECRET), "/" + whole)
    yield from (quote(whole), whole + "?next=/e/a/", whole + ")", whole + "more", "/behind" + whole)
    yield from (f"https://titian.example.org{whole}", f"titian.example.org{whole}")
    yield whole.replace("s3cr3t", " s3cr3t")  # a line of the mail was broken there
    yield whole.replace("s3cr3t", '"s3cr3t')
    encoded = quote(whole, safe="")
    yield from (whole[1:], encoded, quote(encoded, safe=""), f"next={encoded.lower()}")
    yield from (whole.replace("/", "\\/"), f"'path': '{whole[1:]}'", f"http://u:p@h{whole}")


def test_no_part_of_an_address_is_unmarked_but_numbers_forums_and_files() -> None:
    parts, marked = set(), set()
    for route, name in routes(get_resolver()):
        parts |= set(re.findall(r"<((?:\w+:)?\w+)>", route))
        marked |= {name} if MARK in route else set()
    others = {part for part in parts if not part.startswith(("int:", "slug:", "secret:"))}
    assert (others, marked) == (OPEN_PARTS, SECRET_ROUTES)


@pytest.mark.slow
def test_no_secret_of_any_address_reaches_the_log_in_a_line_or_a_traceback(written: io.StringIO) -> None:
    for route, name in routes(get_resolver()):
        for address in _addresses(route) if MARK in route else ():
            written.truncate(written.seek(0))
            logging.getLogger("django.request").warning("%s: %s", "Conflict", address)
            logging.getLogger("waitress").warning(f"Client disconnected while serving {address}")
            try:
                raise ValueError(f"No such page: {address}")
            except ValueError:
                logging.getLogger("waitress").exception(f"Exception while serving {address}")
            assert "s3cr3t" not in written.getvalue(), (address, written.getvalue())
            assert written.getvalue().count(name) >= 4, (address, written.getvalue())
            assert 'raise ValueError(f"No such page' in written.getvalue().replace('\\"', '"')


@pytest.mark.slow
@pytest.mark.django_db
def test_no_secret_reaches_the_log_however_its_page_answers(written: io.StringIO) -> None:
    strict = Client(enforce_csrf_checks=True)
    for route, _name in routes(get_resolver()):
        for address in _addresses(route) if MARK in route else ():
            if not re.match(r"/[^/\\]", address):
                continue
            strict.post(address)
            for method in ("get", "put", "post"):
                getattr(Client(), method)(address)
    assert "s3cr3t" not in written.getvalue()
    assert "Forbidden" in written.getvalue()
    assert "Not Found: invitation" in written.getvalue()


def test_a_secret_that_an_error_quotes_is_withheld_while_its_page_is_answered(written: io.StringIO) -> None:
    def application(_environment: dict[str, object], _start: object) -> list[bytes]:
        try:
            raise KeyError(SECRET)
        except KeyError:
            logging.getLogger("backend").exception("Failed")
        return []

    Observed(application)({"PATH_INFO": f"/answer/{SECRET}/", "REQUEST_METHOD": "GET"}, lambda *_: None)
    assert "KeyError" in written.getvalue()
    assert "s3cr3t" not in written.getvalue()


def test_an_address_is_named_by_its_page_and_a_query_is_withheld() -> None:
    line = _line("django.request", "%s: %s", "Unprocessable Entity", "/e/forum/people/35/report/")
    assert line == "Unprocessable Entity: report_person"
    assert _line("x", "See /e/forum/people/?q=siti%40example.org.") == "See people"
    assert _line("x", "Not Found: %s", "/no/such.php?q=siti") == "Not Found: /no/such.php?(withheld)"
    assert _line("x", "and/or 3 / 4, application/json") == "and/or 3 / 4, application/json"


def test_an_address_of_mail_does_not_reach_the_log() -> None:
    line = _line("django", "No mail for <%s>, %s", "siti.rahma@example.org", "ณัฐ@example.org")
    assert line == "No mail for <(address)>, (address)"
    assert _line("x", "Not Found: /siti%2540example.org") == "Not Found: (address)"


@pytest.mark.django_db
def test_the_row_that_broke_a_constraint_does_not_reach_the_log() -> None:
    Person.objects.create_user("siti@example.org", name="Siti Rahma")
    formatter = RedactingFormatter("%(message)s")
    try:
        Person.objects.create_user("SITI@example.org", name="Siti Rahma")
    except IntegrityError as error:
        trouble = (type(error), error, error.__traceback__)
        line = formatter.format(logging.LogRecord("x", logging.ERROR, __file__, 1, "Failed", (), trouble))
    assert "person_email_unique" in line
    assert "siti@" not in line.lower()
    assert "(withheld)" in line


@pytest.mark.django_db
def test_the_statement_that_the_database_refused_does_not_reach_the_log() -> None:
    formatter = RedactingFormatter("%(message)s")
    try:
        Person.objects.extra(where=["name = %s AND 1 = 'x'::integer"], params=["Siti Rahma"]).exists()
    except DataError as error:
        trouble = (type(error), error, error.__traceback__)
        line = formatter.format(logging.LogRecord("x", logging.ERROR, __file__, 1, "Failed", (), trouble))
    assert "LINE 1: (withheld)" in line
    assert "Siti" not in line.replace('params=["Siti Rahma"]', "")


@pytest.mark.django_db
def test_a_host_that_is_not_ours_is_one_line(written: io.StringIO) -> None:
    for header in ("evil.example.org", "a b", "localhost:x", "[::", ""):
        for address in ("/", "/healthz", "/accounts/login/code/", "/api/v1/me/", f"/answer/{SECRET}/"):
            assert Client(HTTP_HOST=header).get(address).status_code == 400
    lines = written.getvalue().splitlines()
    assert len(lines) >= 10
    assert not [line for line in lines if "Traceback" in line or "File " in line]
