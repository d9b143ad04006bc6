"""A hundred hostile texts wherever texts are kept, matched or shown; `make soak` tries 10,000."""

from __future__ import annotations

import logging

import pytest

from tests.factories import NOW
from tests.hostile_texts import Outcome, faults_of_page, hostile_texts, try_texts


@pytest.mark.django_db
def test_hostile_texts_are_shown_escaped_or_refused_in_one_sentence(
    caplog: pytest.LogCaptureFixture, time_machine: object
) -> None:
    caplog.set_level(logging.CRITICAL)
    time_machine.move_to(NOW, tick=False)  # type: ignore[attr-defined]
    outcome = Outcome()
    try_texts(hostile_texts(seed=1, count=100), outcome, one_way_each=True)
    assert outcome.faults == []
    assert outcome.kept > 100
    assert outcome.refused > 50
    assert min(outcome.pages, outcome.mails, outcome.cells) > 10


@pytest.mark.parametrize(
    "html",
    [
        "<zx-evil>",
        "<p zx>",
        "<p onclick=a>",
        "<script>a</script>",
        "<a href='javascript:a'>",
        "<img src='data:text/html,a'>",
    ],
)
def test_a_text_that_came_through_would_be_seen(html: str) -> None:
    assert list(faults_of_page(html))
    assert not list(faults_of_page("<p>&lt;zx&gt;</p><a href='/e/'></a><script src='/a.js'></script>"))
