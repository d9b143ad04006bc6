"""The parent of every named refusal, and the refusals that several features share."""


class BusinessError(Exception):
    """A refusal with a stable `code` for machines and one plain sentence for people.

    One that is caught, or raised in many places, is a subclass with a `code`, beside the function that raises
    it; any other is `Refused`. Pages show the sentence, the API answers with `status` (409 unless said
    otherwise), commands print it as one line and exit with 1. Where trying again helps, `retry_after` says in
    how many seconds.
    """

    code = "refused"
    status = 409
    retry_after = 0

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class Refused(BusinessError):
    """A refusal that nobody catches apart from others: its code is given where it is raised."""

    def __init__(self, code: str, message: str, *, status: int = 409, **details: object) -> None:
        super().__init__(message, **details)
        self.code = code
        self.status = status


class NotFound(BusinessError):
    """What was asked for does not exist, or is not for the one who asks."""

    code = "not_found"
    status = 404


class NotYours(BusinessError):
    """Only the person it belongs to, or the one asked, may do this."""

    code = "not_yours"
    status = 403


class OrganisersOnly(BusinessError):
    """Only an organiser of the event may do this."""

    code = "only_organisers"
    status = 403
