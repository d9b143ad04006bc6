"""Time zones in words."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import pgettext


def zone_place(zone: str) -> str:
    """The place a zone is named for.

    >>> zone_place("Asia/Ho_Chi_Minh"), zone_place("America/Argentina/Ushuaia")
    ('Ho Chi Minh', 'Ushuaia')
    """
    return zone.rpartition("/")[2].replace("_", " ")


def zone_words(zone: str, local: dt.datetime) -> str:
    """The zone by its place and its offset from UTC at this local time.

    >>> from zoneinfo import ZoneInfo
    >>> zone_words("Asia/Ho_Chi_Minh", dt.datetime(2026, 12, 9, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")))
    'Ho Chi Minh time, UTC+07:00'
    """
    offset = f"{local:%z}"
    return pgettext("zone of a time", "%(place)s time, UTC%(offset)s") % {
        "place": zone_place(zone),
        "offset": f"{offset[:3]}:{offset[3:5]}",
    }
