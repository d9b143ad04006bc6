"""Named refusals of the matching room: each says what is wrong with which input."""

from __future__ import annotations


class MatchingError(ValueError):
    """Input the matching cannot use; the message names the culprit."""


class DuplicatePerson(MatchingError):
    """Two participants share an id."""


class UnknownPerson(MatchingError):
    """An id names none of the participants."""


class BadVectors(MatchingError):
    """Vectors of a wrong shape, or with values that are not finite."""


class BadParticipant(MatchingError):
    """A participant with impossible values, such as a negative capacity."""


class BadTie(MatchingError):
    """A tie of a person to herself, or with an age or weight below zero."""


class BadPolicy(MatchingError):
    """A policy value out of its range, or a name no policy knows."""


class BadState(MatchingError):
    """Stored state that this version cannot read."""


class BadEvaluationSet(MatchingError):
    """A file of an evaluation set that does not follow the format; names file, line and cause."""
