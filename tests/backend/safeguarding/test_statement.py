"""The contact policy against a statement that shares no code with it; `make soak` judges more."""

from __future__ import annotations

import pytest

from backend.safeguarding import rules
from tests.policy_call_sites import write_anew
from tests.random_situations import judge_situations


@pytest.mark.django_db
def test_policy_and_statement_agree_about_every_pair_of_random_situations() -> None:
    judged = judge_situations(seed=1, count=200, asked_each=0.1)
    assert judged.differences == []
    assert (judged.situations, judged.asked) == (200, 20)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["is_known_adult", "is_contact_blocked"])
def test_a_policy_that_forgets_a_rule_is_found_at_once(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    forgotten = {"is_known_adult": lambda now=None: rules.Q(), "is_contact_blocked": lambda a, b: rules.Q(pk=0)}
    monkeypatch.setattr(rules, name, forgotten[name])
    write_anew(monkeypatch)
    assert judge_situations(seed=1, count=50, asked_each=0.1).differences
