"""Every page address on one screen."""

from __future__ import annotations

from django.urls import path

from frontend.audit import views as audit
from frontend.demo import views as demo
from frontend.directory import views as directory
from frontend.events.views import about, age_classes, attendee, attendees, forums, profile, roles, topics
from frontend.invitations import views as invitations
from frontend.meetings.views import (
    agenda,
    answer_links,
    availability,
    calendar,
    checklist,
    closures,
    meetings,
    requests,
    sessions,
    setup,
)
from frontend.people import views as people
from frontend.programme import views as programme
from frontend.safeguarding import views as safeguarding
from frontend.stats import views as desk
from frontend.suggestions import views as suggestions

urlpatterns = [
    path("", people.welcome, name="welcome"),
    path("first/<str:token>/", people.first_administrator, name="first_administrator"),
    path("forums/", forums.forums, name="forums"),
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
    path("answer/<str:token>/", answer_links.answer, name="answer"),
    path("invitation/<str:token>/", invitations.invitation, name="invitation"),
    path("e/<slug:slug>/invitations/", invitations.invitations, name="invitations"),
    path("e/<slug:slug>/invitations/send/", invitations.send, name="send_invitations"),
    path("e/<slug:slug>/invitations/texts/", invitations.texts, name="invitation_texts"),
    path("e/<slug:slug>/invitations/test/", invitations.send_test, name="test_invitation"),
    path("e/<slug:slug>/", directory.event_home, name="event_home"),
    path("e/<slug:slug>/home/", directory.home, name="home"),
    path("e/<slug:slug>/profile/", profile.profile, name="profile"),
    path("e/<slug:slug>/api-access/", people.api_access, name="api_access"),
    path("e/<slug:slug>/suggestions/", suggestions.suggestions, name="suggestions"),
    path("e/<slug:slug>/suggestions/<int:other>/feedback/", suggestions.feedback, name="suggestion_feedback"),
    path("e/<slug:slug>/desk/", desk.desk, name="desk"),
    path("e/<slug:slug>/desk/print/", desk.desk_print, name="desk_print"),
    path("e/<slug:slug>/desk/who-needs-help.csv", desk.who_needs_help, name="who_needs_help"),
    path("e/<slug:slug>/desk/unmet-needs.csv", desk.unmet_needs, name="unmet_needs"),
    path("e/<slug:slug>/desk/nudge/", desk.nudge, name="nudge"),
    path("e/<slug:slug>/desk/done/", audit.done, name="done"),
    path("e/<slug:slug>/desk/done.csv", audit.done_file, name="done_file"),
    path("e/<slug:slug>/attendees/", attendees.attendees, name="attendees"),
    path("e/<slug:slug>/roles/", roles.roles, name="roles"),
    path("e/<slug:slug>/roles/outside-contact/", roles.outside_contact, name="outside_contact"),
    path("e/<slug:slug>/roles/<int:appointment_id>/", roles.decide_role, name="decide_role"),
    path("e/<slug:slug>/attendees/import/", attendees.import_list, name="import_list"),
    path("e/<slug:slug>/attendees/files/<str:name>", attendees.download, name="attendees_file"),
    path("e/<slug:slug>/attendees/add/", attendee.add, name="add_attendee"),
    path("e/<slug:slug>/attendees/<int:attendee_id>/", attendee.attendee_page, name="attendee"),
    path("e/<slug:slug>/attendees/<int:attendee_id>/roles/", attendee.roles, name="attendee_roles"),
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
    path("e/<slug:slug>/matching/", suggestions.matching, name="matching"),
    path("e/<slug:slug>/matching/anew/", suggestions.rebuild_lists, name="rebuild_lists"),
    path(
        "e/<slug:slug>/matching/weights/reset/",
        suggestions.reset_learned_weights,
        name="reset_learned_weights",
    ),
    path(
        "e/<slug:slug>/matching/weights/nightly/",
        suggestions.switch_nightly_learning,
        name="switch_nightly_learning",
    ),
    path("e/<slug:slug>/matching/lists/", suggestions.lists, name="lists"),
    path("e/<slug:slug>/matching/lists/<int:owner>/<int:other>/", suggestions.pair, name="pair"),
    path("e/<slug:slug>/people/<int:attendee_id>/", directory.person, name="person"),
    path("e/<slug:slug>/people/<int:attendee_id>/wish/", directory.wish, name="wish"),
    path("e/<slug:slug>/people/<int:attendee_id>/block/", safeguarding.block, name="block"),
    path("e/<slug:slug>/people/<int:attendee_id>/report/", safeguarding.report_person, name="report_person"),
    path(
        "e/<slug:slug>/meetings/<int:meeting_id>/report/", safeguarding.report_meeting, name="report_meeting"
    ),
    path("e/<slug:slug>/reports/", safeguarding.reports, name="reports"),
    path("e/<slug:slug>/safety/", safeguarding.safety, name="safety"),
    path("e/<slug:slug>/reports/sent/", safeguarding.report_sent, name="report_sent"),
    path("e/<slug:slug>/reports/<int:report_id>/", safeguarding.report, name="report"),
    path("e/<slug:slug>/reports/hand-over/", safeguarding.hand_over_all, name="hand_over_all"),
    path("e/<slug:slug>/reports/<int:report_id>/hand-over/", safeguarding.hand_over, name="hand_over"),
    path("e/<slug:slug>/reports/<int:report_id>/close/", safeguarding.close_report, name="close_report"),
    path("e/<slug:slug>/blocks/<int:block_id>/lift/", safeguarding.unblock, name="unblock"),
    path("e/<slug:slug>/people/<int:attendee_id>/ask/", requests.ask, name="ask"),
    path("e/<slug:slug>/sessions/", sessions.sessions, name="sessions"),
    path("e/<slug:slug>/sessions/<int:session_id>/bookmark/", sessions.bookmark, name="bookmark"),
    path("e/<slug:slug>/availability/", availability.availability, name="availability"),
    path("e/<slug:slug>/meetings/", meetings.meetings, name="meetings"),
    path("e/<slug:slug>/meetings/sheet/", meetings.day_sheet, name="day_sheet"),
    path("e/<slug:slug>/meetings/<int:meeting_id>/", meetings.meeting, name="meeting"),
    path(
        "e/<slug:slug>/meetings/<int:meeting_id>/meeting.ics",
        calendar.meeting_download,
        name="meeting_download",
    ),
    path("e/<slug:slug>/meetings/<int:meeting_id>/change/", requests.change, name="change_request"),
    path("e/<slug:slug>/meetings/<int:meeting_id>/accept/", meetings.accept, name="accept"),
    path("e/<slug:slug>/meetings/<int:meeting_id>/decline/", meetings.decline, name="decline"),
    path("e/<slug:slug>/meetings/<int:meeting_id>/withdraw/", meetings.withdraw, name="withdraw"),
    path("e/<slug:slug>/meetings/<int:meeting_id>/cancel/", meetings.cancel, name="cancel"),
    path(
        "e/<slug:slug>/meetings/<int:meeting_id>/call-off/", meetings.cancel_for_both, name="cancel_for_both"
    ),
    path("e/<slug:slug>/meetings/<int:meeting_id>/attest/", meetings.attest, name="attest"),
    path("e/<slug:slug>/calendar/", calendar.calendar, name="calendar"),
    path("e/<slug:slug>/calendar/titian.ics", calendar.calendar_download, name="calendar_download"),
    path("e/<slug:slug>/notices/", meetings.notices, name="notices"),
    path("e/<slug:slug>/zone/", people.zone, name="zone"),
    path("e/<slug:slug>/zone/name/", people.account_name, name="account_name"),
    path("e/<slug:slug>/set-up/", checklist.checklist, name="setup"),
    path("e/<slug:slug>/set-up/state/", checklist.change_forum_state, name="change_state"),
    path("e/<slug:slug>/set-up/about/", about.about, name="about"),
    path("e/<slug:slug>/set-up/venue/", setup.venue_page, name="venue"),
    path("e/<slug:slug>/set-up/mail/", setup.mails, name="mails"),
    path("e/<slug:slug>/set-up/told/", setup.disputes, name="disputes"),
    path("e/<slug:slug>/set-up/topics/", topics.topics, name="topics"),
    path("e/<slug:slug>/set-up/sessions/", agenda.agenda_page, name="agenda"),
    path("e/<slug:slug>/set-up/sessions/import/", agenda.import_agenda, name="import_agenda"),
    path("e/<slug:slug>/set-up/sessions/<int:session_id>/", agenda.session, name="session"),
    path("e/<slug:slug>/set-up/closed/", closures.closures, name="closures"),
    path("e/<slug:slug>/set-up/closed/<int:closure_id>/", closures.change_closure, name="change_closure"),
    path("e/<slug:slug>/set-up/speakers/", setup.speakers, name="speakers"),
    path("e/<slug:slug>/set-up/slots/", setup.add_slots, name="add_slots"),
    path("e/<slug:slug>/set-up/slots/remove/", setup.remove_slots, name="remove_slots"),
    path("e/<slug:slug>/set-up/tables/", setup.add_tables, name="add_tables"),
    path("e/<slug:slug>/set-up/tables/<int:table_id>/", setup.change_table, name="change_table"),
    path("e/<slug:slug>/set-up/rules/", setup.change_rules, name="change_rules"),
    path("e/<slug:slug>/programme/", programme.programme, name="programme"),
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
