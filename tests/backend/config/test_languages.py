"""Languages that are offered, and their catalogues."""

from __future__ import annotations

from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils.translation import get_language_info, gettext, ngettext, override

from backend.config.catalogue import brought_up_to, catalogue_of
from backend.config.compiled_catalogues import compile_catalogues
from backend.config.languages import LOCALE, TRANSLATED, catalogue_path, offered_languages

THAI = TRANSLATED[0]
FILIPINO = next(language for language in TRANSLATED if language.code == "fil")


def template_of(*messages: tuple[str, str]) -> polib.POFile:
    file = polib.POFile()
    for singular, plural in messages:
        file.append(polib.POEntry(msgid=singular, msgid_plural=plural, msgstr_plural={0: "", 1: ""} if plural else {}))
    return file


def test_a_catalogue_keeps_what_still_fits_and_guesses_nothing():
    before = polib.pofile(brought_up_to(template_of(("Save", ""), ("Gone", ""), ("day", "days")), None, THAI))
    for entry in before:
        if entry.msgid_plural:
            entry.msgstr_plural = {0: "วัน"}
        else:
            entry.msgstr = "บันทึก"
    after = polib.pofile(brought_up_to(template_of(("Save", ""), ("Saved", ""), ("day", "days")), before, THAI))
    assert [(entry.msgid, entry.msgstr, entry.msgstr_plural) for entry in after] == [
        ("Save", "บันทึก", {}),
        ("Saved", "", {}),
        ("day", "", {0: "วัน"}),
    ]
    changed = polib.pofile(brought_up_to(template_of(("day", "%(n)s days")), before, THAI))
    assert changed[0].msgstr_plural == {0: ""}


def test_a_catalogue_has_as_many_plural_forms_as_its_language():
    forms = [
        polib.pofile(brought_up_to(template_of(("day", "days")), None, language))[0].msgstr_plural
        for language in (THAI, FILIPINO)
    ]
    assert forms == [{0: ""}, {0: "", 1: ""}]


@pytest.mark.slow
@pytest.mark.parametrize("language", TRANSLATED, ids=lambda language: language.code)
def test_each_catalogue_names_its_language_and_plural_forms_and_no_files(language):
    catalogue = polib.pofile(str(catalogue_path(language)))
    assert catalogue.metadata["Language"] == language.folder
    assert catalogue.metadata["Plural-Forms"] == language.plural_forms
    assert not any(entry.occurrences or entry.fuzzy or entry.obsolete for entry in catalogue)


def test_a_catalogue_is_compiled_when_it_changed_and_left_alone_otherwise(tmp_path: Path):
    path = catalogue_path(THAI, tmp_path)
    path.parent.mkdir(parents=True)
    path.write_text(brought_up_to(template_of(("Save", "")), None, THAI))
    assert compile_catalogues(tmp_path) == [path.with_suffix(".mo")]
    assert compile_catalogues(tmp_path) == []
    path.write_text(path.read_text().replace('msgid "Save"\nmsgstr ""', 'msgid "Save"\nmsgstr "บันทึก"'))
    assert compile_catalogues(tmp_path) == [path.with_suffix(".mo")]
    assert [entry.msgstr for entry in polib.mofile(str(path.with_suffix(".mo")))] == ["บันทึก"]
    assert {file.name for file in path.parent.iterdir()} == {"django.mo", "django.po"}


def test_the_catalogues_in_use_are_compiled():
    assert compile_catalogues(LOCALE) == []


def test_only_languages_with_a_catalogue_are_offered(tmp_path: Path):
    listed = tmp_path / "offered.txt"
    listed.write_text("# a comment\nth\n\nlo  # whole since May\n")
    assert [language.code for language in offered_languages(listed)] == ["en", "th", "lo"]
    listed.write_text("xx\n")
    with pytest.raises(ValueError, match="xx"):
        offered_languages(listed)


def test_a_text_without_a_translation_is_shown_in_english(settings):
    settings.LANGUAGES = [("en", "English"), ("tet", "Tetun")]
    with override("tet"):
        assert gettext("A text that nobody translated") == "A text that nobody translated"
        assert ngettext("%(n)d cat", "%(n)d cats", 2) == "%(n)d cats"


def test_new_texts_come_into_every_catalogue(tmp_path: Path, settings):
    settings.BASE_DIR = tmp_path
    (tmp_path / "backend").mkdir()
    (tmp_path / "frontend").mkdir()
    (tmp_path / "frontend" / "a.html").write_text("{% load i18n %}{% translate 'Save' %}")
    call_command("make_messages")
    for language in TRANSLATED:
        catalogue = polib.pofile(str(catalogue_path(language, tmp_path / "frontend" / "locale")))
        assert [entry.msgid for entry in catalogue] == ["Save"]
    assert "Save" in catalogue_of(tmp_path, ["frontend"])


def test_each_language_is_known_to_django_by_its_own_name():
    for language in TRANSLATED:
        assert get_language_info(language.code)["name_local"] == language.own_name
    assert settings.LANGUAGES[0] == ("en", "English")
