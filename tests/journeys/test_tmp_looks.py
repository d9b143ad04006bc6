from django.utils import timezone
from tests.halls import Hall
from tests.factories import in_two_weeks
from backend.groups.selectors.rounds import own_tables


def test_looks(transactional_db, door, sign_in):
    hall = Hall(people=18, now=timezone.now(), **in_two_weeks())
    draft = hall.drafted(title="Draft rounds", most=6, slot_ids=(hall.forum.slots[0].pk,))
    rounds = hall.published(most=6)
    me = hall.people[0]
    hall.accept(me, own_tables(me, hall.now)[0].meeting_id)
    base = f"{door}/e/{hall.event.slug}/"
    for who, pages in (
        (
            hall.boss,
            {
                "list": "programme/rounds/",
                "draft": f"programme/rounds/{draft.pk}/",
                "published": f"programme/rounds/{rounds.pk}/",
            },
        ),
        (me, {"mine": f"meetings/rounds/{rounds.pk}/", "meetings": "meetings/", "agenda": "agenda/"}),
    ):
        page = sign_in(who)
        for name, address in pages.items():
            for width in (360, 1440):
                for scheme in ("light", "dark"):
                    page.set_viewport_size({"width": width, "height": 900})
                    page.emulate_media(color_scheme=scheme)
                    page.goto(base + address)
                    page.screenshot(path=f"/tmp/work/tables/{name}-{width}-{scheme}.png", full_page=True)
