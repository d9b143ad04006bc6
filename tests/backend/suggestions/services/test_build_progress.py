"""Progress of a build: one stage per text field, reported batch by batch."""

import pytest

from backend.core.progress import progress_lines
from backend.suggestions.engine import texts
from backend.suggestions.engine.texts import TextReader
from backend.suggestions.services.runs import build_run
from tests.factories import NOW, make_attendee, make_event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("model_folder")]


@pytest.mark.slow
def test_a_build_reports_loading_the_model_and_every_batch_of_texts(monkeypatch):
    event = make_event()
    for place in range(3):
        make_attendee(
            event,
            seeks=f"Number {place} seeks partners. " * 45,
            offers=f"Helpline {place}",
            about="" if place else "A judge.",
        )
    reader = TextReader()  # no model yet
    monkeypatch.setattr(texts, "text_reader", lambda: reader)
    calls = []
    build_run(event=event, now=NOW, progress=lambda stage, share: calls.append((stage, share)))
    stages = list(dict.fromkeys(stage for stage, _ in calls))
    assert stages[:4] == [
        "Loading the language model",
        "Reading what people seek",
        "Reading what people offer",
        "Reading what people say of themselves",
    ]
    # Each of these texts fills a batch and is calls of, though all are kept in one chunk.
    seeks = [share for stage, share in calls if stage == stages[1]]
    assert seeks[:3] == pytest.approx([1 / 3, 2 / 3, 1])


def test_without_a_terminal_the_first_line_is_printed_at_once(capsys):
    with progress_lines() as show:
        for share in (0.0, 0.5):
            show("Loading the language model", share)
    assert capsys.readouterr().err == "Loading the language model: 0%\n"
