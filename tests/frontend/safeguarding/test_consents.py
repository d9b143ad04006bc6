"""The pages of guardians' consent: the leads', the guardian's, and the minor's own."""

from __future__ import annotations

import pytest
from django.test import Client

from backend.events.models.consents import GuardianConsent
from backend.events.models.roles import CountryContact
from backend.safeguarding.services.consent_mails import token_of
from tests.factories import make_attendee, provide_for_minors
from tests.frontend.conftest import Cast, client_of
from tests.pages import page_of

UNTIL = "2027-01-31"
MAIL = {"way": "mail", "guardian": "Noy Parent", "email": "noy@example.org", "certified": "on", "until": UNTIL}


@pytest.fixture
def lead(cast: Cast) -> Client:
    GuardianConsent.objects.all().delete()
    CountryContact.objects.all().delete()
    leads = make_attendee(cast.event, name="Lena Lead", permission="safeguarding-lead", visibility="hidden")
    return client_of(leads.person)


@pytest.fixture
def minor(cast: Cast, lead: Client) -> Client:
    """At a forum that young people may come to: it is entered whom to ring in the host country."""
    provide_for_minors(cast.event)
    GuardianConsent.objects.all().delete()
    return client_of(cast.minor.person)


def asked(cast: Cast, lead: Client) -> GuardianConsent:
    assert lead.post(cast.address(f"consents/{cast.minor.pk}/"), MAIL).status_code == 302
    return GuardianConsent.objects.get()


def test_a_lead_asks_and_a_guardian_says_yes_and_withdraws_by_the_same_link(cast, lead, minor):
    assert "1 young person is on the list; 1 without" in page_of(lead.get(cast.address("consents/")))
    consent = asked(cast, lead)
    link = f"/consent/{token_of(consent)}/"
    guardian = Client()
    page = guardian.get(link)
    assert "Young" in page_of(page)
    assert GuardianConsent.objects.get().state == "asked"  # opening it changes nothing
    assert page["Cache-Control"].count("no-store") == 1
    assert "You have no profile yet" in page_of(minor.get(cast.address("profile/")))
    guardian.post(link, {"answer": "yes"})
    assert "You have consented" in page_of(guardian.get(link))
    assert "In words" in page_of(minor.get(cast.address("profile/")))
    guardian.post(link, {"answer": "no"})
    assert "We have no yes from you now" in page_of(guardian.get(link))
    assert "You have no profile yet" in page_of(minor.get(cast.address("profile/")))
    answer = minor.get(f"/api/v1/events/{cast.event.slug}/profile/")
    assert (answer.status_code, answer.json()["code"]) == (403, "consent_missing")
    assert "Withdrawn" in page_of(lead.get(cast.address("consents/")))


def test_a_late_or_foreign_answer_gets_one_sentence(cast, lead):
    token = token_of(asked(cast, lead))
    asked_again = lead.post(cast.address(f"consents/{cast.minor.pk}/"), MAIL)
    assert asked_again.status_code == 302
    answer = Client().post(f"/consent/{token}/", {"answer": "yes"})
    assert answer.status_code == 409
    assert "answered already" in page_of(answer)
    assert Client().get(f"/consent/{token}x/").status_code == 404
    assert Client().post(f"/consent/{token}/", {"answer": "perhaps"}).status_code == 400


def test_what_is_wrong_is_said_at_its_field(cast, lead):
    page = cast.address(f"consents/{cast.minor.pk}/")
    for changed, sentence in (
        ({"email": "nobody"}, "is not an e-mail address"),
        ({"certified": ""}, "Tick that you know this address"),
        ({"way": "paper"}, "Write who saw the signed paper"),
        ({"until": "2020-01-01"}, "A consent ends after today"),
    ):
        answer = lead.post(page, MAIL | changed)
        assert answer.status_code == 422
        assert sentence in page_of(answer)
    assert not GuardianConsent.objects.exists()


def test_no_adult_is_on_these_pages_and_no_family_name(cast, lead):
    provide_for_minors(cast.event)
    assert lead.get(cast.address(f"consents/{cast.official.pk}/")).status_code == 404
    everything = lead.get(cast.address("consents/")).content.decode()
    assert "Delegate" not in everything


def test_a_minor_s_pages_are_few_and_say_who_sees_what(cast, lead, minor):
    CountryContact.objects.all().delete()
    assert "is not open to young people yet" in page_of(minor.get(cast.address()))
    assert minor.get(cast.address("safety/")).status_code == 200
    fields = {"country": "Thailand", "name": "Child helpline", "phone": "1300", "checked_on": "2026-05-01"}
    page = cast.address("country-contacts/")
    assert lead.post(page, fields).status_code == 422
    assert lead.post(page, fields | {"source": "https://example.org", "is_host": "on"}).status_code == 302
    for client in (minor, client_of(cast.official.person)):
        assert "1300" in page_of(client.get(cast.address("safety/")))
    home = page_of(minor.get(cast.address()))
    assert "other people cannot look you up" in home
    assert "1300" in home
    navigation = page_of(minor.get(cast.address())).texts(".nav a")
    assert navigation == [
        "Home",
        "Sessions",
        "My profile",
        "Sessions I am asked to",
        "I do not feel safe",
        "Time zone and mails",
        "My data",
        "Sign-in and security",
    ]
    contact = CountryContact.objects.get()
    lead.post(cast.address(f"country-contacts/{contact.pk}/end/"))
    assert "No number yet" in page_of(lead.get(page))
