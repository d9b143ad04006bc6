"""Rounds without a repeated pair from finite fields (Harvey's and Colbourn's starts for the social golfer).

People stand in columns of q, a prime power; in round m person x of column i sits at table x + m a_i, the a_i
being different elements of GF(q). Two of different columns meet in exactly one of q rounds, two of one
column never: a resolvable transversal design (Colbourn and Dinitz, Handbook of Combinatorial Designs, III.3).
"""

from __future__ import annotations

from itertools import product

import numpy as np

from matching.scheduling.columns import Ints


def transversal_rounds(columns: int, order: int, rounds: int) -> Ints:
    """(rounds, columns x order): tables below `order`, person x of column i at index i x order + x.

    order: a prime power, no less than columns and rounds.

    >>> transversal_rounds(2, 3, 2).tolist()
    [[0, 1, 2, 0, 1, 2], [0, 1, 2, 1, 2, 0]]
    """
    added, times = galois_field(order)
    row = [[added[x, times[m, i]] for i in range(columns) for x in range(order)] for m in range(rounds)]
    return np.array(row)


def galois_field(order: int) -> tuple[Ints, Ints]:
    """(q, q) tables of sums and products of GF(q), elements as polynomials over Z_p with p^j in digit j.

    >>> galois_field(4)[1].tolist()
    [[0, 0, 0, 0], [0, 1, 2, 3], [0, 2, 3, 1], [0, 3, 1, 2]]
    """
    prime, degree = _prime_power(order) or (0, 0)
    if not degree:
        raise ValueError(f"{order} is no prime power.")
    digits = np.array([number[::-1] for number in product(range(prime), repeat=degree)])
    place = prime ** np.arange(degree)
    added = (digits[:, None] + digits) % prime @ place
    for low in digits:  # monic polynomials x^degree + low, until one has no divisors
        times = _products(digits, low, prime) @ place
        if (times[1:, 1:] > 0).all():
            return added, times
    raise AssertionError("Every finite field has an irreducible polynomial.")


def prime_powers(least: int, most: int) -> list[int]:
    """Prime powers from least to most, rising.

    >>> prime_powers(6, 12)
    [7, 8, 9, 11]
    """
    return [number for number in range(max(least, 2), most + 1) if _prime_power(number)]


def _products(digits: Ints, low: Ints, prime: int) -> Ints:
    """(q, q, degree): digits of all products modulo x^degree + low."""
    degree = digits.shape[1]
    found: Ints = np.zeros((len(digits), len(digits), 2 * degree - 1), np.int64)
    for power in range(degree):
        found[:, :, power : power + degree] += digits[:, power, None, None] * digits
    for power in range(2 * degree - 2, degree - 1, -1):
        found[:, :, power - degree : power] -= found[:, :, power, None] * low
    return found[:, :, :degree] % prime


def _prime_power(number: int) -> tuple[int, int] | None:
    """(p, e) with number = p^e, None where there is none."""
    prime = next((p for p in range(2, int(number**0.5) + 1) if number % p == 0), number)
    degree = 0
    while number > 1 and number % prime == 0:
        number //= prime
        degree += 1
    return (prime, degree) if number == 1 and degree else None
