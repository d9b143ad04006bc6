"""One canonical form of an address: what is accepted, and which spellings are one mailbox."""

from __future__ import annotations

import sys

import pytest
import regex

from backend.core.mail_addresses import canonical_address, skeleton
from backend.people.models import Person, address_hash, hashes_of, older_hash, skeleton_hash
from backend.people.selectors import has_another_account, person_with_email, unclear_addresses
from backend.people.services import BadEmail, check_email, find_or_create_people

UNICODE, PUNYCODE = "M1@Bücher.example", "m1@xn--bcher-kva.example"
SOFT_HYPHEN = "m1@exam\u00adple.org"


@pytest.mark.slow
def test_no_character_that_nobody_sees_is_part_of_an_address() -> None:
    unseen = regex.compile(r"[\p{DI}\p{Cc}\p{Cf}]")
    found = [one for one in map(chr, range(sys.maxunicode + 1)) if unseen.match(one)]
    assert {"\u00ad", "\u200b", "\u2060", "\ufe0f", "\u3164", "\u034f"} < set(found)
    for one in found:
        for text in (f"m{one}1@example.org", f"m1@exam{one}ple.org"):
            with pytest.raises(BadEmail):
                check_email(text)


@pytest.mark.parametrize(
    "text",
    ["M1@BÜCHER.example", PUNYCODE, "m1@XN--BCHER-KVA.EXAMPLE", "m1@ｂücher。example", "m1@bu\u0308cher.example"],
)
def test_an_address_is_stored_with_an_ascii_domain_and_compared_without_case(text: str) -> None:
    assert check_email(f" {text} ").lower() == PUNYCODE
    assert (canonical_address(text), address_hash(text)) == (PUNYCODE, address_hash(PUNYCODE))


def test_two_domains_are_two_addresses() -> None:
    assert canonical_address("m@straße.example") != canonical_address("m@strasse.example")


def test_a_hidden_character_is_refused_in_words_that_say_so() -> None:
    with pytest.raises(BadEmail, match="holds a character that nobody sees"):
        check_email(SOFT_HYPHEN)
    with pytest.raises(BadEmail, match="not an e-mail address"):
        check_email("ſam@example.org")


@pytest.mark.parametrize(
    "text", ["a1ice@example.org", "ALICE@ex\u0430mple.org", "alice@ex\u00adample.org", "al\u0456ce@example.org"]
)
def test_what_looks_alike_has_one_skeleton(text: str) -> None:
    assert skeleton(text) == skeleton("alice@example.org")
    assert skeleton(text) != skeleton("alina@example.org")
    assert skeleton(f"0{text}") == skeleton(f"O{text}")


@pytest.mark.django_db
def test_every_spelling_of_a_mailbox_is_one_account() -> None:
    person = find_or_create_people(names={UNICODE: "Mali"})[UNICODE]
    assert person_with_email(PUNYCODE) == person_with_email("m1@BÜCHER.example") == person
    other = find_or_create_people(names={PUNYCODE: "Other", "b@example.org": "B"})
    assert other[PUNYCODE] == person
    assert has_another_account(PUNYCODE, other["b@example.org"])
    assert Person.objects.count() == 2


@pytest.mark.django_db
def test_an_account_has_the_hash_of_its_address_in_every_form() -> None:
    person = Person.objects.create(email=UNICODE, name="Mali")
    odd = Person.objects.create(email=SOFT_HYPHEN, name="Odd")
    for one in (person, odd):
        written = (one.address_hash, one.older_hash, one.skeleton_hash)
        assert written == (address_hash(one.email), older_hash(one.email), skeleton_hash(one.email))
    assert odd.older_hash == address_hash("m1@example.org")
    assert hashes_of(PUNYCODE) == {person.address_hash, person.older_hash}


@pytest.mark.django_db
def test_accounts_of_before_stay_and_administrators_read_which() -> None:
    Person.objects.create(email="plain@example.org", name="Plain")
    Person.objects.create(email="o'hara@xn--bcher-kva.example", name="Fine")
    odd = Person.objects.create(email=SOFT_HYPHEN, name="Odd")
    first = Person.objects.create(email="m1@bücher.example", name="First")
    second = Person.objects.create(email=PUNYCODE, name="Second")
    found = {one.person_id: one.is_refused for one in unclear_addresses()}
    assert found == {odd.pk: True, first.pk: False, second.pk: False}
    assert [person_with_email(one.email) for one in (odd, first, second)] == [odd, first, second]
