"""Counting in clauses: sorting networks over the literals of a CP-SAT model.

Batcher's odd-even merge sort, only from inputs to outputs: output k is forced true when more than k inputs
are true (Asin, Nieuwenhuis, Oliveras, Rodriguez-Carbonell, "Cardinality Networks", Constraints 16 (2011),
section 3).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Literal = Any  # a BoolVar of ortools, or its negation


def sorted_literals(model: Any, literals: Sequence[Literal], first: int) -> list[Literal]:
    """The first `first` outputs of a network: output k is true whenever at least k + 1 literals are."""
    if len(literals) <= 1:
        return list(literals[:first])
    half = len(literals) // 2
    left = sorted_literals(model, literals[:half], first)
    right = sorted_literals(model, literals[half:], first)
    return _merged(model, left, right)[:first]


def at_most(model: Any, literals: Sequence[Literal], limit: int) -> None:
    """No more than `limit` of the literals are true."""
    if limit <= 0:
        for literal in literals:
            model.add_bool_and(literal.negated())
    elif len(literals) > limit:
        model.add_bool_and(sorted_literals(model, literals, limit + 1)[limit].negated())


def _merged(model: Any, left: Sequence[Literal], right: Sequence[Literal]) -> list[Literal]:
    if not left or not right:
        return [*left, *right]
    if len(left) == len(right) == 1:
        return _compared(model, left[0], right[0])
    even = _merged(model, left[0::2], right[0::2])
    odd = _merged(model, left[1::2], right[1::2])
    merged = [even[0]]
    for k in range(max(len(even) - 1, len(odd))):
        pair = [*even[k + 1 : k + 2], *odd[k : k + 1]]
        merged += _compared(model, *pair) if len(pair) == 2 else pair
    return merged


def _compared(model: Any, a: Literal, b: Literal) -> list[Literal]:
    more, less = model.new_bool_var(""), model.new_bool_var("")
    model.add_implication(a, more)
    model.add_implication(b, more)
    model.add_bool_or(a.negated(), b.negated(), less)
    return [more, less]
