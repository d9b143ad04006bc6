"""What an organiser asks of a plan, and which options make sense."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from backend.core.errors import BusinessError
from backend.people.models import Constituency
from backend.programme.models import Plan

MAX_DRAFTS = 20  # of one event
MAX_SECONDS = 300
MAX_SEED = 2**31 - 1


class BadOptions(BusinessError):
    """`details["field"]` names what cannot be used."""

    code = "bad_aims"
    status = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOptions:
    """Options of a plan; constituencies only for scope "between".

    least and most are meetings per person, fixed ones included; of people without a meeting each gets one, or
    the least, and `most` is for those they meet. cross_share, 0 to 1, is the least share of
    the planned meetings between two constituencies.
    """

    scope: str = Plan.Scope.EVERYONE
    first_constituency: str = ""
    second_constituency: str = ""
    least: int = 0
    most: int = 5
    cross_share: float = 0.0
    seconds: int = 20
    seed: int = 1

    @property
    def between(self) -> tuple[str, str] | None:
        """The two constituencies to plan between, or None for no such limit."""
        is_between = self.scope == Plan.Scope.BETWEEN
        return (self.first_constituency, self.second_constituency) if is_between else None

    @property
    def is_for_first_meetings(self) -> bool:
        """Whether the plan is for people without a meeting: each gets a first one, with whomever fits."""
        return self.scope == Plan.Scope.WITHOUT_MEETING

    @property
    def most_in_scope(self) -> int:
        """Of people without a meeting each gets one, or the least asked for; of others `most`."""
        return max(1, self.least) if self.is_for_first_meetings else self.most


def options_of(plan: Plan) -> PlanOptions:
    """What was asked of the plan."""
    return PlanOptions(**{name: getattr(plan, name) for name in PlanOptions.__dataclass_fields__})


def check_options(options: PlanOptions) -> None:
    """Refuse BadOptions, naming the field."""
    if options.scope not in Plan.Scope.values:
        scopes = ", ".join(Plan.Scope.values)
        raise BadOptions(_("Plan for one of: %(scopes)s.") % {"scopes": scopes}, field="scope")
    _check_constituencies(options)
    if not 1 <= options.most <= 50:
        raise BadOptions(_("Give everybody at most 1 to 50 meetings."), field="most")
    if not 0 <= options.least <= options.most:
        message = _("The least number of meetings is from 0 to the most, %(most)s.")
        raise BadOptions(message % {"most": options.most}, field="least")
    if not 0 <= options.cross_share <= 1:
        message = _("The share of meetings across constituencies is from 0 to 100 %.")
        raise BadOptions(message, field="cross_share")
    if options.cross_share and options.scope == Plan.Scope.BETWEEN:
        message = _("Between two constituencies the share is given: leave it at 0, or plan for everyone.")
        raise BadOptions(message, field="cross_share")
    if not 1 <= options.seconds <= MAX_SECONDS:
        message = _("Let the planner work for 1 to %(seconds)s seconds.")
        raise BadOptions(message % {"seconds": MAX_SECONDS}, field="seconds")
    if not 0 <= options.seed <= MAX_SEED:
        raise BadOptions(_("A seed is a number from 0 to %(seed)s.") % {"seed": MAX_SEED}, field="seed")


def _check_constituencies(options: PlanOptions) -> None:
    for name in ("first_constituency", "second_constituency"):
        if options.scope == Plan.Scope.BETWEEN and getattr(options, name) not in Constituency.values:
            raise BadOptions(_("Choose two constituencies to plan between."), field=name)
        if options.scope != Plan.Scope.BETWEEN and getattr(options, name):
            message = _("Constituencies are only chosen for a plan between two of them.")
            raise BadOptions(message, field=name)
