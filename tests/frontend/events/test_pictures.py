"""Pictures of people: who may have one, what becomes of what is sent, and who sees it."""

from __future__ import annotations

import base64
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from PIL import Image

from backend.events.models.aliases import Alias
from backend.events.models.attendees import Attendee
from backend.events.models.pictures import Picture
from backend.events.services.addresses import change_address
from backend.privacy.selectors import export_for
from backend.privacy.services.leaving import leave_event
from backend.safeguarding.engine import MOST_BYTES, MOST_PIXELS, SMALL_BYTES
from backend.safeguarding.models import AliasEntry
from backend.safeguarding.services.pictures import delete_barred_pictures
from tests.factories import NOW, make_attendee, make_event
from tests.frontend.conftest import block_contact_by_page, client_of
from tests.pages import page_of


def photo(form="JPEG", size=(640, 480), **options):
    """A picture of many colours, which is hard to make small."""
    made = io.BytesIO()
    Image.effect_noise(size, 90).convert("RGB").save(made, form, **options)
    return made.getvalue()


def upload(client, cast, data=None, **fields):
    file = SimpleUploadedFile("me.jpg", photo() if data is None else data)
    return client.post(cast.address("profile/picture/"), {"picture": file, **fields}, follow=True)


def picture_of(client, cast, attendee, size="small"):
    return client.get(cast.address(f"people/{attendee.pk}/picture/{size}/"))


@pytest.fixture
def engineer(cast):
    return client_of(cast.engineer.person)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_kept_in_two_small_sizes_without_anything_but_its_pixels(cast, official, engineer, form):
    exif = Image.Exif()
    exif[0x010F] = "Secret Camera"
    data = photo(form, exif=exif, icc_profile=b"Secret Profile")
    assert "Your picture is saved." in page_of(upload(engineer, cast, data))
    for size, side in (("small", 96), ("large", 256)):
        answer = picture_of(official, cast, cast.engineer, size)
        assert (answer["Content-Type"], answer["Cache-Control"]) == ("image/webp", "no-store, private")
        with Image.open(io.BytesIO(answer.content)) as shown:
            assert (shown.format, shown.size) == ("WEBP", (side, side))
            assert not shown.getexif()
        assert b"Secret" not in answer.content
    assert len(picture_of(official, cast, cast.engineer).content) <= SMALL_BYTES
    assert picture_of(official, cast, cast.engineer, "huge").status_code == 404


def test_rows_and_the_persons_page_show_it_and_initials_where_there_is_none(cast, official, engineer):
    upload(engineer, cast)
    page = page_of(official.get(cast.address("suggestions/")))
    assert page.attributes("img.monogram", "src") == [cast.address(f"people/{cast.engineer.pk}/picture/small/")]
    assert page.texts("span.monogram") == ["LT"]
    assert page_of(official.get(cast.address(f"people/{cast.engineer.pk}/"))).has("img.portrait")
    assert "Your picture is deleted." in page_of(upload(engineer, cast, remove="yes"))
    assert not page_of(official.get(cast.address("suggestions/"))).has("img")
    assert picture_of(official, cast, cast.engineer).status_code == 404


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "Choose a picture first."),
        (b"\xff" * (MOST_BYTES + 1), "more than 2 MB"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no JPEG, PNG or WebP picture"),
        (photo("GIF", (9, 9)), "no JPEG, PNG or WebP picture"),
        (photo()[:9_000], "cannot be read to its end"),
    ],
)
def test_each_fault_has_one_sentence_and_nothing_is_kept(cast, engineer, data, sentence):
    answer = upload(engineer, cast, data)
    assert answer.status_code == 400
    assert sentence in page_of(answer)
    assert not Picture.objects.exists()


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_read(cast, engineer):
    made = io.BytesIO()
    Image.new("1", (MOST_PIXELS // 1_000 + 1, 1_000)).save(made, "PNG")
    assert "more than 24 million pixels" in page_of(upload(engineer, cast, made.getvalue()))


def test_who_may_not_see_the_profile_sees_no_picture(cast, official, engineer, blocked_by):
    upload(engineer, cast)
    elsewhere = client_of(cast.stranger)
    assert picture_of(elsewhere, cast, cast.engineer).status_code == 404
    assert picture_of(client_of(cast.minor.person), cast, cast.engineer).status_code == 404
    assert picture_of(engineer, cast, cast.engineer).status_code == 200
    block_contact_by_page(cast, blocked_by, cast.engineer, cast.official)
    assert picture_of(official, cast, cast.engineer).status_code == 404


@pytest.mark.parametrize("age_class", ["minor", "unknown"])
def test_no_minor_and_nobody_of_unknown_age_has_a_picture(cast, engineer, age_class):
    upload(engineer, cast)
    Attendee.objects.filter(pk=cast.engineer.pk).update(age_class=age_class)
    assert not Picture.objects.exists()
    assert not page_of(engineer.get(cast.address("profile/"))).has("#part-picture")
    assert "For your safety you appear here without a picture." in page_of(upload(engineer, cast))
    with pytest.raises(IntegrityError), transaction.atomic():
        Picture.objects.create(attendee=cast.engineer, small=b"x", large=b"x", made_at=NOW)


def test_an_entry_as_a_minor_at_another_forum_deletes_the_picture_here(cast, engineer):
    upload(engineer, cast)
    other = make_event("another")
    make_attendee(other, person=cast.engineer.person, age_class="unknown")
    assert Picture.objects.exists()
    Attendee.objects.filter(event=other).update(age_class="minor")
    assert not Picture.objects.exists()


def test_a_minor_of_the_same_address_at_another_forum_deletes_the_picture_here(cast, engineer):
    upload(engineer, cast)
    before = cast.engineer.person.email
    change_address(person=cast.engineer.person, email="new@example.org", now=NOW)
    assert delete_barred_pictures(NOW) == 0
    make_attendee(make_event("another"), email=before, age_class="minor")
    assert delete_barred_pictures(NOW) == 1
    assert not Picture.objects.exists()


@pytest.mark.slow
@pytest.mark.parametrize("is_same_account", [True, False])
def test_an_alias_that_another_entry_of_the_person_had_deletes_the_picture(cast, engineer, is_same_account):
    upload(engineer, cast)
    person, email = cast.engineer.person, cast.engineer.person.email
    if not is_same_account:
        change_address(person=person, email="new@example.org", now=NOW)
    whose = {"person": person} if is_same_account else {"email": email}
    before = make_attendee(make_event("another"), **whose)
    assert delete_barred_pictures(NOW) == 0
    AliasEntry.objects.create(attendee=before, kind=AliasEntry.Kind.SET, made_at=NOW)
    delete_barred_pictures(NOW)
    assert not Picture.objects.exists()


@pytest.mark.slow
def test_whoever_has_or_had_an_alias_has_no_picture(cast, engineer):
    upload(engineer, cast)
    alias = Alias.objects.create(attendee=cast.engineer, name="Arif Rahman", is_wish=True, set_at=NOW)
    assert not Picture.objects.exists()
    refused = "For your safety you appear here without a picture."
    assert refused in page_of(upload(engineer, cast))
    AliasEntry.objects.create(attendee=cast.engineer, kind=AliasEntry.Kind.SET, made_at=NOW)
    alias.delete()
    assert refused in page_of(upload(engineer, cast))


@pytest.mark.slow
def test_a_picture_is_in_ones_own_data_and_goes_with_the_person(cast, engineer):
    upload(engineer, cast)
    (mine,) = export_for(cast.engineer.person, NOW)["forums"]
    assert base64.b64decode(mine["picture_webp"])[8:12] == b"WEBP"
    assert "My picture" in page_of(engineer.get(cast.address("my-data/")))
    leave_event(attendee=cast.engineer, is_confirmed=True, by=cast.engineer.person, now=NOW)
    assert not Picture.objects.exists()
