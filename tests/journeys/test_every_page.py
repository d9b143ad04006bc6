"""Every page is opened by a journey that checks it with axe, or is no page and says why."""

import inspect

from frontend.urls import urlpatterns

SEEN = {
    "test_pages.py": "about_translations account_request_login_code account_confirm_login_code welcome"
    " accessibility handbook demo_enter demo_outbox"
    " profile api_access my_data leave suggestions person block",
    "test_addresses.py": "change_address choose_person codes",
    "test_second_factor.py": "sign_ins confirm_by_code",
    "test_elsewhere.py": "identities",
    "test_offline.py": "offline_agenda",
    "test_home.py": "event_home home",
    "test_finding.py": "people saved_people session_companions working_on",
    "test_joining.py": "join join_step",
    "test_desk.py": "desk bridges progress method people_to_help unanswered desk_print nudge done attendees"
    " import_list",
    "test_official.py": "matching lists pair",
    "test_sources.py": "sources add_source source",
    "test_webhooks.py": "webhooks add_webhook webhook",
    "test_roster.py": "attendee add_attendee choose_duplicate merge twice",
    "test_reports.py": "report_person report_sent reports report report_about link_report safety_news"
    " suspensions suspend report_contacts",
    "test_meeting_pages.py": "answer ask availability calendar cancel_for_both change_request counter"
    " day_sheet disputes mails meeting meetings notices report_meeting sessions setup speakers zone"
    " agenda closures contact_rules import_agenda my_agenda sectors session topics rehearsal end_rehearsal"
    " local_names mail_texts busy_calendar",
    "test_role_pages.py": "about age_classes forum_quota forum_roles invitation invitation_texts invitations roles"
    " move_forum safety venue",
    "test_consents.py": "consents consent consent_answer country_contacts supervision",
    "test_aliases.py": "aliases alias lift_alias",
    "test_delegation_sessions.py": "delegation_sessions delegation_session my_delegation_sessions",
    "test_proposals.py": "by_hand move",
    "test_connections.py": "connections kept_connections share_contact",
    "test_assistants.py": "assistants acting_for",
    "test_office_hours.py": "new_office_hour office_hour",
    "test_rounds.py": "all_rounds rounds my_tables",
    "test_open_roundtables.py": "open_roundtables change_roundtable",
    "test_first_forum.py": "first_administrator forums start_forum installation_status translation_remarks",
    "test_long_jobs.py": "long_job",
    "test_programme_pages.py": "programme plan planned plan_doors plan_days",
}
UNSEEN = {
    "demo_preparation": "a part of pages, where there is a demo to be loaded",
    "back_from_elsewhere": "leads on from where a provider sends the browser",
    "demo_outbox_mail": "a mail as its reader's program draws it",
    "demo_outbox_file": "a file",
    "handbook_page": "a page that is written by another program",
    "service_worker": "a script",
    "my_data_file": "a file",
    "remarks_file": "a file",
    "who_needs_help": "a file",
    "unmet_needs": "a file",
    "done_file": "a file",
    "attendees_file": "a file",
    "sample_list": "a file",
    "stats_file": "a file",
    "long_job_answer": "the file or page of a job",
    "meeting_download": "a file",
    "next_meeting": "a part of home",
    "opened_row": "a part of lists",
    "calendar_download": "a file",
    "connections_table": "a file",
    "kept_address_book": "a file",
    "address_book": "a file",
    "connection_card": "a file",
    "picture": "a file",
}


def test_each_page_is_looked_at_by_some_journey():
    views = {pattern.name: inspect.unwrap(pattern.callback) for pattern in urlpatterns}
    pages = [name for name, view in views.items() if "@require_POST" not in inspect.getsource(view)]
    seen = [name for names in SEEN.values() for name in names.split()]
    assert sorted(pages) == sorted([*seen, *UNSEEN])
