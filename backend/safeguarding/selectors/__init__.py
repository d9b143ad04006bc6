"""How people are shown to each other, whom one blocked, and what a safeguarding lead reads."""

from backend.safeguarding.selectors.blocks import OwnBlock, block_made_by, blocks_made_by
from backend.safeguarding.selectors.faces import (
    Face,
    PersonBehind,
    TopicSaid,
    face_of,
    faces_for,
    person_behind,
    seen_among,
)
from backend.safeguarding.selectors.reports import (
    OwnReport,
    PartyRow,
    ReportLine,
    ReportPage,
    ViewRow,
    has_reader,
    last_report_by,
    names_of_leads,
    report_page_for,
    reports_for,
    waiting_reports,
)

__all__ = [
    "Face",
    "OwnBlock",
    "OwnReport",
    "PartyRow",
    "PersonBehind",
    "ReportLine",
    "ReportPage",
    "TopicSaid",
    "ViewRow",
    "block_made_by",
    "blocks_made_by",
    "face_of",
    "faces_for",
    "has_reader",
    "last_report_by",
    "names_of_leads",
    "person_behind",
    "report_page_for",
    "reports_for",
    "seen_among",
    "waiting_reports",
]
