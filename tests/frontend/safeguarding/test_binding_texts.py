"""What binds somebody has the English beneath it until a native reader has signed the translation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core import mail
from django.utils.translation import override

from backend.core import binding_texts
from backend.core.binding_texts import FILES, BindingText, binding_hash, signatures, signed_by, with_english
from backend.events.models.attendees import Attendee
from backend.events.models.consents import GuardianConsent
from backend.events.models.events import Event
from backend.events.rules.consents import current_wording, hashes_of_wording
from backend.safeguarding.services.consent_mails import send_consent_mail, token_of
from backend.safeguarding.services.consents import BadConsent, ask_consent
from frontend.safeguarding.forms import ConsentForm
from tests.factories import NOW, make_attendee
from tests.frontend.conftest import client_of
from tests.languages import MARKED, SECOND, languages_offered, write_marked
from tests.pages import page_of

pytestmark = pytest.mark.django_db
IN_MARKED = {"Accept-Language": MARKED}
UNTIL = dt.date(2026, 12, 31)
RING = "If somebody is in danger now, first tell the staff at the venue, or the police."


@pytest.fixture(autouse=True)
def _signatures_read_anew(two_languages: None) -> Iterator[None]:
    forget_signatures()
    yield
    forget_signatures()


def forget_signatures() -> None:
    signatures.cache_clear()
    signed_by.cache_clear()


@pytest.fixture
def lead(cast) -> Attendee:
    return make_attendee(cast.event, permission="safeguarding-lead", visibility="hidden")


def sign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: BindingText, language: str, of: str = "") -> None:
    """A native reader signs what is shown now, or what has this hash."""
    path = tmp_path / "signed.toml"
    path.write_text(
        f'[[signature]]\ntext = "{text}"\nlanguage = "{language}"\n'
        f'hash = "{of or binding_hash(text, language)}"\nby = "Maria da Costa, ministry"\n'
    )
    monkeypatch.setattr(binding_texts, "SIGNED", path)
    forget_signatures()


def ask(cast, lead: Attendee, language: str) -> GuardianConsent:
    return ask_consent(
        event=cast.event,
        attendee_id=cast.minor.pk,
        guardian="Noy Parent",
        email="noy@example.org",
        is_certified=True,
        until=UNTIL,
        language=language,
        by=lead.person,
        now=NOW,
    )


def page_of_guardian(client, consent: GuardianConsent, **headers: str):
    return page_of(client.get(f"/consent/{token_of(consent)}/", headers=headers))


def test_the_safety_page_has_the_english_beneath_and_says_why_once(cast, official):
    page = page_of(official.get(cast.address("safety/"), headers=IN_MARKED))
    assert f"⟦{RING}⟧" in page
    assert RING in page.texts(".in-english [lang=en]")
    assert page.html.count("⟦No native reader has signed") == 1
    assert len(page.all("[id]")) == len(set(page.attributes("[id]", "id")))
    english = page_of(official.get(cast.address("safety/"), headers={"Accept-Language": "en"}))
    assert not english.has(".in-english")


def test_a_signature_takes_the_english_away_and_a_change_brings_it_back(cast, official, tmp_path, monkeypatch):
    def has_english(headers: dict[str, str]) -> bool:
        return page_of(official.get(cast.address("safety/"), headers=headers)).has(".in-english")

    sign(tmp_path, monkeypatch, BindingText.SAFETY, MARKED)
    assert not has_english(IN_MARKED)
    assert has_english({"Accept-Language": SECOND})  # of another language nobody signed
    with override(MARKED):
        assert not binding_texts.has_english_beneath(BindingText.SAFETY)
        assert binding_texts.has_english_beneath(BindingText.CONSENT)  # of another text
    sign(tmp_path, monkeypatch, BindingText.SAFETY, MARKED, of="0" * 64)  # of what was shown before
    assert has_english(IN_MARKED)


def test_a_changed_english_text_is_another_hash(monkeypatch):
    before = {text: binding_hash(text, MARKED) for text in BindingText}
    assert len(set(before.values())) == 3
    assert binding_hash(BindingText.SAFETY, SECOND) != before[BindingText.SAFETY]
    assert binding_hash(BindingText.SAFETY, MARKED) == before[BindingText.SAFETY]
    monkeypatch.setitem(FILES, BindingText.SAFETY, FILES[BindingText.SAFETY][1:])  # type: ignore[arg-type]
    binding_texts._messages.cache_clear()
    assert binding_hash(BindingText.SAFETY, MARKED) != before[BindingText.SAFETY]
    monkeypatch.undo()
    binding_texts._messages.cache_clear()


def test_every_file_of_a_binding_text_exists_and_holds_texts(settings):
    for text, files in FILES.items():
        for pattern in files:
            assert list(settings.BASE_DIR.glob(pattern)), pattern
        assert len(binding_texts._messages(text)) >= 8


def test_a_guardian_reads_the_language_the_lead_chose_in_mail_and_page(cast, lead, client):
    consent = ask(cast, lead, MARKED)
    send_consent_mail(consent_id=consent.pk, change="asked")
    (sent,) = mail.outbox
    assert sent.subject.startswith("⟦Your consent is asked")
    translated, line, english = sent.body.partition("\n----\n")
    assert line
    assert all(f"⟦{text}⟧" in translated for text in current_wording().paragraphs)
    assert all(text in english for text in current_wording().paragraphs)
    assert "⟦" not in english
    page = page_of_guardian(client, consent, **{"Accept-Language": "en"})
    assert page.attribute("html", "lang") == MARKED
    assert all(f"⟦{text}⟧" in page for text in current_wording().paragraphs)
    assert all(text in page.text_of("main").replace("⟦", "") for text in current_wording().paragraphs)
    assert "⟦Yes, I consent⟧ Yes, I consent" in page.texts("button.big")
    assert not page.has("form form")
    client.post("/language/", {"language": SECOND, "next": "/"})
    assert page_of_guardian(client, consent).attribute("html", "lang") == SECOND  # what they chose themselves


def test_without_a_choice_a_guardian_reads_the_forum_s_language(cast, lead, client):
    Event.objects.filter(pk=cast.event.pk).update(languages=["lo"])
    consent = ask(cast, lead, "")
    consent.attendee.event.refresh_from_db()
    assert page_of_guardian(client, consent).attribute("html", "lang") == SECOND


def test_a_consent_keeps_its_language_and_what_was_read_and_no_mended_translation_voids_it(
    cast, lead, client, tmp_path
):
    consent = ask(cast, lead, MARKED)
    client.post(f"/consent/{token_of(consent)}/", {"answer": "yes"})
    consent.refresh_from_db()
    assert (consent.state, consent.answered_in) == ("given", MARKED)
    assert (consent.english_hash, consent.shown_hash) == hashes_of_wording(consent.wording, MARKED)
    assert consent.english_hash != consent.shown_hash
    write_marked(tmp_path, MARKED, marks=("‹", "›"))  # mended
    with languages_offered(tmp_path, tet="Tetun"):
        assert hashes_of_wording(consent.wording, MARKED)[1] != consent.shown_hash
        page = page_of_guardian(client, consent)
        assert "‹You have consented›" in page
    consent.refresh_from_db()
    assert consent.state == "given"
    client.post(f"/consent/{token_of(consent)}/", {"answer": "no"})
    consent.refresh_from_db()
    assert (consent.state, consent.answered_in) == ("withdrawn", MARKED)


def test_a_consent_in_english_keeps_one_text(cast, lead, client):
    consent = ask(cast, lead, "")
    client.post(f"/consent/{token_of(consent)}/", {"answer": "yes"})
    consent.refresh_from_db()
    assert consent.answered_in == "en"
    assert consent.english_hash == consent.shown_hash


def test_the_lead_chooses_the_language_first_the_young_person_s(cast, lead):
    cast.minor.person.language = SECOND
    cast.minor.person.save()
    client = client_of(lead.person)
    page = page_of(client.get(cast.address(f"consents/{cast.minor.pk}/")))
    assert page.attribute("#id_language option[selected]", "value") == SECOND
    assert page.texts("#id_language option") == ["English", "Tetun", "ພາສາລາວ"]
    given = {"way": ConsentForm.MAIL, "guardian": "Noy", "email": "noy@example.org", "certified": "on"}
    answer = client.post(cast.address(f"consents/{cast.minor.pk}/"), given | {"until": str(UNTIL), "language": MARKED})
    assert answer.status_code == 302
    assert GuardianConsent.objects.get(state="asked").language == MARKED
    page = page_of(client.get(cast.address(f"consents/{cast.minor.pk}/")))
    assert "Asked in Tetum" in page
    with pytest.raises(BadConsent):
        ask(cast, lead, "th")


def test_an_installation_with_one_language_asks_for_none(cast, lead, settings):
    settings.LANGUAGES = [("en", "English")]
    page = page_of(client_of(lead.person).get(cast.address(f"consents/{cast.minor.pk}/")))
    assert not page.has("#id_language")


def test_a_mail_in_english_is_written_once():
    assert with_english(BindingText.SAFETY, lambda: "One text") == "One text"
    with override(MARKED):
        assert with_english(BindingText.SAFETY, lambda: "One text").count("One text") == 2
