"""Background tasks: each calls one service."""

from __future__ import annotations

import time

import pghistory
from django.utils import timezone
from procrastinate.contrib.django import app

from backend.core.queue import PLANS
from backend.people.models import Person
from backend.programme.models import Plan
from backend.programme.services import carry_out as carry_out_plan
from backend.programme.services import drafting, publishing, solving


@app.task(name=drafting.SOLVE_PLAN, queue=PLANS)
def solve(plan_id: int, round_number: int) -> None:
    """Fill a draft with the best plan found in its time."""
    solving.solve_plan(plan_id=plan_id, round_number=round_number, now=timezone.now(), clock=time.monotonic)


@app.task(name=publishing.CARRY_OUT, queue=PLANS)
def carry_out(plan_id: int, person_id: int) -> None:
    """Send a published plan's requests, or take back a withdrawn one's."""
    by = Person.objects.get(pk=person_id)
    with pghistory.context(user=person_id):
        for plan in Plan.objects.select_related("event").filter(pk=plan_id):
            carry_out_plan(plan=plan, by=by, now=timezone.now())
