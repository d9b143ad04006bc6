"""An assistant is refused for the principal by every service but the four that admit them."""

from __future__ import annotations

import importlib.util
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Any

import pytest
from django.conf import settings

from backend.booking.services.answers import accept_meeting, decline_meeting, withdraw_request
from backend.booking.services.meetings import cancel_meeting
from backend.core.errors import BusinessError, NotYours
from backend.events.models.attendees import Attendee
from backend.suggestions.services.feedback import NotYourList
from tests.backend.conftest import make_forum
from tests.database import taken_back

FEATURES = sorted(one.parent.name for one in (settings.BASE_DIR / "backend").glob("*/apps.py"))
ADMITTING = {accept_meeting, cancel_meeting, decline_meeting, withdraw_request}
PARTS = {"record_appointed", "lock_meeting_to_act"}  # of services, which refuse before or by them
SAMPLES: dict[Any, Any] = {str: "x", int: 0, bool: True}


def service_modules(feature: str) -> Iterator[ModuleType]:
    """The modules of a feature's services; none where it has no services."""
    if importlib.util.find_spec(f"backend.{feature}.services") is None:
        return
    package = importlib.import_module(f"backend.{feature}.services")
    yield package
    for found in pkgutil.walk_packages(getattr(package, "__path__", []), f"{package.__name__}."):
        yield importlib.import_module(found.name)


def parameters_of(service: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    return inspect.signature(service, eval_str=True).parameters


def own_services() -> list[Any]:
    """The services that somebody calls for their own part in an event: with an attendee, and `by`."""
    services: list[Any] = []
    for feature in FEATURES:
        for module in service_modules(feature):
            for name, service in sorted(vars(module).items()):
                if name.startswith("_") or name in PARTS or getattr(service, "__module__", "") != module.__name__:
                    continue
                given = parameters_of(service) if inspect.isfunction(service) else {}
                if "by" in given and any(one.annotation is Attendee for one in given.values()):
                    services.append(service)
    return services


def test_the_walk_finds_the_services_it_is_about() -> None:
    found = own_services()
    assert set(found) >= ADMITTING
    assert len(found) > 60
    assert {one.__name__ for one in found} >= {"report_person", "share_contact", "leave_event", "make_feed"}


@pytest.mark.django_db
def test_every_service_but_four_refuses_an_assistant() -> None:
    forum = make_forum()
    minister, ana, other, _ = forum.people
    forum.assist(ana, minister)
    known = {"by": ana.person, "now": forum.now, "meeting_id": forum.ask(other, minister, forum.slots[0]).pk}
    for service in own_services():
        given = {
            name: minister if one.annotation is Attendee else known.get(name, SAMPLES.get(one.annotation))
            for name, one in parameters_of(service).items()
            if one.default is one.empty or name in known
        }
        with taken_back(service.__name__):
            if service in (accept_meeting, decline_meeting):
                service(**given)
            elif service in ADMITTING:
                with pytest.raises(BusinessError, match=r"Only a meeting to come|You were asked"):
                    service(**given)
            else:
                with pytest.raises((NotYours, NotYourList)):
                    service(**given)
