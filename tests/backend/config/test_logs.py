"""The log says what happened, never to whom."""

import logging

import pytest
from django.db import IntegrityError

from backend.config.logs import RedactingFormatter
from backend.people.models import Person


def _line(logger: str, message: str, *arguments: object) -> str:
    record = logging.LogRecord(logger, logging.WARNING, __file__, 1, message, arguments, None)
    return RedactingFormatter("%(message)s").format(record)


def test_an_address_does_not_reach_the_log() -> None:
    line = _line("django", "No mail for <%s>, %s", "siti.rahma@example.org", "ณัฐ@example.org")
    assert line == "No mail for <(address)>, (address)"


@pytest.mark.parametrize("place", ["/answer/", "/calendar/", "/account/codes/"])
def test_the_secret_of_a_mail_s_link_or_a_calendar_does_not_reach_the_log(place: str) -> None:
    line = _line("django.request", "%s: %s", "Conflict", f"{place}WzEsMiwi.s3cr3t_-x/ and more")
    assert line == f"Conflict: {place}(secret) and more"


def test_a_secret_in_percent_signs_and_a_query_do_not_reach_the_log() -> None:
    line = _line("waitress", "Client disconnected while serving %s", "/answer/WzEs%3A1t-x%2B/?next=/e/a/")
    assert line == "Client disconnected while serving /answer/(secret)?(withheld)"
    line = _line("waitress", "Client disconnected while serving %s", "/e/forum/people/?q=siti%40example.org")
    assert line == "Client disconnected while serving /e/forum/people/?(withheld)"


@pytest.mark.parametrize("page", ["people/35/report/", "people/35/block/", "meetings/35/report/"])
def test_whom_a_report_or_a_block_is_about_does_not_reach_the_log(page: str) -> None:
    line = _line("django.request", "%s: %s", "Unprocessable Entity", f"/e/forum/{page}")
    assert line == f"Unprocessable Entity: /e/forum/{page.replace('35', '(somebody)')}"
    assert "/people/35/" in _line("django.request", "%s: %s", "Not Found", "/e/forum/people/35/")


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
