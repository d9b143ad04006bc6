"""Public profiles, a person's own blocks, and reports for safeguarding leads."""

from backend.safeguarding.selectors.age_classes import age_questions_for, waiting_age_questions
from backend.safeguarding.selectors.blocks import OwnBlock, block_made_by, blocks_made_by
from backend.safeguarding.selectors.public_profiles import (
    PublicProfile,
    TargetPerson,
    TopicInterest,
    person_for_attendee,
    public_profile_of,
    public_profiles_for,
    visible_ids_for,
)
from backend.safeguarding.selectors.reports import (
    OwnReport,
    PartyRow,
    ReportLine,
    ReportPage,
    ViewRow,
    has_reader,
    last_report_by,
    leads_to_hand_over_to,
    leads_who_read,
    names_of_leads,
    report_page_for,
    reports_for,
    waiting_reports,
)

__all__ = [
    "OwnBlock",
    "OwnReport",
    "PartyRow",
    "PublicProfile",
    "ReportLine",
    "ReportPage",
    "TargetPerson",
    "TopicInterest",
    "ViewRow",
    "age_questions_for",
    "block_made_by",
    "blocks_made_by",
    "has_reader",
    "last_report_by",
    "leads_to_hand_over_to",
    "leads_who_read",
    "names_of_leads",
    "person_for_attendee",
    "public_profile_of",
    "public_profiles_for",
    "report_page_for",
    "reports_for",
    "visible_ids_for",
    "waiting_age_questions",
    "waiting_reports",
]
