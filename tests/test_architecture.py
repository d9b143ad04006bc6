"""The architecture: every import contract holds, and breaks when a violation is planted."""

from __future__ import annotations

import ast
import doctest
import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.urls import URLPattern, URLResolver, get_resolver
from grimp import ImportGraph, build_graph
from importlinter import Contract
from importlinter.api import read_configuration
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.layers import LayersContract
from rest_framework.settings import api_settings
from rest_framework.views import APIView

ROOT: Path = settings.BASE_DIR
PACKAGES = ("frontend", "backend", "matching")
MAX_LINES = 600

# Views of other packages, with what guards each: they cannot wear an access policy of ours.
FOREIGN_VIEWS = {
    "healthz": "says ok and nothing else",
    ".well-known/": "says where to report a security problem",
    "readyz": "says whether the database answers; seconds since anything happened to the monitor alone",
    "metrics": "counts and times of nobody, to the monitor alone",
    "accounts/": "signing in, open to everyone and rate limited",
    "admin/": "staff only, reference data only",
    "api/schema": "the description of the API holds no data",
    "api/docs": "the description of the API holds no data",
}

# Files outside safeguarding that read an age class, a visibility or a block, and why that decides no contact.
READS_AGE_CLASS_OR_VISIBILITY = {
    "backend/events/models/attendees.py": "the values that the database lets in",
    "backend/events/rules/consents.py": "of a minor a guardian consents, or there is no profile",
    "backend/events/rules/roles.py": "an event with minors opens once they are provided for",
    "backend/events/services/addresses.py": "adults alone change their own address",
    "backend/events/rules/age_classes.py": "about whom two events' leads have to agree, told to leads alone",
    "backend/roster/services/importing.py": "what a list changes, and how many ages stay unknown",
    "backend/roster/services/adding.py": "tells who is there already only of a listed adult",
    "backend/events/services/attendees.py": "sets no minor's full name by hand",
    "backend/directory/selectors/roster.py": "shows what organisers set, and withholds of minors",
    "backend/demo/loading.py": "makes the demo's hidden people",
    "backend/events/selectors.py": "shortens a minor's name in the organisers' lists",
    "backend/events/api/profile.py": "shows oneself whether one is listed",
    "backend/invitations/rules.py": "whom organisers see as people to invite; the policy decides at sending",
    "backend/invitations/selectors.py": "how many the organisers have to confirm before they are invited",
    "frontend/events/forms/profile.py": "shows oneself whether one is listed",
    "backend/events/services/profiles.py": "hides oneself",
    "backend/moving/selectors.py": "blocks move with their people",
    "backend/moving/services/deleting.py": "a report that keeps two apart becomes a block",
    "backend/privacy/services/accounts.py": "a block keeps the hash of an erased account",
    "backend/privacy/services/closing.py": "a block ends with the hash of an erased account",
    "backend/stats/rules/access.py": "of those who left adults alone count on",
    "backend/privacy/services/merging.py": "keeps the more protected of two entries of one person",
    "backend/roles/services/appointments.py": "tells an organiser to set an age class first",
    "backend/events/services/mailboxes.py": "an adult alone is added to a mailbox",
    "backend/privacy/selectors.py": "says to oneself who reads what",
    "frontend/privacy/views.py": "shows oneself whether one is listed",
    "backend/booking/services/joining.py": "organisers open times for people they set as adults",
}
SAFEGUARDED_FIELDS = {"age_class", "visibility"}

# One planted line breaks one contract: (contract, file, import).
VIOLATIONS = [
    ("packages", "matching/policy.py", "import backend.core.errors"),
    ("packages", "backend/core/errors.py", "import frontend.urls"),
    ("features", "backend/people/models.py", "import backend.events.models"),
    ("features", "backend/safeguarding/services/blocks.py", "import backend.suggestions.models"),
    ("features", "backend/core/queue.py", "import backend.config.database"),
    ("inside", "backend/people/models.py", "import backend.people.services"),
    ("inside", "backend/suggestions/selectors/lists.py", "import backend.suggestions.api"),
    ("inside", "backend/booking/models/meetings.py", "import backend.booking.services"),
    ("inside", "backend/safeguarding/rules.py", "import backend.safeguarding.selectors"),
    ("core", "backend/core/errors.py", "import backend.core.api"),
    ("config", "backend/config/environment.py", "import backend.config.settings"),
    ("demo", "backend/demo/people.py", "import backend.demo.loading"),
    ("product", "backend/config/management/commands/serve.py", "import backend.demo.loading"),
    ("pages", "frontend/access.py", "import frontend.booking.views"),
    ("views", "frontend/booking/words.py", "import frontend.booking.forms"),
    ("matching", "matching/network/mixing.py", "import matching.recommend.balance"),
    ("matching", "matching/text/tfidf.py", "import matching.network.graph"),
    ("matching", "matching/recommend/run.py", "import matching.scheduling.solve"),
    ("pure", "matching/recommend/scoring.py", "import django.utils.timezone"),
    ("pure", "matching/recommend/scoring.py", "import random"),
    ("pure", "matching/recommend/ranking.py", "import time"),
    ("engines", "backend/suggestions/services/feedback.py", "import matching.recommend.scoring"),
    ("engines", "frontend/urls.py", "import matching"),
    ("torch", "matching/text/centring.py", "import torch"),
    ("torch", "backend/suggestions/engine/texts.py", "import sentence_transformers"),
]


MODULES_WITHOUT_A_PLACE = [
    ("features", "backend/networking/__init__.py"),
    ("inside", "backend/booking/helpers.py"),
    ("core", "backend/core/utils.py"),
    ("config", "backend/config/common.py"),
    ("demo", "backend/demo/helpers.py"),
    ("pages", "frontend/shared.py"),
    ("views", "frontend/booking/utils.py"),
    ("matching", "matching/utils.py"),
]


# Reads the imports of the sources in the working folder: of each module, what it imports.
READ_IMPORTS = (
    "import grimp, json; "
    f"graph = grimp.build_graph(*{PACKAGES}, include_external_packages=True, cache_dir=None); "
    "found = {name: sorted(graph.find_modules_directly_imported_by(name)) for name in graph.modules}; "
    "print(json.dumps(found))"
)
KINDS: dict[str, type[Contract]] = {"layers": LayersContract, "forbidden": ForbiddenContract}


@pytest.fixture(scope="module")
def imports() -> ImportGraph:
    """The imports of the sources as they are."""
    return build_graph(*PACKAGES, include_external_packages=True, cache_dir=None)


@pytest.fixture(scope="module")
def planted_imports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What each module imports in a copy of the sources with every violation planted."""
    copy = tmp_path_factory.mktemp("source")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, copy / package, ignore=_all_but_code)
    for _contract, file, line in VIOLATIONS:
        with (copy / file).open("a") as planted:
            planted.write(f"\n{line}\n")
    for _contract, file in MODULES_WITHOUT_A_PLACE:
        (copy / file).parent.mkdir(exist_ok=True)
        (copy / file).write_text("")
    read = subprocess.run([sys.executable, "-c", READ_IMPORTS], cwd=copy, capture_output=True, text=True, check=True)
    found: dict[str, list[str]] = json.loads(read.stdout)
    return found


def _all_but_code(_folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name == "__pycache__" or Path(name).suffix not in {"", ".py"}]


def _module(file: str) -> str:
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@cache
def _contracts() -> dict[str, Contract]:
    """The contracts of `make check` by their ids."""
    read = read_configuration(str(ROOT / "pyproject.toml"))
    session = read["session_options"]
    return {
        options["id"]: KINDS[options["type"]](options["name"], session, options)
        for options in read["contracts_options"]
    }


def _holds(contract: str, imports: ImportGraph) -> bool:
    return _contracts()[contract].check(deepcopy(imports), verbose=False).kept


def test_the_layers_hold(imports: ImportGraph) -> None:
    assert set(_contracts()) == {contract for contract, _, _ in VIOLATIONS}
    assert [contract for contract in _contracts() if not _holds(contract, imports)] == []


@pytest.mark.parametrize(("contract", "file", "line"), VIOLATIONS)
def test_a_planted_violation_is_caught(
    imports: ImportGraph, planted_imports: dict[str, list[str]], contract: str, file: str, line: str
) -> None:
    importer, name = _module(file), line.removeprefix("import ")
    imported = name if name.startswith(PACKAGES) else name.split(".")[0]
    assert not imports.direct_import_exists(importer=importer, imported=imported)
    assert imported in planted_imports[importer]
    with_violation = deepcopy(imports)
    with_violation.add_import(importer=importer, imported=imported)
    assert not _holds(contract, with_violation), f"{line} in {file} went unnoticed"


@pytest.mark.parametrize(("contract", "module"), MODULES_WITHOUT_A_PLACE)
def test_a_module_without_a_place_is_caught(
    imports: ImportGraph, planted_imports: dict[str, list[str]], contract: str, module: str
) -> None:
    assert _module(module) in planted_imports
    with_module = deepcopy(imports)
    with_module.add_module(_module(module))
    assert not _holds(contract, with_module)


def test_every_feature_is_held_to_the_same_shape() -> None:
    found = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    contracts = {contract["id"]: contract for contract in found}
    features = {f"backend.{app.parent.name}" for app in (ROOT / "backend").glob("*/apps.py")}
    above_and_below = {"backend.config", "backend.core", "backend.demo", "backend.benchmarks"}
    assert set(contracts["inside"]["containers"]) == features - above_and_below
    pages = {f"frontend.{views.parent.name}" for views in (ROOT / "frontend").glob("*/views*")}
    assert set(contracts["views"]["containers"]) == pages
    assert {name for name, one in contracts.items() if one.get("exhaustive")} >= {
        "features", "inside", "core", "config", "pages", "views", "matching",
    }  # fmt: skip


def _patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern, address)
        else:
            yield address, pattern


def test_every_address_has_exactly_one_access_policy() -> None:
    without = []
    for address, pattern in _patterns(get_resolver()):
        view = pattern.callback
        api_view = getattr(view, "cls", None)
        if address.startswith(tuple(FOREIGN_VIEWS)):
            continue
        if api_view is not None and issubclass(api_view, APIView):
            decided = api_view.permission_classes not in ([], api_settings.DEFAULT_PERMISSION_CLASSES)
        else:
            decided = bool(getattr(view, "access_policy", None))
        if not decided:
            without.append(address)
    assert not without, f"nobody said who may open {without}"


def test_a_page_and_an_api_view_without_a_policy_are_told_apart_from_the_others() -> None:
    addresses = [address for address, _ in _patterns(get_resolver())]
    assert any(address.startswith("api/v1/") for address in addresses)
    assert sum(not address.startswith(("api/", *FOREIGN_VIEWS)) for address in addresses) > 5


def test_no_file_is_longer_than_600_lines() -> None:
    folders = [ROOT / name for name in (*PACKAGES, "tests", ".ci")]
    kinds = {".py", ".html", ".css", ".js"}
    files = [path for folder in folders for path in folder.rglob("*") if path.suffix in kinds]
    files = [path for path in files if not {"vendor", "migrations"} & set(path.parts)]
    lengths = {path: len(path.read_text().splitlines()) for path in files}
    too_long = {str(path.relative_to(ROOT)): lines for path, lines in lengths.items() if lines > MAX_LINES}
    assert len(lengths) > 100
    assert not too_long


def test_pages_ask_for_rows_and_never_fetch_them() -> None:
    """Only selectors read tables: there the contact policy and the number of queries have their one place."""
    files = {path: path.read_text() for path in (ROOT / "frontend").rglob("*.py")}
    assert len(files) > 30
    assert not [str(path.relative_to(ROOT)) for path, text in files.items() if ".objects" in text]


def test_nobody_but_safeguarding_decides_who_may_be_in_touch() -> None:
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts]
    files = [path for path in files if not path.is_relative_to(ROOT / "backend" / "safeguarding")]
    found = {str(path.relative_to(ROOT)) for path in files if _reads_safeguarded(ast.parse(path.read_text()))}
    assert found == set(READS_AGE_CLASS_OR_VISIBILITY)


def _reads_safeguarded(source: ast.Module) -> bool:
    """Whether it compares an age class or a visibility, filters by one, or knows of blocks."""
    for node in ast.walk(source):
        match node:
            case ast.Compare(left=left, comparators=others):
                sides = {part.attr for part in (left, *others) if isinstance(part, ast.Attribute)}
                if sides & SAFEGUARDED_FIELDS:
                    return True
            case ast.Call(func=ast.Attribute(attr="filter" | "exclude" | "get") | ast.Name(id="Q"), keywords=keywords):
                names = {part for keyword in keywords for part in (keyword.arg or "").split("__")}
                if names & {*SAFEGUARDED_FIELDS, "blocks_made", "blocks_received"}:
                    return True
            case ast.alias(name="Block"):
                return True
    return False


def _expected_texts(source: ast.Module) -> Iterator[str]:
    """What doctests print, and the numbers that an assertion compares as they stand."""
    examples = doctest.DocTestParser().get_examples
    for node in ast.walk(source):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            yield from (one.want for one in examples(ast.get_docstring(node) or ""))
        elif isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq):
            sides = (node.left, *node.comparators)
            yield from (ast.unparse(side) for side in sides if not isinstance(side, ast.Call))


def test_no_test_compares_floating_point_by_all_its_digits() -> None:
    """Another processor gives other last digits: round them, or ask pytest.approx."""
    paths = [path for folder in (*PACKAGES, "tests") for path in (ROOT / folder).rglob("*.py")]
    digits = re.compile(r"\d\.\d{7}")
    found = {
        path.relative_to(ROOT).as_posix(): text
        for path in paths
        if digits.search(source := path.read_text())
        for text in _expected_texts(ast.parse(source))
        if digits.search(text)
    }
    assert found == {}


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.slow
def test_the_web_process_never_loads_the_model_libraries() -> None:
    look = (
        "import sys; from backend.config.wsgi import application; import backend.config.urls, frontend.urls; "
        "print(sorted({'torch', 'sentence_transformers', 'transformers', 'sklearn'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.stdout.strip() == "[]", found.stdout + found.stderr


SELDOM_USED = ("networkx", "ortools", "pandas", "scipy.optimize")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("imports", "must_not_be"),
    [
        ("import backend.config.wsgi, backend.config.urls, frontend.urls", SELDOM_USED),
        ("from procrastinate.contrib.django import app; app.perform_import_paths()", SELDOM_USED),
        ("import backend.config.management.commands.serve, backend.demo.selectors", ("numpy", "matching")),
    ],
    ids=["web", "worker", "serve"],
)
def test_no_process_keeps_in_memory_what_it_seldom_uses(imports: str, must_not_be: tuple[str, ...]) -> None:
    look = f"print([name for name in {must_not_be} if name in sys.modules])"
    found = subprocess.run(
        [sys.executable, "-c", f"import django, sys; django.setup(); {imports}; {look}"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.stdout.strip() == "[]", found.stdout + found.stderr


def test_no_tracked_file_is_one_that_git_ignores() -> None:
    """Checking such a file out replaces what lies there: a link named .venv, for one, the environment."""
    command = ["git", "ls-files", "--cached", "--ignored", "--exclude-standard"]
    if shutil.which("git"):  # an archive of the sources is tested without it
        found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert found.stdout.split() == []
