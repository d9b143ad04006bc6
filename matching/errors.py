"""Errors of matching: each names the input and what is wrong with it."""

from __future__ import annotations


class MatchingError(ValueError):
    """Invalid input; the message names the offending value."""


class DuplicatePerson(MatchingError):
    """Two participants share an id."""


class UnknownPerson(MatchingError):
    """An id names none of the participants."""


class BadVectors(MatchingError):
    """Vectors of a wrong shape, or with values that are not finite."""


class BadParticipant(MatchingError):
    """A participant with impossible values, such as a negative capacity."""


class BadTie(MatchingError):
    """A self-loop, or a tie with a negative age or weight."""


class BadMatchingPolicy(MatchingError):
    """A policy value out of range, or an unknown setting."""


class BadState(MatchingError):
    """Stored state that this version cannot read."""


class BadAnswers(MatchingError):
    """Answers to learn from of a wrong shape, or with impossible values."""


class BadGroups(MatchingError):
    """People, tables or fixed seats of a problem of groups that cannot be, such as a forbidden pair fixed
    at one table."""
