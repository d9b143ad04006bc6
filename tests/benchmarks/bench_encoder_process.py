"""The encoder process: its memory, and how long a page waits for it, idle and while work of 1,000 is read.

Run by `make bench`, or alone: `python -m tests.benchmarks.bench_encoder_process [--texts N]`.
"""

import argparse
import sys
import threading
import time

import django
import numpy as np
from django.conf import settings

from backend.core.encoder import encode
from tests.benchmarks.bench_encoder import profile_texts
from tests.encoder import RunningEncoder

QUERY = "Somebody who trains prosecutors on evidence from chats, {number}"
QUERIES = 100
MOST_BYTES = 1 << 30
MOST_SECONDS = 1.0  # a page's live line


def waits(count: int, until: threading.Event | None = None) -> np.ndarray:
    """Seconds from asking to the vector, of so many queries one after the other, or until `until`."""
    found = []
    for number in range(count):
        if until and until.is_set():
            break
        started = time.perf_counter()
        encode([QUERY.format(number=number)], "query", is_urgent=True)
        found.append(time.perf_counter() - started)
    return np.array(found) * 1000


def show(name: str, found: np.ndarray) -> None:
    middle, high = np.percentile(found, [50, 95])
    print(f"{name}: median {middle:.0f} ms, p95 {high:.0f} ms, slowest {found.max():.0f} ms of {len(found)}")


def main() -> int:
    """Print all of it; exit 1 where a page waits more than a second or the process has more than 1 GB."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--texts", type=int, default=1000)
    arguments = options.parse_args()
    django.setup()
    running = RunningEncoder()
    settings.ENCODER_FOLDER = running.folder
    try:
        started = time.perf_counter()
        encode(["Hello."], "query")
        print(f"first request, started on need: {time.perf_counter() - started:.1f} s")
        show("query, idle", waits(QUERIES))
        texts, done = profile_texts(arguments.texts), threading.Event()

        def work() -> None:
            for start in range(0, len(texts), 256):
                encode(texts[start : start + 256], "passage")
            done.set()

        started = time.perf_counter()
        working = threading.Thread(target=work)
        working.start()
        busy = waits(100_000, done)
        working.join()
        print(f"{len(texts)} texts beside these queries: {time.perf_counter() - started:.1f} s")
        show("query, during that", busy)
        assert running.process
        memory = running.process.memory_full_info()
        print(f"memory: {memory.pss >> 20} MB PSS, {memory.rss >> 20} MB RSS")
        return int(np.percentile(busy, 95) > MOST_SECONDS * 1000 or memory.pss > MOST_BYTES)
    finally:
        running.end()


if __name__ == "__main__":
    sys.exit(main())
