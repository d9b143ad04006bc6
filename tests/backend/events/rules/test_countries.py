"""Countries as lists and people write them, in the languages of the pages."""

import pytest
from django.conf import settings

from backend.events.rules.countries import country_in, country_name, country_names

REGION = (
    "Brunei Darussalam", "Cambodia", "Indonesia", "Lao PDR", "Malaysia", "Myanmar", "Philippines",
    "Singapore", "Thailand", "Timor-Leste", "Viet Nam",
)  # fmt: skip
LATIN = {"en", "id", "vi", "ms", "fil", "pt", "tet"}


@pytest.mark.parametrize("language", [language for language, _name in settings.LANGUAGES])
def test_every_country_is_read_by_what_it_is_called_in_each_language(language: str) -> None:
    names = {country: country_in(country, language) for country in country_names()}
    assert {country: country_name(name) for country, name in names.items()} == {name: name for name in names}
    assert all(names[country].isascii() is False for country in REGION if language not in LATIN)


def test_a_name_counts_as_it_is_written_before_it_counts_without_its_accents() -> None:
    assert [country_name(word) for word in ("Mỹ", "MY", "Bỉ", "BI", "Thai Lan", "Malasia")] == [
        "United States", "Malaysia", "Belgium", "Burundi", "Thailand", "Malaysia",
    ]  # fmt: skip


def test_the_word_for_country_may_stand_beside_a_name() -> None:
    words = ("ประเทศไทย", "ປະເທດລາວ", "ប្រទេសកម្ពុជា", "မြန်မာနိုင်ငံ", "nước Lào")
    assert [country_name(word) for word in words] == ["Thailand", "Lao PDR", "Cambodia", "Myanmar", "Lao PDR"]
