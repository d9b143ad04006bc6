"""Background tasks: each calls one service."""

from __future__ import annotations

import time

import pghistory
from django.utils import timezone
from procrastinate.contrib.django import app

from backend.booking.services.joining import PERSON_JOINED
from backend.core.queue import PLANS
from backend.events.models.events import Event
from backend.people.models import Person
from backend.programme.models import Plan
from backend.programme.services import drafting, publishing, solving


@app.task(name=drafting.SOLVE_PLAN, queue=PLANS)
def solve_plan(plan_id: int, round_number: int) -> None:
    """Fill a draft with the best plan found in its time."""
    solving.solve_plan(plan_id=plan_id, round_number=round_number, now=timezone.now(), clock=time.monotonic)


@app.task(name=PERSON_JOINED, queue=PLANS)
def send_waiting(event_id: int) -> None:
    """Send what was planned for somebody who joined."""
    for event in Event.objects.filter(pk=event_id):
        publishing.send_waiting(event=event, now=timezone.now())


@app.task(name=publishing.APPLY_PUBLICATION, queue=PLANS)
def apply_publication(plan_id: int, person_id: int) -> None:
    """Send a published plan's requests, or take back a withdrawn one's."""
    by = Person.objects.get(pk=person_id)
    with pghistory.context(user=person_id):
        for plan in Plan.objects.select_related("event").filter(pk=plan_id):
            publishing.apply_publication(plan=plan, by=by, now=timezone.now())
