"""The forms of one's own profile, of the list of attendees, and of an event's topics and sessions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django import forms
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from backend.directory.selectors import RosterPerson
from backend.events.models import Attendee, Event, Session
from backend.events.rules import LANGUAGE_LIMIT, LEAD, ORGANISER, TEXT_LIMIT, languages_in
from backend.events.selectors import Profile
from backend.events.services import AttendeeChange, ForumData, NewAttendee, ProfileChange, RoleChange
from backend.events.services.agenda import SessionData
from backend.events.services.opening import EMAIL_LIMIT, NAME_LIMIT, PHONE_LIMIT
from backend.events.services.starting import FROM_EDITION, FROM_NOTHING, FROM_SHIPPED
from frontend.events.words.languages import LANGUAGES, Language, language_name
from frontend.fields import DaysField, IdField, IdListField, IdsField

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

TEXT_FIELDS = ("seeks", "offers", "about", "short_name", "title", "country")
MAX_UPLOAD_BYTES = 4_000_000
MAX_CARRIED_LENGTH = 2_200_000  # Django reads 2.5 MB of a form without files


def _line() -> forms.TextInput:
    return forms.TextInput(attrs={"class": "input", "dir": "auto"})


def _hour() -> forms.TimeInput:
    return forms.TimeInput(attrs={"type": "time", "class": "input"}, format="%H:%M")


def _text(label: _StrOrPromise, placeholder: _StrOrPromise) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 5, "placeholder": placeholder, "dir": "auto"})
    return forms.CharField(label=label, required=False, max_length=TEXT_LIMIT, widget=area)


def _topics(label: _StrOrPromise) -> forms.MultipleChoiceField:
    wrong = {"invalid_choice": _("One of the topics is not part of this forum. Choose again.")}
    return forms.MultipleChoiceField(label=label, required=False, error_messages=wrong)


class ProfileForm(forms.Form):
    """One's own profile. The topics are those of the event, each to seek, to offer, or both."""

    seeks = _text(_("What I seek"), _("A partner to …, an example of …, somebody who has …"))
    offers = _text(_("What I offer"), _("A guide we use, a training, data, a contact in …"))
    about = _text(_("About me and my work"), _("What you do, for whom, and where"))
    short_name = forms.CharField(
        label=_("The name you want to be called"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "nickname"}),
    )
    title = forms.CharField(label=_("Your title"), required=False, max_length=200)
    country = forms.CharField(label=_("Country"), required=False, max_length=80)
    languages = forms.MultipleChoiceField(label=_("Languages I can meet in"), required=False)
    listed = forms.BooleanField(label=_("List me at this forum"), required=False)
    shows_sessions = forms.BooleanField(label=_("Let others see my sessions"), required=False)
    seeks_topics = _topics(_("Topics I seek"))
    offers_topics = _topics(_("Topics I offer"))

    def __init__(self, data: QueryDict | None, profile: Profile) -> None:
        attendee = profile.attendee
        topics = [topic for theme in profile.themes for topic in theme.topics]
        super().__init__(
            data,
            initial={
                **{name: getattr(attendee, name) for name in (*TEXT_FIELDS, "shows_sessions")},
                "languages": attendee.languages,
                "listed": attendee.visibility == attendee.Visibility.LISTED,
                "seeks_topics": [topic.key for topic in topics if topic.seeks],
                "offers_topics": [topic.key for topic in topics if topic.offers],
            },
        )
        known = {language.code for language in LANGUAGES}
        others = [code for code in attendee.languages if code not in known]  # an import may bring more
        self.languages_offered = (*LANGUAGES, *(Language(code, language_name(code)) for code in others))
        self.fields["languages"].choices = [(row.code, row.name) for row in self.languages_offered]  # type: ignore[attr-defined]
        for name in ("seeks_topics", "offers_topics"):
            self.fields[name].choices = [(topic.key, topic.name) for topic in topics]  # type: ignore[attr-defined]
        for name in TEXT_FIELDS:
            attributes = self.fields[name].widget.attrs
            attributes["class"] = "input"
            attributes.pop("maxlength")  # a browser would silently cut a pasted text; the error does not
        self.fields["country"].widget.attrs["list"] = "countries"

    def clean_languages(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["languages"]
        if len(chosen) > LANGUAGE_LIMIT:
            raise forms.ValidationError(
                _("You chose %(count)d languages; please choose at most %(limit)d."),
                params={"count": len(chosen), "limit": LANGUAGE_LIMIT},
            )
        return chosen

    def chosen(self, name: str) -> list[str]:
        """What is ticked in a group as the page shows it now: as typed, else as stored."""
        return list(self[name].value() or [])

    def change(self) -> ProfileChange:
        values: dict[str, Any] = {**self.initial, **self.cleaned_data}
        return ProfileChange(
            **{name: values[name] for name in (*TEXT_FIELDS, "listed", "shows_sessions")},
            languages=tuple(values["languages"]),
            seeks_topics=frozenset(values["seeks_topics"]),
            offers_topics=frozenset(values["offers_topics"]),
        )


class JoinForm(ProfileForm):
    """One step of joining: a part of one's profile, and in the first the notice and the pledge."""

    STEPS = {
        1: ("short_name", "title", "country", "languages", "agree", "version"),
        2: ("offers", "offers_topics"),
        3: ("seeks", "seeks_topics"),
    }

    agree = forms.BooleanField(
        label=_("I accept the privacy notice and the conduct pledge"),
        error_messages={"required": _("Read both, then tick this: without it you cannot join.")},
    )
    version = forms.CharField(max_length=20)

    def __init__(self, data: QueryDict | None, profile: Profile, step: int) -> None:
        super().__init__(data, profile)
        self.sent = data
        for name in self.fields.keys() - set(self.STEPS[step]):
            del self.fields[name]

    @property
    def is_without_script(self) -> bool:
        """Whether it came from a page that could not read along."""
        return self.sent is not None and "without_script" in self.sent

    def example(self) -> QueryDict | None:
        """What was sent, with the example that was pressed at the end of its text; None where none was."""
        text = next((name for name in ("offers", "seeks") if name in self.fields), "")
        if not text or self.sent is None or not self.sent.get("example"):
            return None
        filled = self.sent.copy()
        filled[text] = f"{self.sent.get(text, '')}\n{self.sent['example']}".strip()
        return filled


class ReadAlongForm(forms.Form):
    """Words that somebody writes, and how often a page has asked in vain what the model reads in them."""

    offers = forms.CharField(required=False, max_length=TEXT_LIMIT)
    seeks = forms.CharField(required=False, max_length=TEXT_LIMIT)
    tries = forms.IntegerField(required=False, min_value=0, max_value=100)


class RolesForm(forms.Form):
    """What to do for those ticked, or for all the list found: set values, unless `do` says otherwise."""

    INVITE, OPEN_TIMES = "invite", "open_times"

    do = forms.CharField(required=False)
    attendee = IdsField(required=False)
    everybody = forms.BooleanField(required=False)
    named = IdListField(required=False)  # those whose names were read, once that was confirmed
    set_age_class = forms.CharField(required=False)
    set_visibility = forms.CharField(required=False)
    confirmed_adults = IdListField(required=False)

    def attendee_ids(self, found: Collection[int]) -> Collection[int]:
        ticked: tuple[int, ...] = self.cleaned_data["attendee"]
        return self.cleaned_data["named"] or (found if self.cleaned_data["everybody"] else ticked)

    def has_to_name(self, found: Collection[int]) -> bool:
        """Whether the names of several people have to be read first.

        Where all that is set is that they are adults, the question about those of unknown age names them.
        """
        change = self.change()
        asks_anyway = (change.age_class, change.visibility) == ("adult", "")
        is_named = bool(self.cleaned_data["named"]) or asks_anyway
        return not is_named and change != RoleChange() and len(self.attendee_ids(found)) > 1

    def sent(self) -> list[tuple[str, str]]:
        """What was sent, for a page that asks first and sends it again; without what was confirmed before."""
        values = self.cleaned_data
        settings = [(name, values[name]) for name in ("do", "set_age_class", "set_visibility")]
        everybody = [("everybody", "1")] if values["everybody"] else []
        ids = [("attendee", str(pk)) for pk in values["attendee"]]
        named = [("named", ",".join(map(str, sorted(values["named"]))))]
        return [(name, value) for name, value in settings + everybody + ids + named if value]

    def kept(self) -> dict[str, Any]:
        """What stays chosen on the page of the list when the change was refused."""
        self.full_clean()
        return {name: self.cleaned_data.get(name) for name in self.base_fields}

    def change(self) -> RoleChange:
        values = self.cleaned_data
        return RoleChange(
            age_class=values["set_age_class"],
            visibility=values["set_visibility"],
        )


class NewAttendeeForm(forms.Form):
    """One person who is added by hand."""

    name = forms.CharField(label=_("Name"), max_length=200, widget=_line())
    email = forms.CharField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"class": "input"})
    )
    organisation = forms.CharField(label=_("Organisation"), required=False, max_length=255, widget=_line())
    role = forms.ChoiceField(
        label=_("Role"),
        choices=Attendee.Role.choices,
        initial=Attendee.Role.DELEGATE,
        widget=forms.Select(attrs={"class": "input"}),
    )
    age_class = forms.ChoiceField(
        label=_("Age class"),
        choices=Attendee.AgeClass.choices,
        initial=Attendee.AgeClass.UNKNOWN,
        widget=forms.Select(attrs={"class": "input"}),
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.fields["organisation"].widget.attrs["list"] = "organisations"
        _tell_of_length(self)

    def new_attendee(self) -> NewAttendee:
        return NewAttendee(**self.cleaned_data)


class AttendeeForm(forms.Form):
    """What organisers set of one attendee.

    Fields that are not for them are left out: a minor's full name, and what the person wrote themself.
    """

    name = forms.CharField(label=_("Name"), max_length=200, widget=_line())
    short_name = forms.CharField(label=_("Name to be called"), required=False, max_length=60, widget=_line())
    title = forms.CharField(label=_("Title"), required=False, max_length=200, widget=_line())
    organisation = forms.CharField(label=_("Organisation"), required=False, max_length=255, widget=_line())
    role = forms.ChoiceField(
        label=_("Role"), choices=Attendee.Role.choices, widget=forms.Select(attrs={"class": "input"})
    )
    country = forms.CharField(label=_("Country"), required=False, max_length=80, widget=_line())
    languages = forms.CharField(label=_("Languages"), required=False, max_length=400, widget=_line())

    def __init__(self, data: QueryDict | None, person: RosterPerson) -> None:
        names = ("name", "short_name", "title", "organisation", "role", "country")
        spoken = ", ".join(str(language_name(code)) for code in person.languages)
        super().__init__(
            data, initial={name: getattr(person, name) for name in names} | {"languages": spoken}
        )
        self.fields["organisation"].widget.attrs["list"] = "organisations"
        self.fields["country"].widget.attrs["list"] = "countries"
        left_out = {"name"} if person.is_minor else set()
        left_out |= {"title"} if person.is_withheld else set()
        left_out |= {"short_name", "title", "country", "languages"} if person.is_own else set()
        for name in left_out:
            del self.fields[name]
        _tell_of_length(self)

    def clean_languages(self) -> tuple[str, ...]:
        codes, unknown = languages_in(self.cleaned_data["languages"])
        if unknown:
            raise forms.ValidationError(
                _("“%(word)s” is not a language we know: write it in English, or its code."),
                params={"word": unknown[0][:40]},
            )
        return codes

    def change(self) -> AttendeeChange:
        return AttendeeChange(**self.cleaned_data)


class OrganisationForm(forms.Form):
    """An organisation's name and its sector at this event."""

    organisation_id = IdField()
    organisation_name = forms.CharField(label=_("Organisation"), required=False)
    sector = forms.CharField(label=_("Sector"), required=False)


def _tell_of_length(form: forms.Form) -> None:
    """Let an error tell of a text that is too long, where a browser would cut it silently."""
    for field in form.fields.values():
        field.widget.attrs.pop("maxlength", None)


class AdultDecisionForm(forms.Form):
    """What a safeguarding lead decides about a proposal that somebody is an adult."""

    ADULT, MINOR = "adult", "minor"

    decision = forms.ChoiceField(choices=[(ADULT, ADULT), (MINOR, MINOR)])


class AgeAgreementForm(forms.Form):
    """About whom, and what another event knows, a lead agrees."""

    attendee = IdField()
    known_minor = IdField()


class FileForm(forms.Form):
    """A file uploaded now, or the signed text of one previewed before.

    Once valid, `content` holds the file's bytes and `carried_text` the text that carries them on.
    """

    file = forms.FileField(required=False, allow_empty_file=True)
    carried = forms.CharField(required=False)
    encoding = forms.CharField(required=False)
    confirm = forms.BooleanField(required=False)

    salt: str
    content: bytes
    carried_text: str

    def __init__(self, data: QueryDict, files: MultiValueDict[str, UploadedFile[Any]], event: Event) -> None:
        super().__init__(data, files)
        self.event = event

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("carried"):
            self.carried_text, self.content = values["carried"], self._unsigned(values["carried"])
            return values
        file: UploadedFile[Any] | None = values.get("file")
        if file is None:
            raise forms.ValidationError(_("Choose a file first."))
        if (file.size or 0) > MAX_UPLOAD_BYTES:
            raise forms.ValidationError(
                _("The file is larger than 4 MB: split it, or import it by the command.")
            )
        self.content = file.read()
        self.carried_text = signing.dumps(
            [self.event.slug, self.content.decode("latin-1")], salt=self.salt, compress=True
        )
        if len(self.carried_text) > MAX_CARRIED_LENGTH:
            raise forms.ValidationError(
                _("The file is too large for this page: split it, or import it by the command.")
            )
        return values

    def _unsigned(self, carried: str) -> bytes:
        """The bytes of a file previewed at this event."""
        try:
            slug, text = signing.loads(carried, salt=self.salt)
        except signing.BadSignature:
            slug, text = "", ""
        if slug != self.event.slug:
            raise forms.ValidationError(
                _("This preview is not of this forum or was changed. Choose the file again.")
            )
        return bytes(text, "latin-1")


class ImportForm(FileForm):
    """A list of attendees, and the ids of those of unknown age whom the organiser confirmed as adults."""

    salt = "attendee-list"
    confirmed_adults = IdListField(required=False)


class AgendaFileForm(FileForm):
    """A file of sessions; `remove_missing` also removes those that the file does not hold."""

    salt = "agenda"
    remove_missing = forms.BooleanField(required=False)


class SessionForm(forms.Form):
    """A session: its title, day and hours in the event's zone, and what else the agenda shows."""

    title = forms.CharField(label=_("Title"), max_length=200, widget=_line())
    day = forms.ChoiceField(label=_("Day"), widget=forms.Select(attrs={"class": "input"}))
    starts = forms.TimeField(
        label=_("From"), widget=_hour(), error_messages={"invalid": _("Write the hour like 10:30.")}
    )
    ends = forms.TimeField(
        label=_("To"), widget=_hour(), error_messages={"invalid": _("Write the hour like 10:30.")}
    )
    room = forms.CharField(label=_("Room"), max_length=80, required=False, widget=_line())
    theme = forms.ChoiceField(label=_("Theme"), required=False, widget=forms.Select(attrs={"class": "input"}))
    stream_url = forms.CharField(
        label=_("Link to the stream"), max_length=200, required=False, widget=_line()
    )
    abstract = forms.CharField(
        label=_("Abstract"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "class": "input", "dir": "auto"}),
    )
    do = forms.ChoiceField(choices=[("save", "save"), ("remove", "remove")], required=False)

    def __init__(self, data: QueryDict | None, event: Event, session: Session | None = None) -> None:
        self.event = event
        count = (event.ends_on - event.starts_on).days + 1
        days = [event.starts_on + dt.timedelta(days=number) for number in range(count)]
        super().__init__(data, initial=_session_values(session, event.zone) if session else {})
        self.fields["day"].choices = [(str(day), date_format(day, "l j F")) for day in days]  # type: ignore[attr-defined]
        self.fields["theme"].choices = [  # type: ignore[attr-defined]
            ("", _("No theme")),
            *event.themes.values_list("key", "name"),
        ]

    def session_data(self) -> SessionData:
        values = self.cleaned_data
        day = dt.date.fromisoformat(values["day"])
        starts_at, ends_at = (
            dt.datetime.combine(day, values[name], tzinfo=self.event.zone) for name in ("starts", "ends")
        )
        if ends_at <= starts_at:
            ends_at += dt.timedelta(days=1)
        names = ("title", "room", "theme", "stream_url", "abstract")
        return SessionData(starts_at=starts_at, ends_at=ends_at, **{name: values[name] for name in names})


def _session_values(session: Session, zone: dt.tzinfo) -> dict[str, Any]:
    starts_at, ends_at = session.starts_at.astimezone(zone), session.ends_at.astimezone(zone)
    return {
        **{name: getattr(session, name) for name in ("title", "room", "stream_url", "abstract")},
        "theme": session.theme.key if session.theme else "",
        "day": str(starts_at.date()),
        "starts": starts_at.time(),
        "ends": ends_at.time(),
    }


class TopicsForm(forms.Form):
    """One change of the themes and topics: which button was pressed, for which row, with which words."""

    BUTTONS = (
        "add_theme", "rename_theme", "theme_up", "theme_down", "remove_theme",
        "add_topic", "change_topic", "topic_up", "topic_down", "merge_topic", "remove_topic",
    )  # fmt: skip
    do = forms.ChoiceField(choices=[(name, name) for name in BUTTONS])
    theme_id = IdField(required=False)
    topic_id = IdField(required=False)
    into_id = IdField(required=False)
    name = forms.CharField(required=False)
    description = forms.CharField(required=False)


class SectorsForm(forms.Form):
    """One change of the sectors: which button was pressed, for which row, with which words."""

    BUTTONS = ("add", "change", "up", "down", "merge", "remove")
    do = forms.ChoiceField(choices=[(name, name) for name in BUTTONS])
    sector_id = IdField(required=False)
    into_id = IdField(required=False)
    name = forms.CharField(required=False)
    constituency = forms.CharField(required=False)


class ProposalForm(forms.Form):
    """Whom to propose, and as what."""

    attendee_id = IdField()
    permission = forms.ChoiceField(
        choices=[(ORGANISER.value, ORGANISER.label), (LEAD.value, LEAD.label)],
        error_messages={"required": _("Choose what to propose them as.")},
    )


class DecisionForm(forms.Form):
    """The button pressed beside a proposal, an organiser or a lead."""

    CONFIRM, REFUSE, END = "confirm", "refuse", "end"

    do = forms.ChoiceField(choices=[(CONFIRM, ""), (REFUSE, ""), (END, "")])


class OutsideContactForm(forms.Form):
    """Whom to turn to outside the forum."""

    name = forms.CharField(
        label=_("Name"), max_length=NAME_LIMIT, widget=forms.TextInput(attrs={"class": "input"})
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=PHONE_LIMIT,
        required=False,
        widget=forms.TextInput(attrs={"class": "input", "type": "tel"}),
    )
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=EMAIL_LIMIT,
        required=False,
        widget=forms.EmailInput(attrs={"class": "input"}),
    )


class StarterForm(forms.Form):
    """Whom an administrator lets start forums, or no longer."""

    ALLOW, END = "allow", "end"

    email = forms.EmailField(
        label=_("E-mail"), max_length=EMAIL_LIMIT, widget=forms.EmailInput(attrs={"class": "input"})
    )
    do = forms.ChoiceField(choices=[(ALLOW, ""), (END, "")], required=False)


def _email_input() -> forms.EmailInput:
    return forms.EmailInput(attrs={"class": "input", "autocomplete": "off"})


def _date_input() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d")


class AboutForm(forms.Form):
    """What describes a forum."""

    name = forms.CharField(label=_("Name of the forum"), max_length=200, widget=_line())
    starts_on = forms.DateField(label=_("First day"), widget=_date_input())
    ends_on = forms.DateField(label=_("Last day"), widget=_date_input())
    venue = forms.CharField(label=_("Venue"), max_length=200, required=False, widget=_line())
    timezone = forms.CharField(label=_("Time zone"), max_length=60)
    languages = forms.MultipleChoiceField(
        label=_("Languages it is held in"),
        required=False,
        choices=[(language.code, language.name) for language in LANGUAGES],
        widget=forms.CheckboxSelectMultiple,
    )
    interpreters = forms.BooleanField(label=_("There are interpreters"), required=False)


class AboutEventForm(AboutForm):
    """What describes a forum that exists, and whether people see who has not joined it."""

    shows_unjoined = forms.BooleanField(
        label=_("Show people who have not joined to other attendees: they agreed to it when they registered"),
        required=False,
    )
    retention_days = DaysField(label=_("Days for which people’s data is kept after the last day"))


def _name(label: _StrOrPromise) -> forms.CharField:
    return forms.CharField(label=label, max_length=200, widget=_line())


def _address(label: _StrOrPromise) -> forms.EmailField:
    return forms.EmailField(label=label, max_length=EMAIL_LIMIT, widget=_email_input())


class StartForm(AboutForm):
    """A new forum: what describes it, what it starts from, and its first organiser and lead."""

    FIELD_OF = {
        "slug_taken": "slug", "unknown_zone": "timezone", "bad_event": None, "bad_email": "lead_email",
        "name_two_others": "lead_email", "not_found": "basis",
    }  # fmt: skip

    slug = forms.SlugField(label=_("Name in addresses"), max_length=60, widget=_line())
    basis = forms.ChoiceField(label=_("Start from"), widget=forms.Select(attrs={"class": "input"}))
    organiser_name = _name(_("Name of the first organiser"))
    organiser_email = _address(_("E-mail of the first organiser"))
    lead_name = _name(_("Name of the first safeguarding lead"))
    lead_email = _address(_("E-mail of the first safeguarding lead"))

    def __init__(self, data: QueryDict | None, editions: Collection[Event]) -> None:
        given = data
        if data is not None and not data.get("slug", "").strip():
            given = data.copy()
            given["slug"] = slugify(data.get("name", ""))[:60]  # suggested where none was written
        super().__init__(given)
        self.fields["basis"].choices = [  # type: ignore[attr-defined]
            (FROM_SHIPPED, _("the seventeen topics of the first forum")),
            (FROM_NOTHING, _("nothing")),
            *((f"{FROM_EDITION}:{event.slug}", event.name) for event in editions),
        ]

    def clean(self) -> dict[str, Any]:
        """Ask for no name in addresses where the name, which it is made from, is missing itself."""
        values = super().clean() or {}
        if "name" in self.errors and not self.data.get("slug"):
            self.errors.pop("slug", None)
        return values

    def forum_data(self) -> ForumData:
        values = dict(self.cleaned_data)
        basis, _colon, edition = values.pop("basis").partition(":")
        languages = tuple(values.pop("languages"))
        return ForumData(**values, basis=basis, edition=edition, languages=languages)
