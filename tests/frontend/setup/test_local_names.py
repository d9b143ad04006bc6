"""The forum's own words in other languages: named by organisers, read by whoever reads that language."""

import pytest
from django.utils import translation

from backend.events.models.attendees import Sector
from backend.events.models.events import Topic
from backend.events.selectors import profile_for, theme_names_for
from backend.invitations.selectors import rules_for
from backend.invitations.services.letters import template_for
from backend.invitations.services.rules import InvitationRulesData, set_invitation_rules
from backend.mails.selectors import letterhead_for, mail_texts_for
from backend.mails.services import MailTextsData, set_mail_texts
from backend.setup.services.topics import change_topic
from tests.factories import NOW
from tests.pages import page_of


@pytest.fixture(autouse=True)
def offered(settings):
    settings.LANGUAGES = [("en", "English"), ("th", "Thai"), ("vi", "Vietnamese")]


def page(cast, language):
    return cast.address(f"set-up/names/?language={language}")


def test_names_are_kept_by_language_and_read_in_it_alone(cast, boss):
    topic = Topic.objects.filter(event=cast.event).first()
    sent = {f"topic-{topic.pk}": " หลักฐาน\nข้ามพรมแดน ", f"event-{cast.event.pk}": "เวทีอาเซียน"}
    found = page_of(boss.post(page(cast, "th"), sent, follow=True))
    assert "Saved." in found
    topic.refresh_from_db()
    assert topic.names == {"th": "หลักฐาน ข้ามพรมแดน"}
    for language, name in (("th", "หลักฐาน ข้ามพรมแดน"), ("vi", topic.name), ("en", topic.name)):
        with translation.override(language):
            names = [one.name for theme in profile_for(cast.official).themes for one in theme.topics]
            assert name in names
    with translation.override("th"):
        cast.event.refresh_from_db()
        assert cast.event.local_name == "เวทีอาเซียน"
        assert set(theme_names_for(cast.event).values()) == {theme.name for theme in cast.event.themes.all()}


def test_what_a_topic_is_about_is_read_beside_its_name_in_the_same_language(cast, boss):
    topic = Topic.objects.filter(event=cast.event).first()
    Topic.objects.filter(pk=topic.pk).update(description="Proof across borders", names={"th": "หลักฐาน"})
    topic.refresh_from_db()
    boss.post(page(cast, "vi"), {f"about-{topic.pk}": "Chứng cứ xuyên biên giới"})
    about = {}
    for language in ("en", "vi", "th"):
        with translation.override(language):
            choices = [one for theme in profile_for(cast.official).themes for one in theme.topics]
            about[language] = next(one.description for one in choices if one.key == topic.key)
    assert about == {"en": "Proof across borders", "vi": "Chứng cứ xuyên biên giới", "th": ""}


def test_what_mails_say_is_read_in_the_reader_s_language_and_falls_back(cast, boss):
    event, by = cast.event, cast.organiser.person
    own = {"opening": "Hello {name},", "signature": "Your team"}
    texts = set_mail_texts(event=event, data=MailTextsData(**own), by=by)
    letter = {"subject": "Come to {forum}", "text": "Sign in: {link}"}
    rules = set_invitation_rules(event=event, data=InvitationRulesData(**letter), by=by)
    assert "Hello {name}," in page_of(boss.get(page(cast, "th")))
    sent = {
        f"opening-{texts.pk}": "เรียน {name}", f"subject-{rules.pk}": "มาที่ {forum}",
        f"text-{rules.pk}": "ลงชื่อเข้าใช้\n{link}",
    }  # fmt: skip
    assert "Saved." in page_of(boss.post(page(cast, "th"), sent, follow=True))
    with translation.override("th"):
        head, template = letterhead_for(cast.official), template_for(rules_for(event), "invitation")
        assert (head.opening, head.signature) == ("เรียน Mali Wongsa", "Your team")
        assert (template.subject, template.text) == ("มาที่ {forum}", "ลงชื่อเข้าใช้\n{link}")
    with translation.override("vi"):
        assert letterhead_for(cast.official).opening == "Hello Mali Wongsa,"
        assert template_for(rules_for(event), "invitation").subject == "Come to {forum}"


def test_a_text_that_changes_loses_its_translations_and_the_others_stay(cast, boss):
    event, by = cast.event, cast.organiser.person
    texts = set_mail_texts(event=event, data=MailTextsData(opening="Hello", signature="Your team"), by=by)
    boss.post(page(cast, "th"), {f"opening-{texts.pk}": "สวัสดี", f"signature-{texts.pk}": "ทีมงาน"})
    set_mail_texts(event=event, data=MailTextsData(opening="Good day", signature="Your team"), by=by)
    assert mail_texts_for(event).translations == {"signature": {"th": "ทีมงาน"}}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "text", "sentence"),
    [
        ("opening", "เรียน {nobody}", "The opening has {nobody}; it can have {name}, {forum}."),
        ("text", "ไม่มีลิงก์", "Write {link} once in the text"),
        ("opening", "ก" * 301, "has at most 300 characters"),
    ],
)
def test_a_mail_s_text_is_held_to_what_the_first_is_held_to(cast, boss, kind, text, sentence):
    event, by = cast.event, cast.organiser.person
    texts = set_mail_texts(event=event, data=MailTextsData(opening="Hello"), by=by)
    rules = set_invitation_rules(event=event, data=InvitationRulesData(text="Sign in: {link}"), by=by)
    number = {"opening": texts.pk, "text": rules.pk}[kind]
    answer = boss.post(page(cast, "th"), {f"{kind}-{number}": text})
    assert answer.status_code == 400
    assert sentence in page_of(answer)
    assert mail_texts_for(event).translations == rules_for(event).translations == {}


def test_an_emptied_name_falls_back_and_what_was_not_sent_stays(cast, boss):
    first, second = Topic.objects.filter(event=cast.event)[:2]
    boss.post(page(cast, "th"), {f"topic-{first.pk}": "ก", f"topic-{second.pk}": "ข"})
    boss.post(page(cast, "th"), {f"topic-{first.pk}": ""})
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.names, second.names) == ({}, {"th": "ข"})


def test_a_renamed_topic_loses_the_names_that_translated_the_former_one(cast):
    topic = Topic.objects.filter(event=cast.event).first()
    topic.names = {"th": "ก"}
    topic.save()
    by = cast.organiser.person
    change = {"event": cast.event, "topic_id": topic.pk, "theme_id": topic.theme_id, "by": by}
    same = change_topic(**change, name=topic.name, description="Another line", now=NOW)
    assert same.names == {"th": "ก"}
    assert change_topic(**change, name="Another name", description="", now=NOW).names == {}


def test_a_name_too_long_is_refused_in_one_sentence_and_nothing_is_kept(cast, boss):
    sector = Sector.objects.filter(event=cast.event).first()
    topic = Topic.objects.filter(event=cast.event).first()
    answer = boss.post(page(cast, "th"), {f"topic-{topic.pk}": "ก", f"sector-{sector.pk}": "ย" * 81})
    assert answer.status_code == 400
    assert f"The name for “{sector.name}” has at most 80 characters." in page_of(answer)
    assert not Topic.objects.get(pk=topic.pk).names


def test_where_english_alone_is_offered_the_page_says_so(cast, boss, settings):
    settings.LANGUAGES = [("en", "English")]
    assert "English alone is offered here" in page_of(boss.get(page(cast, "th")))
    assert boss.post(page(cast, "th"), {}).status_code == 400
