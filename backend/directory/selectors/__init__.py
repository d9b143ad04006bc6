"""What attendees read of each other, and what organisers read of everybody at an event."""

from backend.directory.selectors.causes import causes_for, just_told
from backend.directory.selectors.home import Home, home_for
from backend.directory.selectors.needs_help import (
    NeedsHelpRow,
    attendees_needing_help,
    needs_help_csv,
    needs_help_rows,
)
from backend.directory.selectors.people import (
    PersonPage,
    person_for,
    saved_for,
    wished_by,
    without_open_time,
)
from backend.directory.selectors.roster import (
    EXPORT_COLUMNS,
    ROSTER_FILTERS,
    SEARCH,
    SORT,
    SORTS,
    TICKS,
    RosterPerson,
    RosterRow,
    organisation_names,
    roster_choices,
    roster_export,
    roster_ids,
    roster_person,
    roster_rows,
    sector_choices,
)

__all__ = [
    "EXPORT_COLUMNS",
    "ROSTER_FILTERS",
    "SEARCH",
    "SORT",
    "SORTS",
    "TICKS",
    "Home",
    "NeedsHelpRow",
    "PersonPage",
    "RosterPerson",
    "RosterRow",
    "attendees_needing_help",
    "causes_for",
    "home_for",
    "just_told",
    "needs_help_csv",
    "needs_help_rows",
    "organisation_names",
    "person_for",
    "roster_choices",
    "roster_export",
    "roster_ids",
    "roster_person",
    "roster_rows",
    "saved_for",
    "sector_choices",
    "wished_by",
    "without_open_time",
]
