"""Remarks on translations: taken from readers, read and deleted by administrators."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.utils.translation import gettext as _

from backend.core.errors import Refused
from backend.core.limits import Kind, client_address, count_use
from backend.events.models.translation_remarks import TranslationRemark
from backend.events.rules.attendees import clean_text
from backend.people.models import Person

PASSAGE_LIMIT = 500
KEPT = dt.timedelta(days=365)


def remark_on_translation(
    *, language: str, page: str, passage: str, wording: str, by: Person | None, now: dt.datetime
) -> TranslationRemark:
    """Keep what somebody, signed in or not, says of a translation; not who says it.

    Refuses TooOften and `bad_remark`: no passage, one that is too long, or a language that is not offered.
    """
    count_use(Kind.REMARKED, account=by.pk if by else f"nobody {client_address.get()()}")
    passage, wording = clean_text(passage), clean_text(wording)
    is_known = language in dict(settings.LANGUAGES) and language != settings.LANGUAGE_CODE
    if not passage or max(len(passage), len(wording)) > PASSAGE_LIMIT or not is_known:
        raise Refused(
            "bad_remark", _("Copy a passage of at most %(limit)d characters.") % {"limit": PASSAGE_LIMIT}, status=400
        )
    return TranslationRemark.objects.create(
        language=language, page=page[:100], passage=passage, wording=wording, made_at=now
    )


def delete_remark(*, remark_id: int) -> None:
    """As an administrator, delete a remark; one that is gone already is no fault."""
    TranslationRemark.objects.filter(pk=remark_id).delete()


def delete_old_remarks(*, now: dt.datetime) -> int:
    """Delete remarks of more than a year ago."""
    return TranslationRemark.objects.filter(made_at__lte=now - KEPT).delete()[0]


def remarks_as_po(language: str) -> str:
    """The remarks of a language as a PO file: the passage, and the better wording as its translation."""
    import polib

    catalogue = polib.POFile(wrapwidth=100)
    catalogue.metadata = {"Content-Type": "text/plain; charset=UTF-8", "Language": language}
    for remark in TranslationRemark.objects.filter(language=language).order_by("pk"):
        catalogue.append(
            polib.POEntry(
                msgid=remark.passage,
                msgctxt=f"{remark.page} {remark.pk}",
                msgstr=remark.wording,
                tcomment=f"{remark.made_at:%Y-%m-%d}",
            )
        )
    return f"{catalogue}\n"
