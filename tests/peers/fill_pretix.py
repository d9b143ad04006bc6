"""A forum's registration in pretix: orders by its API, changed by what its own pages call. All people are made up."""
# ruff: noqa: E402 - the models of pretix exist only after its set-up

import datetime as dt
import json
import os
import sys
from urllib.parse import urlsplit

import django

django.setup()

from django.test import Client
from django.utils.timezone import now
from django_scopes import scopes_disabled
from pretix.base.models import Event, Item, Order, OrderPosition, Organizer, Question, Team, User
from pretix.base.models.organizer import TeamAPIToken
from pretix.base.services.orders import OrderChangeManager, cancel_order

PEOPLE = 120
API = "/api/v1/organizers/peer/events/forum/"
HOST = urlsplit(os.environ["PRETIX_PRETIX_URL"]).netloc


def first() -> dict:
    """120 people, three of them at one address; and positions that are nobody to import."""
    organizer = Organizer.objects.create(name="Forums", slug="peer")
    event = Event.objects.create(
        organizer=organizer, name="Forum", slug="forum", currency="USD", live=True,
        date_from=now() + dt.timedelta(days=300), plugins="pretix.plugins.banktransfer",
    )  # fmt: skip
    team = Team.objects.create(
        organizer=organizer, name="Titian", all_events=True, limit_event_permissions=RIGHTS_OF_TITIAN
    )
    staff = Team.objects.create(organizer=organizer, name="Staff", all_events=True, all_event_permissions=True)
    staff.tokens.create(name="Staff")
    for name in ("Delegate", "Young delegate"):
        make_item(event, name, admission=True)
    make_item(event, "Dinner")
    tickets = event.items.filter(admission=True)
    for identifier, kind, words, options in QUESTIONS:
        question = Question.objects.create(event=event, question=words, type=kind, identifier=identifier)
        question.items.set(tickets)
        for option in options:
            question.options.create(answer=option, identifier=option.upper())
    for number in range(1, PEOPLE + 1):
        email = "office@example.org" if number > PEOPLE - 3 else f"person{number}@example.org"
        more = [{"positionid": 2, "item": item("Dinner").pk, "addon_to": 1, "answers": []}] if number == 1 else []
        order(number, [person(number, email), *more])
    order(201, [person(201, None, name=None)])
    order(202, [person(202, "t@example.org")], testmode=True)
    order(203, [person(203, "n@example.org") | {"price": "10.00"}], status="n")  # what is free is paid at once
    cancel_order(order(204, [person(204, "c@example.org")]).pk, send_mail=False)
    token = team.tokens.create(name="Titian").token
    return {"token": token, "page": "/peer/forum/", "minor_product": item("Young delegate").pk}


RIGHTS_OF_TITIAN = {"event.orders:read": True}
QUESTIONS = (
    ("SEEKS", "T", "I seek", ()), ("LANG", "S", "Languages", ()), ("BIRTH", "D", "Date of birth", ()),
    ("SECTOR", "C", "Sector", ("Academia", "Civil society")), ("THEMES", "M", "Themes", ("Justice", "Prevention")),
    ("AGREE", "B", "I agree to be photographed", ()), ("FROM", "CC", "I travel from", ()),
    ("MOBILE", "TEL", "Mobile number", ()),
)  # fmt: skip


def second() -> dict:
    """Ten changed, five cancelled, two transferred, one turned minor by a ticket and one by a birth date."""
    for number in range(11, 21):
        changed = {
            "company": "Another organisation",
            "answers": [*answers(number)[1:], said("SEEKS", "Something else")],
        }
        patch(number, changed)
    for number in range(21, 24):  # whole orders
        cancel_order(get_order(number).pk, send_mail=False)
    for number in range(24, 26):  # a ticket of an order that stays
        changing = OrderChangeManager(get_order(number), notify=False)
        changing.add_position(item("Dinner"), None, 0)
        changing.cancel(position(number))
        changing.commit()
    for place, number in enumerate(range(31, 33)):
        name = f"New{place} Holder{place}"
        patch(number, {"attendee_email": f"successor{place}@example.org", "attendee_name": name, "answers": []})
    changing = OrderChangeManager(get_order(41), notify=False)
    changing.change_item(position(41), item("Young delegate"), None)
    changing.commit()
    patch(42, {"answers": [*answers(42)[:2], said("BIRTH", "2012-05-01")]})
    return {}


def signed_in() -> dict:
    """The cookie of a browser in which one of the staff has signed in."""
    user = User.objects.create_user("staff@example.org", "not-used-anywhere-1")
    Team.objects.get(name="Staff").members.add(user)
    client = Client(headers={"host": HOST})
    client.force_login(user)
    return {"cookie": "; ".join(f"{name}={one.value}" for name, one in client.cookies.items())}


def revoked() -> dict:
    TeamAPIToken.objects.filter(name="Titian").update(active=False)
    return {}


def make_item(event: Event, name: str, **more: object) -> None:
    made = Item.objects.create(event=event, name=name, default_price=0, **more)
    event.quotas.create(name=name, size=None).items.add(made)


def item(name: str) -> Item:
    return next(one for one in Item.objects.all() if str(one.name) == name)


def person(number: int, email: str | None, *, name: str | None = "") -> dict:
    return {
        "positionid": 1, "item": item("Delegate").pk, "company": f"Organisation {number % 9}", "country": "TH",
        "attendee_email": email, "answers": answers(number),
        "attendee_name": f"Given{number} Family{number}" if name == "" else name,
    }  # fmt: skip


def answers(number: int) -> list[dict]:
    return [
        said("SEEKS", f"A partner for plan {number}"), said("LANG", "English; Thai"), said("BIRTH", "1980-02-03"),
        said("SECTOR", "", "Academia"), said("THEMES", "", "Justice", "Prevention"), said("AGREE", "True"),
        said("FROM", "VN"), said("MOBILE", "+66 2 123 4567"),
    ]  # fmt: skip


def said(identifier: str, text: str, *options: str) -> dict:
    question = Question.objects.get(identifier=identifier)
    chosen = [one for one in question.options.all() if str(one.answer) in options]
    words = ", ".join(str(one.answer) for one in chosen)
    return {"question": question.pk, "answer": text or words, "options": [one.pk for one in chosen]}


def order(number: int, positions: list[dict], **more: object) -> Order:
    code = f"P{number:04d}"
    ask("post", "orders/", {"code": code, "status": "p", "email": f"payer{number}@example.com", "locale": "en",
                            "sales_channel": "web", "simulate": False, "positions": positions, **more})  # fmt: skip
    return get_order(number)


def get_order(number: int) -> Order:
    return Order.objects.get(code=f"P{number:04d}")


def position(number: int) -> OrderPosition:
    return get_order(number).positions.get(positionid=1)


def patch(number: int, changed: dict) -> None:
    ask("patch", f"orderpositions/{position(number).pk}/", changed)


def ask(method: str, path: str, data: dict) -> None:
    token = TeamAPIToken.objects.get(name="Staff").token
    client = Client(headers={"authorization": f"Token {token}", "host": HOST})
    answer = getattr(client, method)(API + path, json.dumps(data), content_type="application/json", secure=True)
    assert answer.status_code in (200, 201), answer.content[:2000]


with scopes_disabled():
    print(json.dumps({"first": first, "second": second, "signed_in": signed_in, "revoked": revoked}[sys.argv[1]]()))
