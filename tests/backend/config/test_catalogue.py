"""Texts to translate are found in Python files and templates, and written in one order."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from backend.config.catalogue import catalogue_of
from backend.core.messages import Message, messages_in_python, messages_in_template

IMPORT = "from django.utils.translation import "


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('gettext\ngettext("Saved.")', Message("Saved.")),
        ('gettext as _\n_("One " "text")', Message("One text")),
        ('gettext_lazy as _\n_("Lazy")', Message("Lazy")),
        ('ngettext\nngettext("%(n)s day", "%(n)s days", 3)', Message("%(n)s day", plural="%(n)s days")),
        ('pgettext\npgettext("month", "May")', Message("May", "month")),
        ('npgettext\nnpgettext("day", "one", "many", 3)', Message("one", "day", "many")),
    ],
)
def test_each_function_is_found_by_the_name_it_was_imported_under(source, found):
    assert list(messages_in_python(IMPORT + source)) == [found]


def test_a_function_of_the_same_name_from_elsewhere_is_left_alone():
    assert list(messages_in_python('from elsewhere import gettext as _\n_("Not ours")')) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('{% translate "Edit" %}', Message("Edit")),
        ("{% trans 'Edit' as label %}", Message("Edit")),
        ('{% translate "May" context "month" %}', Message("May", "month")),
        ('{% translate "It\'s 5 % off" %}', Message("It's 5 %% off")),
        ('{% include "a.html" with any=_("All") %}', Message("All")),
        ("{% blocktranslate with n=name %}Meet {{ n }}?{% endblocktranslate %}", Message("Meet %(n)s?")),
        ("{% blocktranslate trimmed %}\n  One\n  line\n{% endblocktranslate %}", Message("One line")),
        (
            "{% blocktranslate count n=many %}{{ n }} row{% plural %}{{ n }} rows{% endblocktranslate %}",
            Message("%(n)s row", plural="%(n)s rows"),
        ),
        (
            '{% blocktranslate context "day" count n=x %}one{% plural %}many{% endblocktranslate %}',
            Message("one", "day", "many"),
        ),
    ],
)
def test_each_tag_of_a_template_is_found(source, found):
    assert list(messages_in_template(source)) == [found]


def test_the_file_is_sorted_names_files_and_marks_placeholders(tmp_path: Path):
    for name, text in (("b.html", "{% translate 'Edit' %}"), ("a.txt", "{% translate 'Add' %}")):
        (tmp_path / name).write_text(text)
    (tmp_path / "c.py").write_text(
        f'{IMPORT}gettext, ngettext\ngettext("Edit")\nngettext("%(n)s row", "%(n)s rows", 2)'
    )
    assert catalogue_of(tmp_path, ["."]).partition('8bit\\n"\n')[2].strip() == (
        '#: c.py\n#, python-format\nmsgid "%(n)s row"\nmsgid_plural "%(n)s rows"\n'
        'msgstr[0] ""\nmsgstr[1] ""\n\n'
        '#: a.txt\nmsgid "Add"\nmsgstr ""\n\n'
        '#: b.html c.py\nmsgid "Edit"\nmsgstr ""'
    )


def test_a_stale_file_is_refused_in_one_sentence(tmp_path: Path, settings):
    settings.BASE_DIR = tmp_path
    (tmp_path / "backend").mkdir()
    (tmp_path / "frontend").mkdir()
    with pytest.raises(CommandError, match=r"^frontend/locale/django\.pot is stale: run make messages"):
        call_command("make_messages", check=True)
    call_command("make_messages")
    call_command("make_messages", check=True)
