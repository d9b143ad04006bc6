"""Releases of the figures, and the files made of them; each download is recorded as an act."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass

from django.utils.translation import gettext as _

from backend.core.advisory_lock import advisory_lock
from backend.core.audit import record_act
from backend.core.errors import NotFound
from backend.core.models import Act
from backend.events.models.events import Event
from backend.events.rules.attendees import check_organiser
from backend.people.models import Person
from backend.stats.engine.counts import counts_of
from backend.stats.engine.figures import EventStats
from backend.stats.engine.history import Told
from backend.stats.models import Release
from backend.stats.rules.phases import phase_of
from backend.stats.selectors.event_stats import event_stats
from backend.stats.selectors.export import csv_for, graphml_for, workbook_for
from backend.stats.selectors.headlines import headlines_for
from backend.stats.selectors.names import names_for
from backend.stats.selectors.report import PAGES, report_for
from backend.stats.selectors.worksheets import Row, draft_release, reported_step_of, row_of_ties

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
GRAPHML = "application/graphml+xml"
CSV = "text/csv; charset=utf-8"
PDF = "application/pdf"


@dataclass(frozen=True, slots=True)
class StatsFile:
    """A file of figures with its media type."""

    content: bytes
    media_type: str


def release_for(*, event: Event, by: Person, now: dt.datetime) -> Release:
    """The release of which everything is made that leaves the desk. Refuses OrganisersOnly."""
    check_organiser(by, event)
    return _current_release(event, now)


def is_release_current(*, event: Event, now: dt.datetime) -> bool:
    """Whether there is a release that stands for today, so that none has to be made."""
    return _stands(Release.objects.filter(event=event).order_by("number").last(), event, now)


def _stands(last: Release | None, event: Event, now: dt.datetime) -> bool:
    if last is None or last.phase != phase_of(event, now):
        return False
    return last.phase == Release.Phase.FINAL or last.checked_on >= now.astimezone(event.zone).date()


def _current_release(event: Event, now: dt.datetime) -> Release:
    """The latest release, or a new one: in a new phase always, and else at most one a day, where every count
    shown has stayed as it was or changed by five or more. The final one stands."""
    today, phase = now.astimezone(event.zone).date(), phase_of(event, now)
    with advisory_lock(f"release:{event.pk}"):
        last = Release.objects.filter(event=event).order_by("number").last()
        if last and _stands(last, event, now):
            return last
        stats = event_stats(event=event, now=now)
        releases = list(Release.objects.filter(event=event).order_by("number"))
        earlier = [Told.of(one.record) for one in releases]
        values = counts_of(stats, reported_step_of(stats)).values
        if last and last.phase == phase and not earlier[-1].has_changed_enough(values):
            last.checked_on = today
            last.save(update_fields=["checked_on"])
            return last
        draft = draft_release(
            stats,
            earlier=earlier,
            withheld={
                key
                for one, told in zip(releases, earlier, strict=True)
                if phase == one.phase == Release.Phase.RUNNING
                for key in told.withheld
            },
            previous=_previous_row(stats, last, event, now),
        )
        worksheets = draft.worksheets
        return Release.objects.create(
            event=event,
            number=len(releases) + 1,
            phase=phase,
            made_at=now,
            checked_on=today,
            content={
                "step": reported_step_of(stats),
                "worksheets": [asdict(one) for one in worksheets],
                "headlines": [asdict(one) for one in headlines_for(stats, worksheets)],
            },
            record=draft.record.as_json(),
        )


def _previous_row(stats: EventStats, last: Release | None, event: Event, now: dt.datetime) -> Row | None:
    """The row of the previous edition: as this event has released it before, else as its own release has it.

    Where Titian did not run it, it is made of its recorded ties, once.
    """
    if event.previous is None or stats.previous is None:
        return None
    slug = event.previous.slug
    if last and (row := _edition_row(last, slug)):
        return row
    if stats.previous.attendees is None:
        return row_of_ties(stats.previous)
    return _edition_row(_current_release(event.previous, now), slug)


def _edition_row(release: Release, slug: str) -> Row | None:
    editions = next(one for one in release.worksheets if one.name == "editions")
    return next((row for row in editions.rows if row[0] == slug), None)


def export_stats_file(*, event: Event, name: str, by: Person, now: dt.datetime) -> StatsFile:
    """The file `tables.xlsx`, `network.graphml`, a report of PAGES, or a worksheet as CSV (`funnel.csv`).

    All are made of the release. Refuses OrganisersOnly, and NotFound for an unknown name.
    """
    release = release_for(event=event, by=by, now=now)
    worksheets = {worksheet.name: worksheet for worksheet in release.worksheets}
    worksheet = worksheets.get(name.removesuffix(".csv")) if name.endswith(".csv") else None
    if name == "network.graphml":
        file = StatsFile(graphml_for(worksheets), GRAPHML)
    elif name == "tables.xlsx":
        file = StatsFile(workbook_for(tuple(worksheets.values()), event.name, release.made_at), WORKBOOK)
    elif name in PAGES:
        file = StatsFile(report_for(release, event, names_for(event), pages=PAGES[name]), PDF)
    elif worksheet is not None:
        file = StatsFile(csv_for(worksheet), CSV)
    else:
        names = ", ".join(["tables.xlsx", "network.graphml", *PAGES, *(f"{known}.csv" for known in worksheets)])
        raise NotFound(_("There is no such file. There are: %(names)s.") % {"names": names})
    record_act(event=event, by=by, kind=Act.Kind.DOWNLOADED, what=name, now=now)
    return file
