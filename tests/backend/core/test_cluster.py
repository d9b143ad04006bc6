"""Matching on other machines: the lists of this one, whatever becomes of workers; nothing sent unsafely."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator

import pytest
from django.core.exceptions import ImproperlyConfigured

from backend.config.environment import cluster_from
from backend.core.cluster import ClusterRefused, cluster_map
from backend.suggestions.engine import lists
from backend.suggestions.services import runs
from matching.policy import MatchingPolicy
from matching.recommend import blocks
from matching.recommend.dataset import prepare_dataset
from matching.recommend.features import prepare_features
from matching.recommend.pool import CandidatePool, Known
from matching.recommend.run import compute_run
from matching.recommend.scoring import Scorer, fit_standardiser
from matching.recommend.tiles import ScoredTiles
from tests.cluster import LocalCluster
from tests.factories import NOW, make_attendee, make_event
from tests.matching.recommend.strategies import make_people

PEOPLE = make_people(1000, 4, ties=600)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    """With two workers."""
    with LocalCluster(tmp_path_factory.mktemp("cluster")) as running:
        running.start_worker()
        running.start_worker()
        yield running


@pytest.fixture(autouse=True)
def many_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "TILE", 200)
    monkeypatch.setattr(blocks, "PART", 50)


@pytest.fixture(scope="module")
def lists_of_threads() -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "TILE", 200)
        patch.setattr(blocks, "PART", 50)
        return compute_run(*PEOPLE).lists


def use(running: LocalCluster, settings) -> None:
    settings.TITIAN_CLUSTER, settings.TITIAN_CLUSTER_CERTIFICATES = running.address, running.folder


@pytest.mark.slow
def test_lists_of_a_cluster_are_those_of_threads_and_progress_is_told(cluster, settings, lists_of_threads):
    use(cluster, settings)
    shares: list[float] = []
    with cluster_map() as parallel_map:
        found = compute_run(
            *PEOPLE,
            on_progress=lambda stage, share: shares.append(share) if stage == "pairs" else None,
            parallel_map=parallel_map,
        )
        at_work = set(parallel_map(os.getpgid, [0] * 20))
    assert found.lists == lists_of_threads
    assert len(shares) > 20
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert at_work <= {worker.pid for worker in cluster.workers}


@pytest.mark.slow
def test_a_worker_that_is_killed_costs_nothing_but_its_tiles_and_one_that_joins_takes_some(
    tmp_path, settings, lists_of_threads
):
    with LocalCluster(tmp_path) as running:
        use(running, settings)
        first = running.start_worker()
        joined = []

        def on_progress(stage: str, share: float) -> None:
            if stage == "pairs" and share > 0.2 and not joined:
                joined.append(running.start_worker())
            if stage == "pairs" and share > 0.5 and first.returncode is None:
                running.kill(first)

        with cluster_map() as parallel_map:
            found = compute_run(*PEOPLE, on_progress=on_progress, parallel_map=parallel_map)
            assert set(parallel_map(os.getpgid, [0] * 4)) == {joined[0].pid}
        assert found.lists == lists_of_threads


@pytest.mark.slow
def test_without_workers_and_without_a_scheduler_this_machine_goes_on_alone(
    tmp_path, settings, lists_of_threads, caplog, monkeypatch
):
    with LocalCluster(tmp_path) as running:
        use(running, settings)
        running.start_worker()

        def on_progress(stage: str, share: float) -> None:
            if stage == "pairs" and share > 0.3 and running.workers[0].returncode is None:
                running.kill(running.workers[0])

        with cluster_map() as parallel_map:
            found = compute_run(*PEOPLE, on_progress=on_progress, parallel_map=parallel_map)
        assert found.lists == lists_of_threads
        assert "No worker of the cluster is left" in caplog.text
    monkeypatch.setattr("backend.core.cluster.CONNECT_SECONDS", 1)
    with cluster_map() as parallel_map:
        assert list(parallel_map(abs, [-1, 2])) == [1, 2]
    assert "does not answer" in caplog.text


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_lists_of_a_large_event_are_made_on_the_cluster_and_published(cluster, settings, monkeypatch):
    event = make_event()
    for _ in range(6):
        make_attendee(event, seeks_topics=["sextortion"], offers_topics=["victim-support"])

    def places() -> list[tuple[object, ...]]:
        run = runs.build_run(event=event, now=NOW)
        return sorted(run.suggestions.values_list("attendee", "other", "rank", "score"))

    here = places()
    use(cluster, settings)
    done = cluster.transitions()
    assert places() == here
    assert cluster.transitions() == done
    monkeypatch.setattr(lists, "LEAST_FOR_CLUSTER", 6)
    assert places() == here
    assert cluster.transitions() > done


@pytest.mark.slow
def test_what_is_shared_is_on_every_worker(tmp_path, settings):
    with LocalCluster(tmp_path) as running:
        use(running, settings)
        for _ in range(3):
            running.start_worker()
        with cluster_map() as parallel_map:
            results = parallel_map(pow, [2, 3], 5)
            assert next(results) == 32
            holders = running.client.run_on_scheduler(
                lambda dask_scheduler: [
                    len(task.who_has) for key, task in dask_scheduler.tasks.items() if key.startswith("int-")
                ]
            )
            assert list(results) == [243]
    assert holders == [3]


@pytest.mark.slow
def test_a_cancelled_run_leaves_no_task_behind(cluster, settings):
    use(cluster, settings)

    class Cancelled(Exception):
        pass

    def on_progress(stage: str, share: float) -> None:
        if stage == "pairs" and share > 0.2:
            raise Cancelled

    with cluster_map() as parallel_map, pytest.raises(Cancelled):
        compute_run(*PEOPLE, on_progress=on_progress, parallel_map=parallel_map)
    assert cluster.client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks)) == 0


@pytest.mark.slow
def test_an_error_of_a_function_is_raised_here_and_logged_nowhere(cluster, settings):
    use(cluster, settings)
    with cluster_map() as parallel_map, pytest.raises(ValueError, match="secret"):
        list(parallel_map(int, ["1", "secret"]))
    assert "secret" not in cluster.logs()


@pytest.mark.slow
@pytest.mark.parametrize(
    "config",
    [
        {"distributed": {"worker": {"memory": {"spill": 0.7}}}},
        {"distributed": {"worker": {"http": {"routes": ["distributed.http.health"]}}}},
        {"distributed": {"comm": {"require-encryption": None}}},
    ],
    ids=["spills to disk", "has pages", "lets connections be plain"],
)
def test_a_cluster_that_is_not_started_safely_is_refused_in_one_sentence(tmp_path, settings, config):
    with LocalCluster(tmp_path, config) as running:
        use(running, settings)
        running.start_worker()
        with pytest.raises(ClusterRefused, match=r"start it with deploy/dask\.yaml\.$"), cluster_map():
            pass


@pytest.mark.slow
def test_a_refused_worker_is_given_nothing_once_it_is_the_last(tmp_path, settings):
    with LocalCluster(tmp_path) as running:
        use(running, settings)
        running.start_worker()
        with cluster_map() as parallel_map:
            file = tmp_path / "dask.yaml"
            file.write_text(file.read_text().replace("spill: false", "spill: 0.7"))
            running.start_worker()
            running.workers.reverse()
            running.stop_worker()
            assert list(parallel_map(lambda _item: os.getpid(), [1])) == [os.getpid()]


def test_a_plain_address_missing_certificates_and_a_plain_scheduler_are_refused(
    tmp_path, settings, monkeypatch, caplog
):
    for address, sentence in (
        ("tcp://10.0.0.5:8786", "must be an address such as tls://"),
        ("tls://10.0.0.5:8786", "needs .*ca.pem: TITIAN_CLUSTER_CERTIFICATES names its folder"),
    ):
        monkeypatch.setenv("TITIAN_CLUSTER", address)
        with pytest.raises(ImproperlyConfigured, match=sentence):
            cluster_from("TITIAN_CLUSTER", tmp_path)
    changes = {"distributed": {"comm": {"require-encryption": None}}}
    with LocalCluster(tmp_path, changes, protocol="tcp") as plain:
        use(plain, settings)
        settings.TITIAN_CLUSTER = plain.address.replace("tcp://", "tls://")
        monkeypatch.setattr("backend.core.cluster.CONNECT_SECONDS", 1)
        with cluster_map() as parallel_map:
            assert list(parallel_map(abs, [-1])) == [1]
        assert "does not answer" in caplog.text


def test_what_is_sent_holds_no_text_organisation_or_topic():
    people, ties, vectors = PEOPLE
    policy = MatchingPolicy()
    dataset = prepare_dataset(people, ties, vectors, (), policy)
    features = fit_standardiser(prepare_features(dataset.participants, vectors, dataset.incidence, policy), policy)
    tiles = ScoredTiles.of(Scorer.from_features(features, policy), dataset.exclusions)
    pool = CandidatePool(dataset.groups, policy)
    sent = pickle.dumps((tiles, pool.rule, Known(pool.means, pool.bounds)))
    words = {word for person in people for word in f"{person.seeks} {person.offers} {person.about}".split()}
    for person in people:
        words |= {person.organisation, person.constituency, *person.seeks_topics, *person.sessions}
    assert len(words) > 500
    assert not [word for word in words if word.encode() in sent]
