"""The clients of `bench_pages`, in a process of their own: a plan in, one line for each part of it out."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

from tests.benchmarks.bench_pages import AS_FAST_SECONDS, WARM_SECONDS
from tests.benchmarks.http_load import asker, closed_loop, open_loop


def main() -> None:
    plan = json.loads(sys.stdin.readline())
    ask, visits = asker(plan["port"], plan["encoding"]), plan["visits"]

    def visit(number: int) -> tuple[str, int, int]:
        page, path, cookie = visits[number % len(visits)]
        return page, *ask(path, cookie)

    def run(part: str, work: Callable[[], object]) -> None:
        began = time.process_time()
        found = work()
        print(json.dumps({"part": part, "found": found, "seconds_of_client": time.process_time() - began}))
        sys.stdout.flush()

    run("warm", lambda: closed_loop(visit, WARM_SECONDS))
    run("bare", lambda: closed_loop(lambda _number: ask("/healthz", ""), WARM_SECONDS))
    run("most", lambda: closed_loop(visit, AS_FAST_SECONDS))
    others = len(visits) // 2  # visits that nobody has made yet

    def visit_another(number: int) -> tuple[str, int, int]:
        return visit(others + number)

    asked = plan["rate"], plan["seconds"]
    run("rate", lambda: [(*seen, wait) for seen, wait in open_loop(visit_another, *asked)])


if __name__ == "__main__":
    main()
