"""What a command shows while it works: on a terminal a bar, else a line now and then."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from backend.core import progress
from backend.core.progress import StageTimes, progress_lines, show_step


def test_a_step_that_took_long_is_printed_with_its_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    for least, said in ((60.0, ["Loading ..."]), (0.0, ["Loading ...", "Loading: 0.0 s"])):
        monkeypatch.setattr(progress, "MIN_SECONDS_SHOWN", least)
        out = io.StringIO()
        with show_step(Console(file=out), "Loading"):
            pass
        assert out.getvalue().splitlines() == said


def test_on_a_terminal_a_step_has_a_spinner_unless_it_has_a_bar() -> None:
    shown = []
    for has_bar in (False, True):
        out = io.StringIO()
        with show_step(Console(file=out, force_terminal=True, highlight=False), "Loading", has_bar=has_bar):
            pass
        shown.append("\x1b[" in out.getvalue())
        assert "Loading ..." in out.getvalue()
    assert shown == [True, False]


def test_without_a_terminal_the_first_line_comes_at_once_and_others_now_and_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = []
    for seconds in (60.0, 0.0):
        monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", seconds)
        with progress_lines() as show:
            show("Reading", 0.25)
            show("Reading", 0.5)
        said.append(capsys.readouterr().err.splitlines())
    assert said == [["Reading: 25%"], ["Reading: 25%", "Reading: 50%"]]


def test_on_a_terminal_each_stage_has_a_bar(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    with progress_lines() as show:
        for stage, share in (("Reading", 0.5), ("Reading", 1.0), ("Writing", 1.0)):
            show(stage, share)
    err = capsys.readouterr().err
    assert "Reading" in err
    assert "Writing" in err
    assert "100%" in err


def test_the_seconds_of_each_stage_are_known_afterwards() -> None:
    told: list[tuple[str, float]] = []
    times = StageTimes(lambda stage, share: told.append((stage, share)))
    for stage, share in (("Reading", 0.0), ("Reading", 1.0), ("Writing", 0.5)):
        times(stage, share)
    assert told == [("Reading", 0.0), ("Reading", 1.0), ("Writing", 0.5)]
    assert [stage for stage, _seconds in times.seconds()] == ["Reading", "Writing"]
    assert StageTimes(None).seconds() == []
