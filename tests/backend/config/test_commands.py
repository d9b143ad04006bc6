"""A command that cannot go on says so in one sentence."""

from __future__ import annotations

from functools import cache

import pytest

from backend.config.commands import run_command
from backend.suggestions.engine import texts
from backend.suggestions.engine.texts import TextReader
from tests.factories import make_attendee, make_event


@pytest.fixture
def no_model(settings: object, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.TITIAN_MODEL = "/nowhere/model"  # type: ignore[attr-defined]
    monkeypatch.setattr(texts, "text_reader", cache(TextReader))  # the process may know another


@pytest.mark.django_db(transaction=True)
def test_a_model_that_is_not_there_is_said_in_one_sentence(no_model: None, capsys: pytest.CaptureFixture[str]) -> None:
    event = make_event()
    for seeks in ("Help with preserving evidence.", "Teachers who would test a button."):
        make_attendee(event, seeks=seeks)
    assert run_command(["manage.py", "build_suggestions", event.slug]) == 1
    assert capsys.readouterr().err.splitlines()[-1].startswith("There is no model folder /nowhere/model: give")


@pytest.mark.django_db
def test_an_error_of_our_own_making_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a mistake in the code")

    monkeypatch.setattr("backend.config.management.commands.migrate.Command.handle", broken)
    with pytest.raises(RuntimeError, match="a mistake in the code"):
        run_command(["manage.py", "migrate"])
