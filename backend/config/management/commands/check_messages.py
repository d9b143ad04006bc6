"""Tell how far each catalogue is, and fail where one is wrong or a language is offered too early."""

from __future__ import annotations

from typing import Any

import polib
from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.config.languages import TEMPLATE, TRANSLATED, offered_languages
from backend.config.message_checks import CatalogueState, attendees_part, catalogue_state
from backend.core.binding_texts import BindingText, binding_hash, signed_by

SHOWN = 20  # faults of a language


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--list", metavar="LANGUAGE", help="also list what is missing, long or worded otherwise")
        parser.add_argument("--hashes", metavar="LANGUAGE", help="write what a signature of each binding text names")

    def handle(self, **options: Any) -> None:
        if options["hashes"]:
            self._hashes(options["hashes"])
            return
        attendees = attendees_part(polib.pofile(str(TEMPLATE)))
        states = [catalogue_state(language, attendees) for language in TRANSLATED]
        for state in states:
            self.stdout.write(_line(state))
            for fault in state.faults[:SHOWN]:
                self.stdout.write(f"  {fault.message[:70]!r} {fault.what}")
            if options["list"] == state.language.code:
                self._list(state)
        early = [state for state in states if state.language in offered_languages() and state.missing_for_attendees]
        if any(state.faults for state in states):
            raise CommandError("Mend the translations named above.")
        if early:
            names = ", ".join(state.language.code for state in early)
            raise CommandError(f"Offered before the attendees' part is whole: {names} (frontend/locale/offered.txt).")

    def _hashes(self, language: str) -> None:
        for text in BindingText:
            signer = signed_by(text, language)
            self.stdout.write(f'text = "{text}"\nlanguage = "{language}"\nhash = "{binding_hash(text, language)}"')
            self.stdout.write(f"# signed by {signer}\n" if signer else "# signed by nobody\n")

    def _list(self, state: CatalogueState) -> None:
        for title, texts in (
            ("missing for attendees", state.missing_for_attendees),
            ("long", state.long),
            ("without the glossary's word", [f"{fault.what}: {fault.message}" for fault in state.other_words]),
        ):
            for text in texts:
                self.stdout.write(f"  {title}: {text!r}")


def _line(state: CatalogueState) -> str:
    return (
        f"{state.language.code}: {state.translated} of {state.total} translated, "
        f"{len(state.missing_for_attendees)} missing for attendees, {len(state.faults)} faults "
        f"({len(state.long)} long, {len(state.other_words)} without the glossary's word)"
    )
