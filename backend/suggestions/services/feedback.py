"""Feedback on suggestions, and which of them were viewed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from backend.core.compiled import CompiledRows, any_of
from backend.core.errors import BusinessError, NotFound
from backend.core.transactions import in_transaction
from backend.events.models.attendees import Attendee
from backend.events.rules.attendees import TextTooLong, clean_text
from backend.events.rules.states import Activity, check_allowed, is_allowed
from backend.events.services.changes import announce_changes
from backend.people.models import Person
from backend.safeguarding.rules import may_contact
from backend.suggestions.models import NOTE_LENGTH, Feedback, Run, Suggestion, SuggestionView
from backend.suggestions.selectors.runs import current_run


class UnknownVerdict(BusinessError):
    code = "unknown_verdict"
    status = 400


class NotYourList(BusinessError):
    code = "not_your_list"
    status = 403


@in_transaction
def give_feedback(
    *,
    attendee: Attendee,
    other_id: int,
    verdict: str,
    cause: str = "",
    note: str | None = None,
    by: Person,
    now: dt.datetime,
) -> Feedback:
    """Store the attendee's feedback on another person; it acts on their list at once.

    `verdict` is good (saved) or not-relevant with a `cause` (topic, constituency, known, other). Rank, Run
    and propensity of the suggestion are stored with it. `note`, on somebody saved, is for the attendee alone;
    None leaves it as it is. Refuses NotYourList, UnknownVerdict, TextTooLong and NotFound (somebody the
    contact policy does not show).
    """
    if attendee.person_id != by.pk:
        raise NotYourList(_("Only the attendee can say what is relevant to them."))
    check_allowed(attendee.event, Activity.TAKE_PART)
    if verdict not in Feedback.Verdict.values:
        raise UnknownVerdict(_("Say either “good” or “not-relevant”."), verdict=verdict)
    if (verdict == Feedback.Verdict.NOT_RELEVANT) != (cause in Feedback.Cause.values):
        raise UnknownVerdict(
            _("A person is not relevant because of one of: %(causes)s.") % {"causes": ", ".join(Feedback.Cause.values)}
        )
    is_saved = verdict == Feedback.Verdict.GOOD
    note = None if note is None else clean_text(note)
    if note and not is_saved:
        raise UnknownVerdict(_("A note is on somebody saved: say “good” with it."))
    if len(note or "") > NOTE_LENGTH:
        raise TextTooLong(
            _("The note has %(count)d characters; please keep it to %(limit)d.")
            % {"count": len(note or ""), "limit": NOTE_LENGTH},
            field="note",
        )
    other = Attendee.objects.filter(pk=other_id, event=attendee.event_id).first()
    if other is None or not may_contact(attendee, other, "suggestion", now):
        raise NotFound(_("There is no such person at this forum, or you cannot see them."))
    run = current_run(attendee.event_id)
    shown = Suggestion.objects.filter(run=run, attendee=attendee.pk, other=other_id).first() if run else None
    before = Feedback.objects.filter(attendee=attendee, other=other).first()
    feedback, _created = Feedback.objects.update_or_create(
        attendee=attendee,
        other=other,
        defaults={
            "verdict": verdict,
            "cause": cause,
            "note": (before.note if before and note is None else note or "") if is_saved else "",
            "run": run,
            "rank": shown.rank if shown else None,
            "propensity": shown.propensity if shown else None,
            "created_at": now,
        },
    )
    if Feedback.Verdict.NOT_RELEVANT in (verdict, before.verdict if before else ""):
        _mark_changed(attendee, now)  # saving somebody changes no list
    return feedback


@in_transaction
def withdraw_feedback(*, attendee: Attendee, other_id: int, by: Person, now: dt.datetime) -> None:
    """Delete the attendee's feedback on another person, if there is any. Refuses NotYourList."""
    if attendee.person_id != by.pk:
        raise NotYourList(_("Only the attendee can say what is relevant to them."))
    check_allowed(attendee.event, Activity.TAKE_PART)
    feedback = Feedback.objects.filter(attendee=attendee, other=other_id).first()
    if feedback is None:
        return
    feedback.delete()
    if feedback.verdict == Feedback.Verdict.NOT_RELEVANT:
        _mark_changed(attendee, now)


def record_views(*, attendee: Attendee, other_ids: Iterable[int], by: Person, now: dt.datetime) -> None:
    """Record that the attendee was shown these people's cards; only the first time of each counts.

    Ids that are not on the attendee's current list are ignored; of an archived event nothing is
    recorded. Refuses NotYourList.
    """
    if attendee.person_id != by.pk:
        raise NotYourList(_("Only the attendee can look at their list."))
    if not is_allowed(attendee.event, Activity.TAKE_PART):
        return
    ids = set(other_ids)
    new = ids.difference(_seen.fetch(attendee=attendee.pk, among=list(ids)))
    if not new:
        return
    listed = Suggestion.objects.filter(run__state=Run.State.CURRENT, attendee=attendee.pk, other__in=new)
    SuggestionView.objects.bulk_create(
        [
            SuggestionView(
                attendee=attendee, other_id=shown.other_id, rank=shown.rank, propensity=shown.propensity, viewed_at=now
            )
            for shown in listed.order_by("other_id")
        ],
        ignore_conflicts=True,  # two requests of one reader at once
    )


def _seen_among(attendee: int, among: list[int]) -> QuerySet[SuggestionView, int]:
    seen = SuggestionView.objects.filter(attendee=attendee, other__in=any_of(among))
    return seen.values_list("other_id", flat=True)


_seen = CompiledRows(_seen_among, attendee=-1, among=[-2])


def _mark_changed(attendee: Attendee, now: dt.datetime) -> None:
    """Have the attendee's list computed again."""
    Attendee.objects.filter(pk=attendee.pk).update(changed_at=now)
    announce_changes(attendee.event_id)
