"""Adamic-Adar and PageRank: ours for everybody against networkx.

Run by `make bench`, or alone: `python -m tests.benchmarks.bench_graph [--people N ...] [--nodes N]`. networkx
is timed on a sample of people and scaled. The peak of memory is the process's up to the end of ours, both
graphs included. Exit 1 below 50 times its speed at 10,000 people.
"""

import argparse
import resource
import sys
import time
from itertools import combinations_with_replacement

import networkx as nx
import numpy as np
import scipy.sparse as sp

from matching.policy import MatchingPolicy
from matching.recommend.blocks import blocks_of
from matching.recommend.gram import GramMatrix
from matching.recommend.graph import Incidence, columns_without_hubs
from matching.recommend.pagerank import RandomWalk, resolvent

LEAST_RATIO, JUDGED_PEOPLE = 50, 10_000


def random_graph(people, nodes, seed=0):
    """People x nodes, ten each, as a networkx graph and as matrices."""
    rng = np.random.default_rng(seed)
    rows, columns = np.repeat(np.arange(people), 10), rng.integers(0, nodes, people * 10)
    table = sp.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(people, nodes))
    table.data[:] = 1
    graph = nx.Graph()
    graph.add_nodes_from(range(people + nodes))
    graph.add_edges_from(zip(table.tocoo().row.tolist(), (table.tocoo().col + people).tolist(), strict=True))
    names = tuple(("session", str(k)) for k in range(nodes))
    return graph, Incidence(*[sp.csr_matrix((people, people))] * 2, table, names)


def our_overlap(incidence):
    """Every pair's weighted common neighbours, tile by tile, as the pair stage reads them."""
    columns, damping = columns_without_hubs(incidence, MatchingPolicy())
    gram = GramMatrix.from_rows(columns @ sp.diags(np.sqrt(damping))).for_all_tiles()
    blocks = blocks_of(incidence.others.shape[0])
    pairs_of_blocks = combinations_with_replacement(blocks, 2)
    return sum(float(gram.tile(*pair)[0, 0]) for pair in pairs_of_blocks)


def timed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def networkx_seconds(graph, people, sample, seed=0):
    """(Adamic-Adar of all pairs, PageRank of all people), scaled from `sample` people."""
    chosen = np.random.default_rng(seed).choice(people, sample, replace=False).tolist()

    def overlap():
        for person in chosen:
            # A list: networkx walks over the pairs twice.
            pairs = [(person, other) for other in range(people) if other != person]
            for _ in nx.adamic_adar_index(graph, pairs):
                pass

    def pagerank():
        for person in chosen:
            nx.pagerank(graph, personalization={person: 1})

    # Each unordered pair once: half of what the sample's rows would scale to.
    return timed(overlap) * people / sample / 2, timed(pagerank) * people / sample


def bench(people, nodes, sample):
    """Print both and their ratios; gives the lesser ratio."""
    graph, incidence = random_graph(people, nodes)
    walk = RandomWalk.from_adjacency(incidence.people, incidence.others, 0.15)
    ours = timed(lambda: our_overlap(incidence)), timed(lambda: resolvent(walk, tolerance=1e-4))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    reference = networkx_seconds(graph, people, min(sample, people))
    print(f"{f'{people:,} people, {nodes:,} nodes':<28}{'ours':>10}{'networkx':>12}{'ratio':>9}")
    for name, own, peer in zip(("Adamic-Adar", "PageRank"), ours, reference, strict=True):
        print(f"{name:<26}{own:>10.2f} s{peer:>10.1f} s{peer / own:>8.0f}x")
    print(f"{'both':<26}{sum(ours):>10.2f} s{sum(reference):>10.1f} s{sum(reference) / sum(ours):>8.0f}x")
    print(f"peak {peak:.0f} MB")
    return min(peer / own for own, peer in zip(ours, reference, strict=True))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, nargs="*", default=[1_000, JUDGED_PEOPLE])
    parser.add_argument("--nodes", type=int, default=1_500)
    parser.add_argument("--sample", type=int, default=20)
    options = parser.parse_args()
    least = {n: bench(n, options.nodes, options.sample) for n in sorted(options.people)}
    sys.exit(int(any(people >= JUDGED_PEOPLE and ratio < LEAST_RATIO for people, ratio in least.items())))


if __name__ == "__main__":
    main()
