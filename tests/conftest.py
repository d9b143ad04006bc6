"""Fixtures of every test: a PostgreSQL of its own, no network, mail that goes nowhere."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import hypothesis
import psutil
import pytest
from django.conf import settings
from django.contrib.auth import login, user_logged_in
from django.db import connections
from django.http import HttpRequest
from django.test import Client, TransactionTestCase
from filelock import FileLock, Timeout
from psycopg._preparing import PrepareManager
from pytest_django import Settings
from pytest_django.plugin import DjangoDbBlocker
from whitenoise.middleware import WhiteNoiseMiddleware

from backend.config.compiled_catalogues import compile_catalogues
from backend.config.embedded import server_in, servers_in
from matching.text.model import bundled_model
from tests.chromium import NONE_FOUND, chromium
from tests.database import SERVER_OF_THIS_RUN, begin_to_make_tables, empty_tables, make_tables, vacuum_grown_tables
from tests.encoder import RunningEncoder
from tests.https import Peer, make_certificate, serving
from tests.smtp import MailServer

SERVERS = settings.VAR / "test-postgres"
ENCODER_OF_THIS_RUN = "TITIAN_TEST_ENCODER"
ENCODER = pytest.StashKey[RunningEncoder]()
TABLES = pytest.StashKey[subprocess.Popen[bytes]]()
ROOMY_HEAP = "--js-flags=--min-semi-space-size=64"  # garbage collection took a seventh of axe's time
ONE_PROCESS = "--renderer-process-limit=1"  # for the pages of all tests of a worker, instead of one each
# Two workers on two cores lose time by threads that wait for each other, in every library, and by memory
# returned to the system only to be allocated again.
QUIET_LIBRARIES = {
    "OMP_NUM_THREADS": "1",
    "MALLOC_MMAP_THRESHOLD_": str(1 << 30),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 30),
    "MALLOC_TOP_PAD_": str(64 << 20),
}
# The second tier: what `make test` leaves to `make test-rest`. Single tests are marked where they stand.
SLOW = (
    "tests/deploy/",
    "tests/journeys/",
    "tests/backend/assistants/test_races.py",
    "tests/backend/benchmarks/",
    "tests/backend/booking/api/test_refusals.py",
    "tests/backend/booking/test_lock_order.py",
    "tests/backend/booking/test_races.py",
    "tests/backend/booking/test_removed_meanwhile.py",
    "tests/backend/booking/test_state_machine.py",
    "tests/backend/booking/test_waiting_races.py",
    "tests/backend/config/test_encoder.py",
    "tests/backend/config/test_message_checks.py",
    "tests/backend/config/test_outages.py",
    "tests/backend/config/test_processes.py",
    "tests/backend/config/test_switch_interval.py",
    "tests/backend/config/test_urls.py",
    "tests/backend/config/test_web.py",
    "tests/backend/core/test_cluster.py",
    "tests/backend/core/test_openapi.py",
    "tests/backend/demo/test_lists.py",
    "tests/backend/demo/test_loading.py",
    "tests/backend/directory/test_names.py",
    "tests/backend/groups/services/test_kinds.py",
    "tests/backend/groups/services/test_round_outcomes.py",
    "tests/backend/groups/test_joining_races.py",
    "tests/backend/groups/test_office_hours_machine.py",
    "tests/backend/groups/test_rules.py",
    "tests/backend/integrations/test_programmes.py",
    "tests/backend/integrations/test_syncing.py",
    "tests/backend/notifications/services/test_mail_limits.py",
    "tests/backend/notifications/services/test_notice_mails.py",
    "tests/backend/notifications/services/test_notices.py",
    "tests/backend/notifications/services/test_quiet_mails.py",
    "tests/backend/notifications/services/test_table_words.py",
    "tests/backend/outcomes/services/test_arrivals.py",
    "tests/backend/outcomes/services/test_follow_ups.py",
    "tests/backend/people/test_account_mails.py",
    "tests/backend/privacy/test_leaving.py",
    "tests/backend/privacy/test_replay.py",
    "tests/backend/programme/selectors/test_plans.py",
    "tests/backend/programme/services/test_editing.py",
    "tests/backend/programme/services/test_publishing.py",
    "tests/backend/programme/test_races.py",
    "tests/backend/roster/services/test_rows.py",
    "tests/backend/roster/test_crowd.py",
    "tests/backend/safeguarding/test_races.py",
    "tests/backend/setup/test_minute_job.py",
    "tests/backend/stats/selectors/test_export.py",
    "tests/backend/stats/selectors/test_headlines.py",
    "tests/backend/stats/selectors/test_report.py",
    "tests/backend/stats/selectors/test_worksheets.py",
    "tests/backend/stats/test_api.py",
    "tests/backend/stats/test_releases.py",
    "tests/backend/suggestions/selectors/test_further.py",
    "tests/backend/suggestions/selectors/test_shared_needs.py",
    "tests/backend/suggestions/services/test_aliases.py",
    "tests/backend/suggestions/services/test_concurrent_builds.py",
    "tests/backend/suggestions/services/test_floor.py",
    "tests/backend/suggestions/services/test_refresh.py",
    "tests/backend/suggestions/test_api.py",
    "tests/frontend/booking/test_meetings.py",
    "tests/frontend/directory/test_directory.py",
    "tests/frontend/events/test_own_names.py",
    "tests/frontend/groups/test_open_roundtables.py",
    "tests/frontend/groups/test_rounds.py",
    "tests/frontend/notifications/test_answer_links.py",
    "tests/frontend/people/test_hostile_sign_in.py",
    "tests/frontend/people/test_mailboxes.py",
    "tests/frontend/setup/test_rehearsal.py",
    "tests/frontend/stats/test_figures_agree.py",
    "tests/frontend/test_handbook_examples.py",
    "tests/frontend/test_page_weight.py",
    "tests/matching/groups/test_rounds.py",
    "tests/matching/groups/test_roundtables.py",
    "tests/matching/recommend/test_learning.py",
    "tests/matching/recommend/test_ranking.py",
    "tests/matching/recommend/test_single_speaker.py",
    "tests/matching/text/test_precision.py",
    "tests/test_access_matrix.py",
    "tests/test_hostile_texts.py",
    "tests/test_migrations.py",
    "tests/test_names_in_answers.py",
    "tests/test_openapi_requests.py",
    "tests/test_other_forums.py",
    "tests/test_reading_everything.py",
    "tests/test_refusals.py",
    "tests/test_reports_stay_with_leads.py",
    "tests/test_venue.py",
    "tests/test_wheel.py",
    "tests/upgrades/",
)
MAIN_PATH = "tests/journeys/test_main_path.py"
# Workers take a file each time they are free: they end together when the longest are taken first.
LONGEST = (
    "tests/journeys/test_other_languages.py",
    "tests/journeys/test_desk.py",
    "tests/frontend/safeguarding/test_aliases.py",
    "tests/test_access_matrix.py",
    "tests/test_names_in_answers.py",
    "tests/test_openapi_requests.py",
    "tests/backend/events/test_archived.py",
    "tests/backend/booking/test_state_machine.py",
    "tests/test_policy_call_sites.py",
    "tests/test_reading_everything.py",
    "tests/test_other_forums.py",
    "tests/test_hostile_texts.py",
    "tests/test_marked_texts.py",
    "tests/test_migrations.py",
    "tests/backend/benchmarks/",
    "tests/backend/config/",
    "tests/backend/groups/",
    "tests/frontend/test_fresh_proof.py",
    "tests/backend/core/test_openapi.py",
    "tests/journeys/",
    "tests/backend/demo/",
    "tests/deploy/",
    "tests/backend/suggestions/",
    "tests/matching/text/",
    *SLOW,
)
hypothesis.settings.register_profile("suite", deadline=None)  # how fast this machine is, is not tested
hypothesis.settings.load_profile("suite")


def pytest_configure(config: pytest.Config) -> None:
    """Nothing but this machine can be reached; and the workers of one run (pytest-xdist) share a server."""
    compile_catalogues()
    config.option.allow_unix_socket = True
    config.option.allow_hosts = "127.0.0.1,::1"
    if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
        os.environ[SERVER_OF_THIS_RUN] = str(_new_server())
        if "EMBEDDED" in connections["default"].settings_dict:
            config.stash[TABLES] = begin_to_make_tables(Path(os.environ[SERVER_OF_THIS_RUN]))
        for name, value in QUIET_LIBRARIES.items():
            os.environ.setdefault(name, value)
    if ENCODER_OF_THIS_RUN not in os.environ:
        config.stash[ENCODER] = RunningEncoder()
        os.environ[ENCODER_OF_THIS_RUN] = config.stash[ENCODER].folder
    settings.ENCODER_FOLDER = os.environ[ENCODER_OF_THIS_RUN]
    settings.ERASURES = Path(settings.ENCODER_FOLDER) / f"erasures-{os.getpid()}.jsonl"  # goes with the run


def pytest_unconfigure(config: pytest.Config) -> None:
    if ENCODER in config.stash:
        config.stash[ENCODER].end()
        del os.environ[ENCODER_OF_THIS_RUN]
    if TABLES in config.stash:
        config.stash[TABLES].kill()  # where no test asked for tables, it may still be at work
        config.stash[TABLES].wait()
    if not hasattr(config, "workerinput") and SERVER_OF_THIS_RUN in os.environ:
        _remove(Path(os.environ.pop(SERVER_OF_THIS_RUN)))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """A run of one tier does not read the files of the other: they import what is big."""
    name = os.path.relpath(collection_path, settings.BASE_DIR)
    is_slow = name.startswith(SLOW) and name != MAIN_PATH
    if config.option.markexpr == "not slow" and is_slow:
        return True
    if config.option.markexpr != "slow" or is_slow or collection_path.suffix != ".py":
        return None
    return True if "mark.slow" not in collection_path.read_text() else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the second tier, and put the longest files first."""
    for item in items:
        if item.nodeid.startswith(SLOW) and not item.nodeid.startswith(MAIN_PATH):
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: [not item.nodeid.startswith(one) for one in LONGEST])


def pytest_collection_finish() -> None:
    """Freeze the garbage collector's view of what is imported: that saves an eighth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """The same engine as `make run`, in a folder of this run alone; DATABASE_URL, where given, is obeyed."""
    database = connections["default"].settings_dict
    if "EMBEDDED" in database:
        if SERVER_OF_THIS_RUN not in os.environ:
            os.environ[SERVER_OF_THIS_RUN] = str(_new_server())
        folder = Path(os.environ[SERVER_OF_THIS_RUN])
        with django_db_blocker.unblock():
            make_tables(folder)
        database["TEST"]["TEMPLATE"] = database["NAME"]


@pytest.fixture(scope="session")
def model_folder() -> Path:
    """The bundled model, unpacked once for all runs."""
    return bundled_model(settings.MODEL_FOLDER)


@pytest.fixture(scope="session", autouse=True)
def _second_factors() -> None:
    """Whoever a test signs in has proved a second factor; see tests/second_factor.py."""
    from tests.second_factor import prove_at_sign_in  # its models exist only now

    user_logged_in.connect(prove_at_sign_in)


@pytest.fixture(scope="session", autouse=True)
def _signed_in_without_a_session_before() -> Iterator[None]:
    """As a browser is; Django's client would first store an empty session and then replace it."""

    def sign_in(client: Client, user: Any, backend: str | None = None) -> None:
        request = HttpRequest()
        is_known = settings.SESSION_COOKIE_NAME in client.cookies
        request.session = client.session if is_known else new_session()
        login(request, user, backend)
        request.session.save()
        client._set_login_cookies(request)

    new_session = import_module(settings.SESSION_ENGINE).SessionStore
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "_login", sign_in)
        yield


@pytest.fixture(scope="session", autouse=True)
def _little_to_empty() -> Iterator[None]:
    """After a test that commits; Django would truncate its own tables, all of them, and leave the queue."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: empty_tables())
        yield


@pytest.fixture(scope="session", autouse=True)
def _prepared_once() -> Iterator[None]:
    """Statements stay prepared when a test ends; psycopg forgets them at each rollback, as if tables had gone."""
    discard = PrepareManager._should_discard

    def unless_rolled_back(manager: PrepareManager, prepare: Any, results: Sequence[Any]) -> bool:
        return discard(manager, prepare, [result for result in results if result.command_status != b"ROLLBACK"])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PrepareManager, "_should_discard", unless_rolled_back)
        yield


@pytest.fixture(scope="module", autouse=True)
def _no_rows_of_earlier_files(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Tests that take back what they wrote leave it in the tables; the next file begins without."""
    yield
    if connections["default"].connection is not None:
        with django_db_blocker.unblock():
            vacuum_grown_tables()


@pytest.fixture(scope="session", autouse=True)
def _static_files_found_once() -> Iterator[None]:
    """By the first client of all tests, as in a web process; else each one looks through all folders."""
    look, found = WhiteNoiseMiddleware.add_files_from_finders, {}

    def add_found(middleware: WhiteNoiseMiddleware) -> None:
        if not found:
            look(middleware)
            found.update(middleware.files)
        middleware.files = dict(found)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", add_found)
        yield


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a server of others on this machine."""
    return make_certificate(tmp_path_factory.mktemp("https") / "server.pem")


@pytest.fixture
def peer(certificate: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[Peer]:
    """A server under https://localhost, which this installation trusts and may ask."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    settings.TITIAN_ALLOW_PRIVATE_SOURCES = ["localhost"]
    with serving(certificate) as one:
        yield one


@pytest.fixture
def shop(db: None, peer: Peer) -> Any:
    """A forum, and a server on which its people register."""
    from tests.registrations import open_shop  # its models exist only now

    return open_shop(peer)


@pytest.fixture(params=["block", "report"])
def blocked_by(request: pytest.FixtureRequest) -> str:
    """What blocks contact between two people; see `block_contact`. Every such test runs for both (S8)."""
    return str(request.param)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    """The journeys' browser; requests to any other machine fail."""
    path = chromium()
    if path is None:
        pytest.fail(NONE_FOUND)
    rules = "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"
    arguments = [f"--host-resolver-rules={rules}", "--disable-background-networking", ROOMY_HEAP, ONE_PROCESS]
    return {**browser_type_launch_args, "executable_path": path, "args": arguments}


def _new_server() -> Path:
    SERVERS.mkdir(parents=True, exist_ok=True)
    for lock in SERVERS.glob("run-*.lock"):
        with suppress(Timeout), FileLock(lock, blocking=False):  # free: its run was killed
            _remove(lock.with_suffix(""))
    folder = Path(tempfile.mkdtemp(dir=SERVERS, prefix="run-"))
    server_in(str(folder), durable=False).ensure_running()
    return folder


def _remove(folder: Path) -> None:
    server_in(str(folder), durable=False).stop()
    for process in servers_in(folder):
        with suppress(psutil.NoSuchProcess):
            process.kill()
    shutil.rmtree(folder, ignore_errors=True)
    for beside in (*folder.parent.glob(f"*{folder.name}.lock"), folder.with_name(f"{folder.name}.password")):
        beside.unlink(missing_ok=True)


@pytest.fixture
def at_now(time_machine: Any) -> None:
    """The clock stands at `tests.factories.NOW`."""
    from tests.factories import NOW  # its models exist only now

    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def post(settings: Settings) -> Iterator[MailServer]:
    """The mail server to which all mail goes; it keeps what it gets."""
    server = MailServer()
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    yield server
    server.stop()
