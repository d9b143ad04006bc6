"""Names of constituencies and of browsers, and initials."""

from __future__ import annotations

from django.utils.translation import gettext as _

from backend.people.models import Constituency

_CONSTITUENCIES = dict(Constituency.choices)


def constituency_label(key: str) -> str:
    """The constituency's name; an unknown key counts as other."""
    return str(_CONSTITUENCIES.get(key, Constituency.OTHER.label))


_VOWELS = "เแโใไເແໂໃໄ"  # vowels that Thai and Lao write before the letter they follow


def initials(name: str) -> str:
    """The first letters of the first and the last word of a name.

    >>> initials("Arif Rahman"), initials("Siti"), initials("เกศินี วงศ์ทอง")
    ('AR', 'S', 'กว')
    """
    words = ["".join(one for one in word if one.isalpha()).lstrip(_VOWELS) for word in name.split()]
    found = [word[0].upper() for word in words if word]
    return "".join(found[:1] + found[1:][-1:])


# What a browser calls itself, the more special first: Edge names Chrome too, and Chrome Safari.
_BROWSERS = {
    "Edg": "Edge", "OPR/": "Opera", "SamsungBrowser": "Samsung Internet", "Firefox": "Firefox",
    "FxiOS": "Firefox", "Chrome": "Chrome", "CriOS": "Chrome", "Safari": "Safari",
}  # fmt: skip
_SYSTEMS = {
    "iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows", "Macintosh": "Mac",
    "CrOS": "Chromebook", "Linux": "Linux",
}  # fmt: skip


def browser_label(user_agent: str) -> str:
    """The browser and the device, as far as the browser says.

    >>> browser_label("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1")
    'Safari on iPhone'
    """
    browser = next((name for word, name in _BROWSERS.items() if word in user_agent), _("A browser"))
    system = next((name for word, name in _SYSTEMS.items() if word in user_agent), _("an unknown device"))
    return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
