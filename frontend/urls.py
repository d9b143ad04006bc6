"""Every page address on one screen."""

from __future__ import annotations

from django.urls import path

from frontend.agenda.views import agenda, calendar, programme_sessions, sessions, speakers
from frontend.assistants import views as assistants
from frontend.audit import views as audit
from frontend.booking.views import availability, counter_offers, meetings, questions, requests
from frontend.demo import views as demo
from frontend.directory import views as directory
from frontend.events.views import about, joining, long_jobs, merging, profile, sectors, status, topics
from frontend.groups.views import delegations, office_hours
from frontend.invitations import views as invitations
from frontend.mails import views as mails
from frontend.notifications import views as notifications
from frontend.outcomes.views import connections, disputes
from frontend.outcomes.views import meetings as outcomes
from frontend.people import views as people
from frontend.privacy import views as privacy
from frontend.programme import views as programme
from frontend.roles import views as roles
from frontend.roster.views import attendee, attendees
from frontend.safeguarding.views import (
    age_classes,
    aliases,
    consents,
    report_entries,
    supervision,
    suspensions,
)
from frontend.safeguarding.views import reports as safeguarding
from frontend.setup.views import checklist, closures, contact_rules, forums, rehearsal, venue
from frontend.stats import views as desk
from frontend.suggestions import views as suggestions

urlpatterns = [
    path("", people.welcome, name="welcome"),
    path("service-worker.js", agenda.service_worker, name="service_worker"),
    path("first/<secret:token>/", people.first_administrator, name="first_administrator"),
    path("account/sign-ins/", people.sign_ins, name="sign_ins"),
    path("account/sign-ins/<int:sign_in_id>/end/", people.end_one_sign_in, name="end_sign_in"),
    path("account/sign-ins/end/", people.end_every_sign_in, name="end_all_sign_ins"),
    path("account/connections/", connections.kept_connections, name="kept_connections"),
    path("account/connections/connections.vcf", connections.kept_address_book, name="kept_address_book"),
    path("account/connections/<int:connection_id>/end/", connections.end_kept, name="end_kept_connection"),
    path("accounts/login/code/", people.ask_code, name="account_request_login_code"),
    path("accounts/login/code/confirm/", people.type_code, name="account_confirm_login_code"),
    path("account/codes/<secret:token>/", people.codes, name="codes"),
    path("account/who/", people.choose_person, name="choose_person"),
    path("account/reset-factor/", people.reset_factor, name="reset_factor"),
    path("account/address/", people.change_own_address, name="change_address"),
    path("account/confirm/", people.confirm_by_code, name="confirm_by_code"),
    path("forums/", forums.forums, name="forums"),
    path("forums/status/", status.installation_status, name="installation_status"),
    path("forums/status/jobs/<int:job_id>/again/", status.try_again, name="try_job_again"),
    path("forums/start/", forums.start, name="start_forum"),
    path("forums/starters/", forums.starters, name="starters"),
    path("forums/<slug:slug>/roles/", forums.forum_roles, name="forum_roles"),
    path(
        "forums/<slug:slug>/roles/<int:appointment_id>/", forums.decide_forum_role, name="decide_forum_role"
    ),
    path("demo/", demo.enter, name="demo_enter"),
    path("demo/outbox/", demo.outbox, name="demo_outbox"),
    path("demo/outbox/<int:mail_id>/", demo.outbox_mail, name="demo_outbox_mail"),
    path("demo/outbox/<int:mail_id>/<int:number>/", demo.outbox_file, name="demo_outbox_file"),
    path("demo/<slug:key>/", demo.enter_as, name="demo_enter_as"),
    path("answer/<secret:token>/", notifications.answer, name="answer"),
    path("invitation/<secret:token>/", invitations.invitation, name="invitation"),
    path("e/<slug:slug>/invitations/", invitations.invitations, name="invitations"),
    path("e/<slug:slug>/invitations/send/", invitations.send, name="send_invitations"),
    path("e/<slug:slug>/invitations/returned/", invitations.returned, name="invitations_returned"),
    path("e/<slug:slug>/invitations/texts/", invitations.texts, name="invitation_texts"),
    path("e/<slug:slug>/invitations/test/", invitations.send_test, name="test_invitation"),
    path("e/<slug:slug>/", directory.event_home, name="event_home"),
    path("e/<slug:slug>/home/", directory.home, name="home"),
    path("e/<slug:slug>/home/next/", directory.next_meeting, name="next_meeting"),
    path("e/<slug:slug>/join/", joining.join, name="join"),
    path("e/<slug:slug>/join/<int:step>/", joining.join_step, name="join_step"),
    path("e/<slug:slug>/join/<int:step>/understood/", joining.understood, name="understood"),
    path("e/<slug:slug>/profile/", profile.profile, name="profile"),
    path("e/<slug:slug>/api-access/", people.api_access, name="api_access"),
    path("e/<slug:slug>/twice/", merging.twice, name="twice"),
    path("e/<slug:slug>/twice/<int:merge_id>/", merging.answer_twice, name="answer_twice"),
    path("e/<slug:slug>/my-data/", privacy.my_data, name="my_data"),
    path("e/<slug:slug>/my-data/my-data.json", privacy.my_data_file, name="my_data_file"),
    path("e/<slug:slug>/my-data/hide/", privacy.hide_me, name="hide_me"),
    path("e/<slug:slug>/my-data/leave/", privacy.leave, name="leave"),
    path("e/<slug:slug>/api-access/end/", people.end_api_access, name="end_api_access"),
    path("e/<slug:slug>/suggestions/", suggestions.suggestions, name="suggestions"),
    path("e/<slug:slug>/suggestions/<int:other>/feedback/", suggestions.feedback, name="suggestion_feedback"),
    path("e/<slug:slug>/desk/", desk.desk, name="desk"),
    path("e/<slug:slug>/desk/print/", desk.desk_print, name="desk_print"),
    path("e/<slug:slug>/desk/files/<str:name>", desk.stats_file, name="stats_file"),
    path("e/<slug:slug>/desk/who-needs-help.csv", desk.who_needs_help, name="who_needs_help"),
    path("e/<slug:slug>/desk/unmet-needs.csv", desk.unmet_needs, name="unmet_needs"),
    path("e/<slug:slug>/desk/nudge/", desk.nudge, name="nudge"),
    path("e/<slug:slug>/desk/done/", audit.done, name="done"),
    path("e/<slug:slug>/desk/done.csv", audit.done_file, name="done_file"),
    path("e/<slug:slug>/jobs/<int:job_id>/", long_jobs.long_job, name="long_job"),
    path("e/<slug:slug>/jobs/<int:job_id>/answer/", long_jobs.long_job_answer, name="long_job_answer"),
    path("e/<slug:slug>/attendees/", attendees.attendees, name="attendees"),
    path("e/<slug:slug>/roles/", roles.roles, name="roles"),
    path("e/<slug:slug>/roles/outside-contact/", roles.outside_contact, name="outside_contact"),
    path("e/<slug:slug>/roles/<int:appointment_id>/", roles.decide_role, name="decide_role"),
    path("e/<slug:slug>/attendees/import/", attendees.import_list, name="import_list"),
    path("e/<slug:slug>/attendees/import/sample.csv", attendees.sample_list, name="sample_list"),
    path("e/<slug:slug>/attendees/files/<str:name>", attendees.download, name="attendees_file"),
    path("e/<slug:slug>/attendees/add/", attendee.add_person, name="add_attendee"),
    path("e/<slug:slug>/attendees/<int:attendee_id>/", attendee.attendee_page, name="attendee"),
    path("e/<slug:slug>/attendees/<int:attendee_id>/roles/", attendee.roles, name="attendee_roles"),
    path(
        "e/<slug:slug>/attendees/<int:attendee_id>/twice/", merging.choose_duplicate, name="choose_duplicate"
    ),
    path("e/<slug:slug>/attendees/<int:attendee_id>/twice/<int:duplicate_id>/", merging.merge, name="merge"),
    path("e/<slug:slug>/attendees/<int:attendee_id>/times/", attendee.times, name="attendee_times"),
    path(
        "e/<slug:slug>/attendees/<int:attendee_id>/organisation/",
        attendee.organisation,
        name="attendee_organisation",
    ),
    path(
        "e/<slug:slug>/attendees/<int:attendee_id>/propose-adult/",
        age_classes.propose_adult,
        name="propose_adult",
    ),
    path("e/<slug:slug>/age-classes/", age_classes.age_classes, name="age_classes"),
    path(
        "e/<slug:slug>/age-classes/proposals/<int:proposal_id>/",
        age_classes.decide_adult,
        name="decide_adult",
    ),
    path("e/<slug:slug>/age-classes/agree/", age_classes.agree_adult, name="agree_adult"),
    path("e/<slug:slug>/set-up/rehearsal/", rehearsal.rehearsal, name="rehearsal"),
    path("e/<slug:slug>/set-up/rehearsal/start/", rehearsal.start, name="start_rehearsal"),
    path("e/<slug:slug>/set-up/rehearsal/end/", rehearsal.end, name="end_rehearsal"),
    path("e/<slug:slug>/set-up/rehearsal/see-as/", rehearsal.see_as, name="see_as"),
    path("e/<slug:slug>/set-up/rehearsal/back/", rehearsal.organise_again, name="organise_again"),
    path("e/<slug:slug>/matching/", suggestions.matching, name="matching"),
    path("e/<slug:slug>/matching/anew/", suggestions.rebuild_lists, name="rebuild_lists"),
    path(
        "e/<slug:slug>/matching/weights/reset/",
        suggestions.reset_learned_weights,
        name="reset_learned_weights",
    ),
    path("e/<slug:slug>/matching/weights/now/", suggestions.learn_now, name="learn_now"),
    path(
        "e/<slug:slug>/matching/weights/nightly/",
        suggestions.switch_nightly_learning,
        name="switch_nightly_learning",
    ),
    path("e/<slug:slug>/matching/lists/", suggestions.lists, name="lists"),
    path("e/<slug:slug>/matching/lists/<int:owner>/<int:other>/", suggestions.pair, name="pair"),
    path("e/<slug:slug>/people/", directory.people, name="people"),
    path("e/<slug:slug>/people/saved/", directory.saved, name="saved_people"),
    path("e/<slug:slug>/people/seen/clear/", directory.clear_seen, name="clear_seen"),
    path("e/<slug:slug>/people/in-my-sessions/", directory.session_companions, name="session_companions"),
    path("e/<slug:slug>/people/working-on/", directory.working_on, name="working_on"),
    path("e/<slug:slug>/people/<int:attendee_id>/note/", directory.note, name="note"),
    path("e/<slug:slug>/people/<int:attendee_id>/", directory.person, name="person"),
    path("e/<slug:slug>/people/<int:attendee_id>/wish/", directory.wish, name="wish"),
    path("e/<slug:slug>/people/<int:attendee_id>/contact/", connections.share_contact, name="share_contact"),
    path("e/<slug:slug>/meetings/<int:meeting_id>/follow-up/", outcomes.follow_up, name="follow_up"),
    path(
        "e/<slug:slug>/meetings/<int:meeting_id>/follow-up/kept/",
        outcomes.follow_up_kept,
        name="follow_up_kept",
    ),
    path("e/<slug:slug>/connections/", connections.connections, name="connections"),
    path(
        "e/<slug:slug>/connections/connections.csv", connections.connections_table, name="connections_table"
    ),
    path("e/<slug:slug>/connections/connections.vcf", connections.address_book, name="address_book"),
    path(
        "e/<slug:slug>/connections/<int:connection_id>/contact.vcf", connections.card, name="connection_card"
    ),
    path("e/<slug:slug>/connections/<int:connection_id>/end/", connections.end, name="end_connection"),
    path("e/<slug:slug>/people/<int:attendee_id>/block/", safeguarding.block, name="block"),
    path("e/<slug:slug>/people/<int:attendee_id>/report/", safeguarding.report_person, name="report_person"),
    path(
        "e/<slug:slug>/meetings/<int:meeting_id>/report/", safeguarding.report_meeting, name="report_meeting"
    ),
    path("e/<slug:slug>/reports/", safeguarding.reports, name="reports"),
    path("consent/<secret:token>/", consents.consent_answer, name="consent_answer"),
    path("e/<slug:slug>/consents/", consents.consents, name="consents"),
    path("e/<slug:slug>/consents/<int:attendee_id>/", consents.consent, name="consent"),
    path("e/<slug:slug>/consents/<int:consent_id>/end/", consents.end_consent, name="end_consent"),
    path("e/<slug:slug>/supervision/", supervision.supervision, name="supervision"),
    path(
        "e/<slug:slug>/supervision/<int:attendee_id>/chaperone/",
        supervision.add_chaperone,
        name="add_chaperone",
    ),
    path(
        "e/<slug:slug>/supervision/chaperones/<int:chaperone_id>/end/",
        supervision.remove_chaperone,
        name="remove_chaperone",
    ),
    path("e/<slug:slug>/supervision/<int:vetting_id>/end/", supervision.end_vetting, name="end_vetting"),
    path(
        "e/<slug:slug>/supervision/places/<int:table_id>/",
        supervision.mark_open_place,
        name="mark_open_place",
    ),
    path("e/<slug:slug>/aliases/", aliases.aliases, name="aliases"),
    path("e/<slug:slug>/aliases/<int:attendee_id>/", aliases.alias, name="alias"),
    path("e/<slug:slug>/aliases/<int:attendee_id>/lift/", aliases.lift, name="lift_alias"),
    path("e/<slug:slug>/delegation-sessions/", delegations.delegation_sessions, name="delegation_sessions"),
    path(
        "e/<slug:slug>/delegation-sessions/<int:session_id>/",
        delegations.delegation_session,
        name="delegation_session",
    ),
    path(
        "e/<slug:slug>/delegation-sessions/<int:session_id>/confirm/",
        delegations.confirm_delegation_session,
        name="confirm_delegation_session",
    ),
    path(
        "e/<slug:slug>/delegation-sessions/<int:session_id>/end/",
        delegations.close_delegation_session,
        name="close_delegation_session",
    ),
    path(
        "e/<slug:slug>/my-delegation-sessions/",
        delegations.my_delegation_sessions,
        name="my_delegation_sessions",
    ),
    path(
        "e/<slug:slug>/my-delegation-sessions/<int:session_id>/answer/",
        delegations.answer_delegation_session,
        name="answer_delegation_session",
    ),
    path(
        "e/<slug:slug>/my-delegation-sessions/<int:session_id>/end/",
        delegations.leave_delegation_session,
        name="leave_delegation_session",
    ),
    path("e/<slug:slug>/country-contacts/", consents.country_contacts, name="country_contacts"),
    path(
        "e/<slug:slug>/country-contacts/<int:contact_id>/end/",
        consents.end_country_contact,
        name="end_country_contact",
    ),
    path("e/<slug:slug>/safety/", safeguarding.safety, name="safety"),
    path("e/<slug:slug>/reports/sent/", safeguarding.report_sent, name="report_sent"),
    path("e/<slug:slug>/reports/<int:report_id>/", safeguarding.report, name="report"),
    path("e/<slug:slug>/reports/hand-over/", safeguarding.hand_over_all, name="hand_over_all"),
    path("e/<slug:slug>/reports/<int:report_id>/about/", safeguarding.report_about, name="report_about"),
    path(
        "e/<slug:slug>/reports/<int:report_id>/about/<int:attendee_id>/",
        safeguarding.link_report,
        name="link_report",
    ),
    path("e/<slug:slug>/reports/<int:report_id>/hand-over/", safeguarding.hand_over, name="hand_over"),
    path("e/<slug:slug>/reports/<int:report_id>/close/", safeguarding.close_report, name="close_report"),
    path("e/<slug:slug>/reports/<int:report_id>/note/", report_entries.add_note, name="add_note"),
    path("e/<slug:slug>/reports/<int:report_id>/word/", report_entries.send_word, name="send_word"),
    path("e/<slug:slug>/reports/<int:report_id>/assign/", report_entries.assign_report, name="assign_report"),
    path("e/<slug:slug>/reports/<int:report_id>/due/", report_entries.set_due_time, name="set_due_time"),
    path(
        "e/<slug:slug>/reports/<int:report_id>/contacts/",
        report_entries.report_contacts,
        name="report_contacts",
    ),
    path("e/<slug:slug>/reports/<int:report_id>/file/", report_entries.report_file, name="report_file"),
    path("e/<slug:slug>/suspensions/", suspensions.suspensions, name="suspensions"),
    path("e/<slug:slug>/suspensions/person/", suspensions.suspend, name="suspend"),
    path("e/<slug:slug>/suspensions/lift/", suspensions.lift_suspension, name="lift_suspension"),
    path("e/<slug:slug>/safety/news/", report_entries.safety_news, name="safety_news"),
    path("e/<slug:slug>/blocks/<int:block_id>/lift/", safeguarding.unblock, name="unblock"),
    path("e/<slug:slug>/people/<int:attendee_id>/ask/", requests.ask, name="ask"),
    path("e/<slug:slug>/people/<int:attendee_id>/wait/", requests.wait, name="wait"),
    path("e/<slug:slug>/waiting-list/<int:entry_id>/leave/", requests.wait_no_longer, name="wait_no_longer"),
    path("e/<slug:slug>/sessions/", sessions.sessions, name="sessions"),
    path("e/<slug:slug>/sessions/<int:session_id>/bookmark/", sessions.bookmark, name="bookmark"),
    path("e/<slug:slug>/availability/", availability.availability, name="availability"),
    path("e/<slug:slug>/meetings/", meetings.meetings, name="meetings"),
    path("e/<slug:slug>/agenda/", agenda.my_agenda, name="my_agenda"),
    path("e/<slug:slug>/meetings/offline/", agenda.offline_agenda, name="offline_agenda"),
    path("e/<slug:slug>/meetings/sheet/", agenda.day_sheet, name="day_sheet"),
    path("e/<slug:slug>/meetings/office-hours/new/", office_hours.new_office_hour, name="new_office_hour"),
    path(
        "e/<slug:slug>/meetings/office-hours/<int:meeting_id>/", office_hours.office_hour, name="office_hour"
    ),
    path(
        "e/<slug:slug>/meetings/office-hours/<int:meeting_id>/add/",
        office_hours.add_guest,
        name="add_guest",
    ),
    path(
        "e/<slug:slug>/meetings/office-hours/<int:meeting_id>/leave/",
        office_hours.leave,
        name="leave_office_hour",
    ),
    path(
        "e/<slug:slug>/meetings/office-hours/<int:meeting_id>/cancel/",
        office_hours.cancel,
        name="cancel_office_hour",
    ),
    path(
        "e/<slug:slug>/meetings/office-hours/<int:meeting_id>/here/",
        office_hours.arrive,
        name="arrive_at_office_hour",
    ),
    path("e/<slug:slug>/meetings/<int:meeting_id>/", meetings.meeting, name="meeting"),
    path(
        "e/<slug:slug>/meetings/<int:meeting_id>/meeting.ics",
        calendar.meeting_download,
        name="meeting_download",
    ),
    path("e/<slug:slug>/meetings/<int:meeting_id>/change/", requests.change, name="change_request"),
    path("e/<slug:slug>/meetings/<int:meeting_id>/accept/", meetings.accept, name="accept"),
    path("e/<slug:slug>/meetings/<int:meeting_id>/decline/", meetings.decline, name="decline"),
    path("e/<slug:slug>/meetings/<int:meeting_id>/other-times/", counter_offers.counter, name="counter"),
    path(
        "e/<slug:slug>/meetings/<int:meeting_id>/other-times/take/",
        counter_offers.take_counter,
        name="take_counter",
    ),
    path(
        "e/<slug:slug>/meetings/<int:meeting_id>/other-times/refuse/",
        counter_offers.refuse_counter,
        name="refuse_counter",
    ),
    path(
        "e/<slug:slug>/meetings/<int:meeting_id>/other-times/withdraw/",
        counter_offers.withdraw_counter,
        name="withdraw_counter",
    ),
    path("e/<slug:slug>/meetings/<int:meeting_id>/question/", questions.question, name="question"),
    path(
        "e/<slug:slug>/meetings/<int:meeting_id>/question/answer/",
        questions.question_answer,
        name="question_answer",
    ),
    path("e/<slug:slug>/meetings/<int:meeting_id>/withdraw/", meetings.withdraw, name="withdraw"),
    path("e/<slug:slug>/meetings/<int:meeting_id>/cancel/", meetings.cancel, name="cancel"),
    path(
        "e/<slug:slug>/meetings/<int:meeting_id>/call-off/", meetings.cancel_for_both, name="cancel_for_both"
    ),
    path("e/<slug:slug>/meetings/<int:meeting_id>/move/", meetings.move, name="move"),
    path("e/<slug:slug>/meetings/<int:meeting_id>/here/", outcomes.arrive, name="arrive"),
    path("e/<slug:slug>/meetings/<int:meeting_id>/attest/", outcomes.attest, name="attest"),
    path("e/<slug:slug>/calendar/", calendar.calendar, name="calendar"),
    path("e/<slug:slug>/calendar/titian.ics", calendar.calendar_download, name="calendar_download"),
    path("e/<slug:slug>/assistants/", assistants.assistants, name="assistants"),
    path("e/<slug:slug>/assistants/<int:assistant_id>/accept/", assistants.accept, name="accept_principal"),
    path("e/<slug:slug>/assistants/<int:assistant_id>/end/", assistants.end, name="end_assistant"),
    path("e/<slug:slug>/for/<int:attendee_id>/", assistants.acting, name="acting_for"),
    path(
        "e/<slug:slug>/for/<int:attendee_id>/meetings/<int:meeting_id>/accept/",
        assistants.accept_for,
        name="accept_for",
    ),
    path(
        "e/<slug:slug>/for/<int:attendee_id>/meetings/<int:meeting_id>/decline/",
        assistants.decline_for,
        name="decline_for",
    ),
    path(
        "e/<slug:slug>/for/<int:attendee_id>/meetings/<int:meeting_id>/withdraw/",
        assistants.withdraw_for,
        name="withdraw_for",
    ),
    path(
        "e/<slug:slug>/for/<int:attendee_id>/meetings/<int:meeting_id>/cancel/",
        assistants.cancel_for,
        name="cancel_for",
    ),
    path("e/<slug:slug>/notices/", notifications.notices, name="notices"),
    path("e/<slug:slug>/zone/", people.zone, name="zone"),
    path("e/<slug:slug>/zone/name/", people.account_name, name="account_name"),
    path("e/<slug:slug>/set-up/", checklist.checklist, name="setup"),
    path("e/<slug:slug>/set-up/state/", checklist.change_forum_state, name="change_state"),
    path("e/<slug:slug>/set-up/about/", about.about, name="about"),
    path("e/<slug:slug>/set-up/venue/", venue.venue_page, name="venue"),
    path("e/<slug:slug>/set-up/mail/", notifications.mails, name="mails"),
    path("e/<slug:slug>/set-up/mail-texts/", mails.mail_texts, name="mail_texts"),
    path("e/<slug:slug>/set-up/mail-texts/reset/", mails.reset, name="reset_mail_texts"),
    path("e/<slug:slug>/set-up/mail-texts/test/", mails.send_test, name="test_mail"),
    path("e/<slug:slug>/set-up/told/", disputes.disputes, name="disputes"),
    path("e/<slug:slug>/set-up/topics/", topics.topics, name="topics"),
    path("e/<slug:slug>/set-up/contact/", contact_rules.contact_rules, name="contact_rules"),
    path(
        "e/<slug:slug>/set-up/contact/<int:rule_id>/", contact_rules.end_contact_rule, name="end_contact_rule"
    ),
    path("e/<slug:slug>/set-up/sectors/", sectors.sectors, name="sectors"),
    path("e/<slug:slug>/set-up/sessions/", programme_sessions.agenda_page, name="agenda"),
    path("e/<slug:slug>/set-up/sessions/import/", programme_sessions.import_agenda, name="import_agenda"),
    path("e/<slug:slug>/set-up/sessions/<int:session_id>/", programme_sessions.session, name="session"),
    path("e/<slug:slug>/set-up/closed/", closures.closures, name="closures"),
    path("e/<slug:slug>/set-up/closed/<int:closure_id>/", closures.change_closure, name="change_closure"),
    path("e/<slug:slug>/set-up/speakers/", speakers.speakers, name="speakers"),
    path("e/<slug:slug>/set-up/slots/", venue.add_slots, name="add_slots"),
    path("e/<slug:slug>/set-up/slots/remove/", venue.remove_slots, name="remove_slots"),
    path("e/<slug:slug>/set-up/tables/", venue.add_tables, name="add_tables"),
    path("e/<slug:slug>/set-up/tables/<int:table_id>/", venue.change_table, name="change_table"),
    path("e/<slug:slug>/set-up/rules/", venue.change_rules, name="change_rules"),
    path("e/<slug:slug>/programme/", programme.programme, name="programme"),
    path("e/<slug:slug>/programme/by-hand/", programme.by_hand, name="by_hand"),
    path(
        "e/<slug:slug>/programme/by-hand/<int:meeting_id>/withdraw/",
        programme.withdraw_by_hand,
        name="withdraw_by_hand",
    ),
    path("e/<slug:slug>/programme/publishing/", programme.publishing, name="programme_publishing"),
    path("e/<slug:slug>/programme/<int:plan_id>/", programme.plan, name="plan"),
    path("e/<slug:slug>/programme/<int:plan_id>/again/", programme.replan, name="plan_again"),
    path("e/<slug:slug>/programme/<int:plan_id>/stop/", programme.stop, name="plan_stop"),
    path("e/<slug:slug>/programme/<int:plan_id>/publish/", programme.publish, name="plan_publish"),
    path("e/<slug:slug>/programme/<int:plan_id>/withdraw/", programme.withdraw, name="plan_withdraw"),
    path(
        "e/<slug:slug>/programme/<int:plan_id>/meetings/<int:planned_id>/", programme.planned, name="planned"
    ),
    path(
        "e/<slug:slug>/programme/<int:plan_id>/doors/",
        programme.schedules,
        {"order": "table"},
        name="plan_doors",
    ),
    path(
        "e/<slug:slug>/programme/<int:plan_id>/days/",
        programme.schedules,
        {"order": "person"},
        name="plan_days",
    ),
]
