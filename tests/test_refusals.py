"""Every sentence a person reads can be translated: refusals, form errors, messages, templates."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.template.base import Lexer, TokenType

from backend.core.messages import texts_of, translation_calls

ROOT: Path = settings.BASE_DIR
FILES = [
    path
    for folder in ("backend", "frontend")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "migrations" not in path.parts
]
TEMPLATES = sorted([*(ROOT / "frontend" / "templates").rglob("*"), *(ROOT / "backend").glob("*/mail/*")])
TEMPLATES = [path for path in TEMPLATES if path.suffix in {".html", ".txt"}]

# Refusals that only a terminal shows, to whoever runs Titian.
FOR_TERMINALS = {
    "BadLoad",
    "CannotBackUp",
    "CannotExport",
    "CannotImport",
    "CannotMove",
    "CannotRestore",
    "CannotServe",
    "CannotWrite",
    "DatabaseUnusable",
    "ServerDidNotStart",
}
# What the API shows of a form or a serializer, and what a page shows beside a field.
ERRORS = {"ValidationError"}
MESSAGES = {"success", "error", "warning", "info"}
FIELD_TEXTS = {"label", "help_text", "error_messages", "empty_label"}

# What may be called by its name in a refusal or a log; of people `name_shown_to` gives it.
NAMED_THINGS = {"event", "theme", "topic", "sector", "child", "provider"}
NAMES_OF_PEOPLE = {"shown_name", "name_in_lists", "name_in_roster", "name_to_call", "listed_name"}

# Names, units and headers that are the same in every language.
SAME_EVERYWHERE = {"Titian", "UTC", "csv", "Authorization", "Token"}
ATTRIBUTES = re.compile(r"""\b(?:aria-label|alt|title|placeholder)=(?:"([^"]*)"|'([^']*)')""")
UNSHOWN = re.compile(r"<(script|style)\b.*?</\1>|<!--.*?-->|<!DOCTYPE[^>]*>", re.S | re.I)
LETTERS = re.compile(r"[^\W\d_]{2,}")
POSITIONAL = re.compile(r"(?<!%)(?:%%)*%[-+ #0-9.]*[sdrf]|\{\d*\}")


@pytest.fixture(scope="module")
def sources() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text()) for path in FILES}


def _refusals(trees: dict[Path, ast.Module]) -> set[str]:
    """The names of BusinessError and all classes below it."""
    bases = {
        node.name: {base.id if isinstance(base, ast.Name) else "" for base in node.bases}
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    found, before = {"BusinessError"}, 0
    while len(found) > before:
        before = len(found)
        found |= {name for name, parents in bases.items() if parents & found}
    return found - FOR_TERMINALS


def _is_literal(text: ast.expr, given: dict[str, list[ast.expr]]) -> bool:
    """Whether the text is written in place, or in a variable of the same file, and so never translated."""
    match text:
        case ast.Constant(value=str() as words):
            return bool(LETTERS.search(words))
        case ast.JoinedStr(values=parts):
            return any(_is_literal(part, given) for part in parts)
        case ast.BinOp(left=left, right=right, op=ast.Add()):
            return _is_literal(left, given) or _is_literal(right, given)
        case ast.BinOp(left=left, op=ast.Mod()):
            return _is_literal(left, given)
        case ast.IfExp(body=body, orelse=other):
            return _is_literal(body, given) or _is_literal(other, given)
        case ast.BoolOp(values=values):
            return any(_is_literal(value, given) for value in values)
        case ast.Dict(values=values):
            return any(_is_literal(value, given) for value in values)
        case ast.List(elts=values) | ast.Tuple(elts=values):
            return any(_is_literal(value, given) for value in values)
        case ast.Call(func=ast.Attribute(value=value, attr="format" | "join")):
            return _is_literal(value, given)
        case ast.Subscript(value=ast.Name(id=name)) | ast.Name(id=name):
            return any(_is_literal(value, {}) for value in given.get(name, []))
    return False


def _assigned(tree: ast.Module) -> dict[str, list[ast.expr]]:
    """The values each variable of the file is given, by name."""
    given: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                given.setdefault(name, []).append(value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                given.setdefault(name, []).append(value)
    return given


def _texts_shown(tree: ast.Module, refusals: set[str]) -> Iterator[ast.expr]:
    """The arguments of the file that become sentences for a person."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Name(id="Refused"):  # its code comes first
                yield from node.args[1:2]
            case ast.Name(id=name) | ast.Attribute(attr=name) if name in refusals | ERRORS:
                yield from node.args[:1]
                yield from (keyword.value for keyword in node.keywords if keyword.arg == "message")
            case ast.Attribute(value=ast.Name(id="messages"), attr=name) if name in MESSAGES:
                yield from node.args[1:2]
            case ast.Attribute(attr="add_error"):
                yield from node.args[1:2]
            case ast.Attribute(value=ast.Name(id="forms")):
                yield from (keyword.value for keyword in node.keywords if keyword.arg in FIELD_TEXTS)


def literal_texts(trees: dict[Path, ast.Module]) -> list[str]:
    """file:line of each sentence for a person that no catalogue knows."""
    refusals = _refusals(trees)
    return [
        f"{path.relative_to(ROOT)}:{text.lineno}"
        for path, tree in trees.items()
        for given in [_assigned(tree)]
        for text in _texts_shown(tree, refusals)
        if _is_literal(text, given)
    ]


def bare_texts(template: str) -> list[str]:
    """The words of a template that stand outside its translate tags."""
    kept, inside = [], False
    for token in Lexer(template).tokenize():
        if token.token_type == TokenType.BLOCK:
            tag = token.split_contents()[0]
            if tag in {"blocktranslate", "blocktrans", "comment"}:
                inside = True
            elif tag in {"endblocktranslate", "endblocktrans", "endcomment"}:
                inside = False
        elif token.token_type == TokenType.TEXT and not inside:
            kept.append(token.contents)
    html = UNSHOWN.sub("", "".join(kept))
    shown = [re.sub(r"<[^>]*>", " ", html), *("".join(found) for found in ATTRIBUTES.findall(html))]
    words = [word for text in shown for word in LETTERS.findall(text)]
    return [word for word in words if word not in SAME_EVERYWHERE]


def test_a_refusal_an_error_and_a_message_come_from_gettext(sources: dict[Path, ast.Module]) -> None:
    assert not literal_texts(sources)


@pytest.mark.parametrize(
    "line",
    [
        'raise Taken("Somebody was faster.")',
        'raise Refused("taken", "Somebody was faster.")',
        'raise Taken(f"{name} was faster.")',
        'raise Taken("%s was faster." % name)',
        'raise Taken(_("Taken.") if late else "Somebody was faster.")',
        'sentence = "Somebody was faster."\nraise Taken(sentence)',
        'raise forms.ValidationError("Somebody was faster.")',
        'messages.success(request, "Saved.")',
        'form.add_error("name", "Please write a name.")',
        'name = forms.CharField(label="Name")',
        'name = forms.CharField(error_messages={"required": "Please write a name."})',
    ],
)
def test_a_literal_sentence_is_found(line: str) -> None:
    source = f"class Taken(BusinessError): ...\n{line}"
    assert literal_texts({ROOT / "planted.py": ast.parse(source)}) == [f"planted.py:{len(source.splitlines())}"]


def codes_in(trees: dict[Path, ast.Module]) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Of each code that classes have, their names; of each other, the statuses it is raised with."""
    refusals, of_classes, in_place = _refusals(trees) | FOR_TERMINALS, defaultdict(set), defaultdict(set)
    for node in (node for tree in trees.values() for node in ast.walk(tree)):
        match node:
            case ast.ClassDef(name=name, body=body) if name in refusals:
                for code in _assigned(ast.Module(body, [])).get("code", []):
                    of_classes[ast.literal_eval(code)].add(name)
            case ast.Call(func=ast.Name(id="Refused"), args=[code, *_], keywords=keywords):
                statuses = [ast.unparse(one.value) for one in keywords if one.arg == "status"]
                in_place[ast.literal_eval(code)].add(statuses[0] if statuses else "409")
    return of_classes, in_place


def test_a_code_is_of_one_class_or_raised_in_place_with_one_status(sources: dict[Path, ast.Module]) -> None:
    of_classes, in_place = codes_in(sources)
    found = [*of_classes.items(), *in_place.items()]
    assert {code: names_or_statuses for code, names_or_statuses in found if len(names_or_statuses) > 1} == {}
    assert of_classes.keys() & in_place.keys() == set()
    assert len(of_classes) > 50
    assert len(in_place) > 90
    assert all(re.fullmatch("[a-z]+(_[a-z]+)*", code) for code in (*of_classes, *in_place))


def named_people(trees: dict[Path, ast.Module]) -> list[str]:
    """file:line of each refusal or line of the log that takes a person's name or address by itself."""
    refusals = _refusals(trees)
    return [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _is_refusal_or_log(node.func, refusals)
        for part in ast.walk(node)
        if _names_somebody(part)
    ]


def _is_refusal_or_log(function: ast.expr, refusals: set[str]) -> bool:
    match function:
        case ast.Name(id=name) | ast.Attribute(value=ast.Name(id="log"), attr=name):
            return name in refusals or isinstance(function, ast.Attribute)
    return False


def _names_somebody(part: ast.AST) -> bool:
    match part:
        case ast.Call(func=ast.Name(id=name)):
            return name in NAMES_OF_PEOPLE
        case ast.Attribute(value=ast.Name(id=of) | ast.Attribute(attr=of), attr="name" | "short_name" | "email"):
            return of not in NAMED_THINGS
    return False


def test_a_refusal_and_a_log_take_a_person_s_name_by_what_its_reader_is_shown(sources: dict[Path, ast.Module]) -> None:
    assert not named_people(sources)


@pytest.mark.parametrize(
    "line",
    [
        'raise Taken(_("%(name)s is there.") % {"name": person.name})',
        'raise Taken(_("%(name)s is there.") % {"name": found.owner.name})',
        'raise Taken(_("%(name)s is there.") % {"name": shown_name(other)})',
        'log.warning("Not sent to %s.", row.person.email)',
    ],
)
def test_a_name_taken_by_itself_is_found(line: str) -> None:
    source = f"class Taken(BusinessError): ...\n{line}"
    assert named_people({ROOT / "planted.py": ast.parse(source)}) == ["planted.py:2"]


def test_a_text_to_translate_is_a_plain_literal_with_named_placeholders(sources: dict[Path, ast.Module]) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path, tree in sources.items()
        for function, call in translation_calls(tree)
        if not all(_is_plain(text) for text in texts_of(function, call))
    ]
    assert not wrong


def _is_plain(text: ast.expr) -> bool:
    """Whether a catalogue can hold it: one literal, its values by name and not by place."""
    if not isinstance(text, ast.Constant) or not isinstance(text.value, str):
        return False
    return not POSITIONAL.search(text.value)


@pytest.mark.parametrize(
    "template",
    [
        "<p>Saved</p>",
        '<p aria-label="Saved">{{ name }}</p>',
        "{% if saved %}Saved{% endif %}",
        '{% translate "It is" %} Saved',
    ],
)
def test_a_bare_word_is_found(template: str) -> None:
    assert bare_texts(template) == ["Saved"]


def test_the_words_of_a_template_are_inside_translate_tags() -> None:
    assert len(TEMPLATES) > 100
    bare = {str(path.relative_to(ROOT)): bare_texts(path.read_text()) for path in TEMPLATES}
    assert not {path: words for path, words in bare.items() if words}
