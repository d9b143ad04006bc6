"""What people do with meetings and office hours, drawn anew each time, and races, many times in a row."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
from django.conf import settings
from django.db import transaction

from tests.backend.booking.state_machine import ZONES, machine_in, run_machine
from tests.backend.booking.test_state_machine import MeetingMachine
from tests.backend.groups.test_office_hours_machine import OfficeHourMachine
from tests.backend.groups.test_rules import TABLES, judge_groups, judge_tables

RACES = (
    "tests/backend/assistants/test_races.py",
    "tests/backend/booking/test_races.py",
    "tests/backend/booking/test_waiting_races.py",
)


@pytest.mark.django_db
@pytest.mark.parametrize("zone", sorted(ZONES))
def test_whatever_people_do_over_a_change_of_clocks_no_rule_is_broken(zone: str, amount: Callable[[int], int]) -> None:
    run_machine(machine_in(zone, MeetingMachine), examples=amount(200), steps=40, same=False)


@pytest.mark.django_db
def test_whatever_hosts_and_guests_do_an_office_hour_keeps_its_rules(amount: Callable[[int], int]) -> None:
    run_machine(OfficeHourMachine, examples=amount(100), steps=30, same=False)


def test_races_end_well_many_times_in_a_row(amount: Callable[[int], int]) -> None:
    command = [sys.executable, "-m", "pytest", *RACES, "--benchmark-disable", "-q"]
    for _ in range(amount(10)):
        run = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stdout[-20_000:]


@pytest.mark.django_db
def test_at_whatever_tables_nobody_sits_whom_the_policy_parts(amount: Callable[[int], int]) -> None:
    for seed in range(amount(100_000) // TABLES):
        with transaction.atomic():
            judge_tables(1_000 + seed)
            transaction.set_rollback(True)


@pytest.mark.django_db
def test_at_tables_of_whatever_kind_every_place_asks_the_policy(amount: Callable[[int], int]) -> None:
    """Counted as what is asked: one drawn group at one place. Some 45 minutes of a free core for all."""
    asked, seed = 0, 1_000
    while asked < amount(100_000):
        with transaction.atomic():
            asked += judge_groups(seed).asked
            transaction.set_rollback(True)
        seed += 1
    print(f"{asked} situations of groups, {seed - 1_000} forums, no breach")
