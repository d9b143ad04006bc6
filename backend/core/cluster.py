"""Work on other machines: a parallel map over the workers of a Dask scheduler, over TLS alone.

Every worker is asked how it was started before anything is sent to it: docs/decisions/0033-cluster.md.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from django.conf import settings
from django.utils.translation import gettext as _

from backend.core.errors import BusinessError
from matching.parallel import ParallelMap, thread_map

if TYPE_CHECKING:
    from distributed import Client, Future

    from backend.core.cluster_worker import ProcessState

CONNECT_SECONDS = 10
POLL_SECONDS = 1.0  # between two looks whether the workers of a task are still there
BEGUN = 4  # items given to each worker at a time: more would wait at the scheduler
SENT_DIRECTLY = 2  # to so many workers this machine sends what is shared itself
LARGE = 2**16  # bytes of an item, from which on it is sent to a worker itself, not by the scheduler
ATTEMPTS = 3  # without a result in between, until this machine goes on by itself
CERTIFICATES = ("ca.pem", "cert.pem", "key.pem")

Result = TypeVar("Result")
log = logging.getLogger(__name__)


class ClusterRefused(BusinessError):
    """The cluster was not started as personal data need it, or has another version of Titian."""

    code = "cluster_refused"


class WorkersLost(Exception):
    """No worker is left of those that tasks were given to."""


@contextmanager
def cluster_map() -> Iterator[ParallelMap]:
    """The map of the cluster that is set, while the block lasts; this machine's threads where none is set,
    answers or has a worker.

    Refuses ClusterRefused.
    """
    if not settings.TITIAN_CLUSTER:
        yield thread_map
        return
    client = _connect(settings.TITIAN_CLUSTER, settings.TITIAN_CLUSTER_CERTIFICATES)
    if client is None:
        log.warning("The cluster %s does not answer: this machine works alone.", settings.TITIAN_CLUSTER)
        yield thread_map
        return
    with client:
        yield ClusterMap(client)


def _connect(address: str, certificates: Path) -> Client | None:
    from distributed import Client
    from distributed.security import Security

    authority, certificate, key = (str(certificates / name) for name in CERTIFICATES)
    security = Security(require_encryption=True, tls_ca_file=authority, tls_client_cert=certificate, tls_client_key=key)
    try:
        return Client(
            address,
            security=security,
            timeout=CONNECT_SECONDS,
            direct_to_workers=True,
            set_as_default=False,
            name="titian",
        )
    except (OSError, ValueError):  # the latter where a server that knows no TLS speaks first
        return None


class ClusterMap:
    """The `ParallelMap` over a client's workers. What is shared is sent to each once, and kept while the next
    map shares it too. Results are those of threads: a lost worker's items are done by another, or here."""

    def __init__(self, client: Client) -> None:
        """Refuses ClusterRefused."""
        from backend.core.cluster_worker import state_of_scheduler

        self._client = client
        self._admitted: set[str] = set()
        self._refused: set[str] = set()
        self._shared: dict[int, tuple[object, Future]] = {}
        self._is_lost = False
        problem = _problem("scheduler", client.run_on_scheduler(state_of_scheduler)) or self._admit_new()
        if problem:
            raise ClusterRefused(problem)
        client.amm.stop()  # it would take copies of what is shared from workers that wait

    def __call__(self, function: Callable[..., Result], items: Iterable[Any], *shared: Any) -> Generator[Result]:
        """As in `ParallelMap`."""
        rest, attempts = deque(items), 0
        while rest and not self._is_lost:
            try:
                with closing(self._on_workers(function, list(rest), shared)) as results:
                    for result in results:
                        rest.popleft()
                        attempts = 0
                        yield result
            except WorkersLost:
                self._shared.clear()
                attempts += 1
                self._is_lost = attempts == ATTEMPTS or not self._workers()
                if self._is_lost:
                    log.warning("No worker of the cluster is left: this machine goes on alone.")
        if rest:
            yield from thread_map(function, rest, *shared)

    def _on_workers(
        self, function: Callable[..., Result], items: list[Any], shared: tuple[Any, ...]
    ) -> Generator[Result]:
        """Raises WorkersLost."""
        from dask.sizeof import sizeof

        from backend.core.cluster_worker import run_item

        begun: deque[Future] = deque()
        try:
            if not (workers := self._workers()):  # to Dask no names are those of all workers
                raise WorkersLost
            sent = self._send(shared, workers)
            for item in items:
                key = f"{function.__name__}-{uuid4().hex}"
                if sizeof(item) > LARGE:
                    (item,) = self._client.scatter([item], workers=workers, hash=False)
                begun.append(self._client.submit(run_item, function, item, *sent, key=key, workers=workers, pure=False))
                if len(begun) > BEGUN * len(workers):
                    yield self._result(begun[0], workers)
                    begun.popleft()
            while begun:
                yield self._result(begun[0], workers)
                begun.popleft()
        except (OSError, CancelledError) as error:  # a connection ended, or what was sent is gone
            raise WorkersLost from error
        finally:
            with suppress(OSError, CancelledError):
                self._client.cancel(list(begun))

    def _result(self, future: Future, workers: list[str]) -> Any:
        from distributed.protocol.pickle import loads
        from distributed.scheduler import KilledWorker

        from backend.core.cluster_worker import Failure

        while True:
            try:
                result = future.result(timeout=POLL_SECONDS)
            except TimeoutError:
                if not set(workers) & set(self._workers()):
                    raise WorkersLost from None
                continue
            except KilledWorker:
                raise WorkersLost from None
            found = loads(result)
            if isinstance(found, Failure):
                raise found.error
            return found

    def _send(self, shared: tuple[Any, ...], workers: list[str]) -> list[Future]:
        """The shared objects on these workers; those of the last map not among them are forgotten."""
        known, self._shared = self._shared, {}
        for one in shared:
            self._shared[id(one)] = known.get(id(one)) or (one, self._send_to_all(one, workers))
        return [self._shared[id(one)][1] for one in shared]

    def _send_to_all(self, one: object, workers: list[str]) -> Future:
        """To the first few at the same time, which give it to the others."""
        name = f"{type(one).__name__}-{uuid4().hex}"

        async def send() -> Future:
            to_each = [
                self._client.scatter({name: one}, workers=[worker], asynchronous=True)
                for worker in workers[:SENT_DIRECTLY]
            ]
            return (await asyncio.gather(*to_each))[0][name]

        future = self._client.sync(send)
        if len(workers) > SENT_DIRECTLY:
            self._client.replicate([future], workers=workers)
        return future

    def _workers(self) -> list[str]:
        """The workers that data may be sent to."""
        if problem := self._admit_new():
            log.warning("%s", problem)
        return sorted(self._admitted & self._present())

    def _present(self) -> set[str]:
        return set(self._client.scheduler_info()["workers"])

    def _admit_new(self) -> str:
        """Ask workers that came since how they were started; a sentence where one is refused, else empty."""
        from backend.core.cluster_worker import state_of_worker

        new, found = self._present() - self._admitted - self._refused, ""
        states = self._client.run(state_of_worker, workers=sorted(new), on_error="return") if new else {}
        for address, state in states.items():
            if isinstance(state, OSError):  # it is gone again
                continue
            problem = _problem(f"worker {address}", state)
            (self._refused if problem else self._admitted).add(address)
            found = found or problem
        return found


def _problem(name: str, state: ProcessState | Exception) -> str:
    """Why this process of the cluster must not be sent anything, in a sentence; empty where it may."""
    from backend.core.cluster_worker import ProcessState, code_mark

    if not isinstance(state, ProcessState) or state.code != code_mark():
        return _(
            "The cluster's %(name)s has another version of Titian or of its libraries: "
            "install the same on all machines."
        ) % {"name": name}
    if not state.is_encrypted or state.has_pages or state.keeps_files:
        return _(
            "The cluster's %(name)s does not require encryption, shows pages or keeps data on its disk: "
            "start it with deploy/dask.yaml."
        ) % {"name": name}
    return ""
