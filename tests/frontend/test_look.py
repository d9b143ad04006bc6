"""Contrast, page weight, line length; nothing inline and nothing from other servers."""

import re
from itertools import product

import pytest
from django.conf import settings

FRONTEND = settings.BASE_DIR / "frontend"
STYLES = sorted((FRONTEND / "static" / "css").glob("*.css"))
TEMPLATES = sorted((FRONTEND / "templates").rglob("*.html"))
LONGEST_LINE = 160
GROUPS = ("government", "industry", "civil-society", "intergovernmental", "academia", "youth", "other")


def palettes():
    """The colours of the light and of the dark mode, by name."""
    text = (FRONTEND / "static" / "css" / "tokens.css").read_text()
    light, dark = text.split("@media screen and (prefers-color-scheme: dark)")
    found = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", part)) for part in (light, dark)]
    assert found[0].keys() == found[1].keys()
    return {"light": found[0], "dark": found[1]}


def luminance(colour):
    """Relative luminance of an sRGB colour, WCAG 2.2."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_text_stands_out_from_what_it_stands_on(mode):
    colour = palettes()[mode]
    grounds = ("paper", "surface", "sunken")
    pairs = list(product(("ink", "muted", "link", "bad"), grounds))
    pairs += [("on-brand", "brand"), ("on-brand", "brand-hover"), ("surface", "bad")]
    pairs += [(name, f"{name}-tint") for name in ("good", "bad", "note", *GROUPS)]
    pairs += list(product(GROUPS, ("paper", "surface")))
    too_close = {pair: contrast(colour[pair[0]], colour[pair[1]]) for pair in pairs}
    assert {pair: ratio for pair, ratio in too_close.items() if ratio < 4.5} == {}


def widths_in(style):
    """What a style sheet says within each rule of a width."""
    for rule in re.finditer(r"@media[^{]*width[^{]*\{", style):
        depth, end = 1, rule.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(style[end], 0)
            end += 1
        yield style[rule.end() : end]


def test_no_text_has_another_colour_at_another_width():
    """So that each page is looked at twice, not four times: tests/journeys/axe.py."""
    found = [part for style in STYLES for part in widths_in(style.read_text())]
    assert len(found) > 20
    assert [part for part in found if re.search(r"(?<![-\w])color:", part)] == []


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_edges_of_controls_and_the_focus_ring_can_be_seen(mode):
    colour = palettes()[mode]
    for name, ground in product(("edge", "focus"), ("paper", "surface")):
        assert contrast(colour[name], colour[ground]) >= 3, (name, ground)


def test_every_constituency_has_a_shape_of_its_own_besides_its_colour():
    shapes = (FRONTEND / "static" / "img" / "shapes.svg").read_text()
    drawn = dict(re.findall(r'<symbol id="([\w-]+)"[^>]*>(.*?)</symbol>', shapes))
    assert set(drawn) == set(GROUPS)
    assert len(set(drawn.values())) == len(GROUPS)


def test_a_template_holds_no_inline_script_or_style_and_calls_nobody():
    inline = r"<style|\sstyle=|\son\w+=|<script(?![^>]*\bsrc=)|hx-on|javascript:"
    foreign = r"(?:src|href|action)=\"(?:https?:)?//"
    found = {
        str(path.relative_to(FRONTEND)): fault.group()
        for path in TEMPLATES
        for fault in re.finditer(f"{inline}|{foreign}", path.read_text())
    }
    assert len(TEMPLATES) > 200
    assert found == {}


def test_a_line_of_a_template_can_be_read():
    lines = {
        f"{path.relative_to(FRONTEND)}:{number}": len(line)
        for path in TEMPLATES
        for number, line in enumerate(path.read_text().splitlines(), 1)
    }
    assert {place: length for place, length in lines.items() if length > LONGEST_LINE} == {}


def test_a_style_sheet_calls_nobody_and_stays_short():
    texts = {path.name: path.read_text() for path in STYLES}
    assert len(texts) > 10
    called = {name: re.findall(r'url\("([^"]*)"\)', text) for name, text in texts.items()}
    assert [one for found in called.values() for one in found if not one.startswith("../fonts/")] == []
    assert [name for name, text in texts.items() if text.count("url(") != len(called[name])] == []
    assert [name for name, text in texts.items() if "@import" in text] == []
    assert {name: lines for name, text in texts.items() if (lines := len(text.splitlines())) >= 300} == {}


@pytest.mark.django_db
def test_the_first_page_weighs_less_than_150_kb_with_everything_it_loads(client):
    answer = client.get("/")
    page = answer.content
    loaded = {address.split("#")[0] for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', page.decode())}
    assert any("htmx" in address for address in loaded)
    bodies = [b"".join(client.get(address)) for address in sorted(loaded)]
    assert all(bodies)
    assert len(page) + sum(map(len, bodies)) < 150_000


@pytest.mark.django_db
def test_the_browser_is_told_to_run_nothing_inline_and_load_nothing_foreign(client):
    policy = client.get("/")["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
