"""My home, the directory, another attendee's page, and the roster and examples of mails for organisers."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.booking.api.serializers import MeetingSerializer
from backend.core.api import (
    BoundedListField,
    CountSerializer,
    IgnoreAcceptHeader,
    RowSerializer,
    TextField,
    id_field,
    validated,
)
from backend.core.limits import Kind
from backend.directory.rules import Gap
from backend.directory.selectors.facets import Facet
from backend.directory.selectors.finding import (
    BY_MEANING,
    FILTERS,
    PAGE_SIZE,
    WANTED,
    Found,
    FoundThing,
    Quotation,
    Wanted,
)
from backend.directory.selectors.home import Home, home_for
from backend.directory.selectors.own_people import SessionCompanions, recently_seen_for, saved_for
from backend.directory.selectors.people import PersonPage, person_for
from backend.directory.selectors.roster import (
    ROSTER_FILTERS,
    SEARCH,
    SORT,
    SORTS,
    TICKS,
    RosterPerson,
    RosterRow,
    roster_ids,
    roster_person,
    roster_rows,
)
from backend.directory.selectors.working_on import SectorWorkers, Worker, WorkingOn
from backend.directory.services.files import check_list_name, export_attendees
from backend.directory.services.finding import find_people
from backend.directory.services.mail_examples import MAIL_KINDS, mail_examples, send_test_mail
from backend.directory.services.own_people import clear_visits, find_session_companions, find_working_on
from backend.directory.services.times import open_times_for, wish_to_meet
from backend.events.api.views import LongJobSerializer, OrganiserView, ParticipantView
from backend.events.models.attendees import Attendee
from backend.events.services.attendees import AttendeeChange, NewAttendee, change_attendee, change_organisation
from backend.mails.api import LetterSerializer
from backend.roster.services.adding import add_attendee
from backend.safeguarding.api import PublicProfileSerializer
from backend.suggestions.api import SuggestionSerializer


class HomeSerializer(
    RowSerializer,
    row=Home,
    fields="next_meeting minutes_to_go meetings_to_come to_answer suggestions suggested wished_by open_times gap",
):
    """What I can do now; `gap` is the one thing missing that hinders most, empty where nothing is."""

    help_texts = {"minutes_to_go": "0 while it is going on."}
    next_meeting = MeetingSerializer(allow_null=True)
    to_answer = MeetingSerializer(many=True)
    suggestions = SuggestionSerializer(many=True, help_text="At most three that I neither saved nor asked.")
    wished_by = PublicProfileSerializer(many=True, help_text="Who would like to meet me, where I have no open time.")
    gap = serializers.ChoiceField(choices=[gap.value for gap in Gap], allow_blank=True)


class HomeView(ParticipantView):
    """What I can do now."""

    @extend_schema(operation_id="home_read", responses={200: HomeSerializer})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        return Response(HomeSerializer(home_for(self.attendee, timezone.now())).data)


class FacetSerializer(RowSerializer, row=Facet, fields="value name count"):
    """A value of a filter, and how many people it would leave beside the other filters."""


class FoundThingSerializer(RowSerializer, row=FoundThing, fields="key name people"):
    """An organisation or topic (its key is what the filter of that name takes), or a session (its number)."""

    help_texts = {"people": "Whom I may see; 0 for sessions."}


class QuotationSerializer(RowSerializer, row=Quotation, fields="field sentence"):
    help_texts = {"field": "seeks, offers or about"}


class FoundSerializer(
    RowSerializer,
    row=Found,
    fields=(
        "total page pages people facets organisations topics sessions quotations topic_of also_seeking is_by_words"
    ),
):
    """One page of whom I find; `total` are all.

    `quotations`: by attendee id, the sentence that was found by meaning; `topic_of`: the topic by which
    somebody was found; `also_seeking`: the ids of the last people of the first page, who do not offer what
    was searched for but seek it too. `is_by_words`: the language model was away, and words were searched for
    instead.
    """

    people = PublicProfileSerializer(many=True)
    facets = serializers.DictField(child=FacetSerializer(many=True), help_text="By filter.")
    organisations = FoundThingSerializer(many=True)
    topics = FoundThingSerializer(many=True)
    sessions = FoundThingSerializer(many=True)
    quotations = serializers.DictField(child=QuotationSerializer())
    topic_of = serializers.DictField(child=serializers.CharField(), help_text="By attendee id.")


class PeopleView(ParticipantView):
    """People I find among those I may see: by name, organisation, topic and meaning, in this order."""

    refuses = (429,)

    @extend_schema(
        operation_id="people_list",
        parameters=[
            OpenApiParameter("q", str, description="Words of a name, or what they do."),
            OpenApiParameter("by", str, enum=[BY_MEANING], description="By what people seek and offer alone."),
            *(OpenApiParameter(name, str, description=f"Only people of this {name}.") for name in FILTERS),
            OpenApiParameter("page", int, description=f"From 1; {PAGE_SIZE} people on each."),
        ],
        responses={200: FoundSerializer},
    )
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        values = {name: _text_in(request, name) for name in WANTED}
        found = find_people(viewer=self.attendee, wanted=Wanted(**values), page=_page_in(request), now=timezone.now())
        return Response(FoundSerializer(found).data)


class PersonSerializer(
    RowSerializer,
    row=PersonPage,
    fields="person about seeks offers shared_sessions has_open_time is_wished is_saved note",
):
    help_texts = {
        "is_wished": "I told them that I would like to meet.",
        "note": "Mine, on somebody I saved; for me alone.",
    }
    person = PublicProfileSerializer(source="other")


class AttendeeView(ParticipantView):
    """All that I may read of another attendee."""

    counts = {"GET": Kind.PROFILE_READ}

    @extend_schema(operation_id="people_read", responses={200: PersonSerializer})
    def get(self, request: Request, slug: str, attendee_id: int) -> Response:  # noqa: ARG002
        page = person_for(viewer=self.attendee, attendee_id=attendee_id, now=timezone.now())
        return Response(PersonSerializer(page).data)


class SavedPersonSerializer(serializers.Serializer[Any]):
    person = PublicProfileSerializer(source="other")
    note = serializers.CharField(help_text="For me alone; it is set with my feedback on a suggestion.")


class SavedView(ParticipantView):
    @extend_schema(operation_id="people_saved_list", responses={200: SavedPersonSerializer(many=True)})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """The people I saved and may see, the last saved first."""
        found = saved_for(viewer=self.attendee, now=timezone.now())
        return Response(SavedPersonSerializer(found, many=True).data)


class SeenView(ParticipantView):
    """Whose pages I read last in the browser, at most twenty; for me alone."""

    @extend_schema(operation_id="people_seen_list", responses={200: PublicProfileSerializer(many=True)})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        found = recently_seen_for(viewer=self.attendee, now=timezone.now())
        return Response(PublicProfileSerializer(found, many=True).data)

    @extend_schema(operation_id="people_seen_clear", responses={204: None})
    def delete(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Forget whose pages I read."""
        clear_visits(attendee=self.attendee, by=self.person)
        return Response(status=204)


class SessionCompanionSerializer(serializers.Serializer[Any]):
    person = PublicProfileSerializer(source="other")
    sessions = serializers.ListField(child=serializers.CharField())


class SessionCompanionsSerializer(RowSerializer, row=SessionCompanions, fields="total page pages sessions people"):
    """One page of who is at sessions of mine; `total` are all, `sessions` how many sessions I have."""

    people = SessionCompanionSerializer(many=True)


class SessionCompanionsView(ParticipantView):
    """Who speaks at sessions of mine, or bookmarked them and lets others see that."""

    refuses = (429,)

    @extend_schema(
        operation_id="people_in_my_sessions_list",
        parameters=[OpenApiParameter("page", int, description="From 1; 30 people on each.")],
        responses={200: SessionCompanionsSerializer},
    )
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        found = find_session_companions(viewer=self.attendee, page=_page_in(request), now=timezone.now())
        return Response(SessionCompanionsSerializer(found).data)


class WorkerSerializer(RowSerializer, row=Worker, fields="person seeks offers"):
    person = PublicProfileSerializer(source="other")


class SectorWorkersSerializer(
    RowSerializer, row=SectorWorkers, fields="key name constituency total seeks offers people"
):
    """Those of one sector: who offers first, and of many the first six."""

    help_texts = {"key": "Empty: without an organisation."}
    people = WorkerSerializer(many=True)


class WorkingOnSerializer(
    RowSerializer, row=WorkingOn, fields="topic theme name description total seeks offers sectors"
):
    """Who works on a topic, or on a theme where `topic` is empty."""

    sectors = SectorWorkersSerializer(many=True)


class WorkingOnView(ParticipantView):
    """Who seeks or offers something in a topic, or in a theme, by sector."""

    refuses = (404, 429)

    @extend_schema(
        operation_id="people_working_on",
        parameters=[
            OpenApiParameter("topic", str, description="The key of a topic."),
            OpenApiParameter("theme", str, description="The key of a theme, where no topic is given."),
        ],
        responses={200: WorkingOnSerializer},
    )
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        found = find_working_on(
            viewer=self.attendee, topic=_text_in(request, "topic"), theme=_text_in(request, "theme"), now=timezone.now()
        )
        return Response(WorkingOnSerializer(found).data)


ROSTER_PAGE, MAX_CHOSEN = 100, 1_000


class RosterRowSerializer(
    RowSerializer,
    row=RosterRow,
    fields="id name organisation sector constituency country age_class visibility permission has_meeting "
    "has_joined is_profile_empty",
):
    """One attendee in the roster; of a minor the name to be called only."""

    id = serializers.IntegerField(source="attendee_id")


class RosterSerializer(serializers.Serializer[Any]):
    """One page of the roster; `count` are all who were found."""

    count = serializers.IntegerField()
    page = serializers.IntegerField()
    pages = serializers.IntegerField()
    attendees = RosterRowSerializer(many=True)


class RosterPersonSerializer(
    RowSerializer,
    row=RosterPerson,
    fields="id name short_name email organisation_id organisation sector constituency role country "
    "languages translating_device title about seeks offers seeks_topics offers_topics age_class visibility "
    "permission has_joined is_own is_withheld is_under_alias",
):
    """All that an organiser reads of one attendee.

    Of a minor and of somebody of unknown age address, title and own words are left out (`is_withheld`); of a
    minor the name is the one to be called by. `is_own`: they have saved their own profile, and short name,
    title, country, languages and device are theirs to change.
    """

    help_texts = {
        "is_under_alias": "A safeguarding lead set name, title, organisation and country; no address is shown."
    }
    id = serializers.IntegerField(source="attendee_id")
    sector = serializers.CharField(source="sector_key")


class NewAttendeeSerializer(serializers.Serializer[Any]):
    email = serializers.EmailField(max_length=254)
    name = TextField(max_length=200)
    short_name = TextField(max_length=60, allow_blank=True, default="")
    organisation = TextField(max_length=255, allow_blank=True, default="")
    sector = TextField(max_length=80, allow_blank=True, default="")
    role = serializers.ChoiceField(choices=Attendee.Role.values, default=Attendee.Role.DELEGATE.value)
    age_class = serializers.ChoiceField(choices=Attendee.AgeClass.values, default=Attendee.AgeClass.UNKNOWN.value)
    country = TextField(max_length=80, allow_blank=True, default="")


class AttendeeChangeSerializer(serializers.Serializer[Any]):
    """What is set; what is left out stays."""

    name = TextField(max_length=200, required=False)
    short_name = TextField(max_length=60, allow_blank=True, required=False)
    title = TextField(max_length=200, allow_blank=True, required=False)
    organisation = TextField(max_length=255, allow_blank=True, required=False)
    role = serializers.ChoiceField(choices=Attendee.Role.values, required=False)
    country = TextField(max_length=80, allow_blank=True, required=False)
    languages = BoundedListField(child=TextField(max_length=8), max_length=12, required=False)
    translating_device = serializers.BooleanField(required=False)


class OrganisationChangeSerializer(serializers.Serializer[Any]):
    name = TextField(max_length=255)
    sector = TextField(max_length=40, help_text="The key of a sector.")


class OrganisationSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    sector = serializers.CharField(source="sector.key")


ROSTER_PARAMETERS = [
    OpenApiParameter("q", str, description="Words of name, organisation or e-mail, or an id."),
    OpenApiParameter("sort", str, enum=list(SORTS)),
    *(OpenApiParameter(name, str) for name in ROSTER_FILTERS),
    OpenApiParameter("without_meeting", str, description="1: without a meeting."),
    OpenApiParameter("without_joining", str, description="1: who has not joined yet."),
    OpenApiParameter("without_time", str, description="1: who has joined and has no open time."),
]


def _roster_filters(request: Request) -> dict[str, str]:
    names = (*ROSTER_FILTERS, *TICKS, SEARCH, SORT)
    return {name: _text_in(request, name) for name in names}


def _text_in(request: Request, name: str) -> str:
    return request.query_params.get(name, "").replace("\0", "")


def _page_in(request: Request) -> int:
    asked = request.query_params.get("page", "1")
    return max(int(asked), 1) if asked.isdecimal() and len(asked) < 9 else 1


class RosterView(OrganiserView):
    """Everybody at the event, for its organisers."""

    @extend_schema(
        operation_id="attendees_list",
        parameters=[*ROSTER_PARAMETERS, OpenApiParameter("page", int, description="From 1; 100 attendees on each.")],
        responses={200: RosterSerializer},
    )
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        ids = roster_ids(event=self.event, filters=_roster_filters(request))
        pages = max(1, -(-len(ids) // ROSTER_PAGE))
        page = min(_page_in(request), pages)
        shown = ids[(page - 1) * ROSTER_PAGE : page * ROSTER_PAGE]
        rows = roster_rows(event=self.event, ids=shown)
        body = {"count": len(ids), "page": page, "pages": pages, "attendees": rows}
        return Response(RosterSerializer(body).data)

    @extend_schema(operation_id="attendees_add", request=NewAttendeeSerializer, responses={201: RosterPersonSerializer})
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Add one person, by the rules of an imported row; 409 where the address is on the list already."""
        new = NewAttendee(**validated(NewAttendeeSerializer, request))
        added = add_attendee(event=self.event, new=new, by=self.person, now=timezone.now())
        person = roster_person(event=self.event, attendee_id=added.pk)
        return Response(RosterPersonSerializer(person).data, status=201)


class RosterFileView(OrganiserView):
    """The roster as `attendees.csv` or `attendees.xlsx`, narrowed as the list is, for another import."""

    fresh_proof_for = ("GET",)

    content_negotiation_class = IgnoreAcceptHeader

    @extend_schema(operation_id="attendees_file", parameters=ROSTER_PARAMETERS, responses={202: LongJobSerializer})
    def get(self, request: Request, slug: str, name: str) -> HttpResponse:
        check_list_name(name)
        self.answer_later(_("A file of the attendees"))
        file = export_attendees(
            event=self.event, name=name, filters=_roster_filters(request), by=self.person, now=timezone.now()
        )
        response = HttpResponse(file.content, content_type=file.media_type)
        response["Content-Disposition"] = f'attachment; filename="{slug}-{name}"'
        return response


class RosterPersonView(OrganiserView):
    """One attendee for organisers."""

    fresh_proof_for = ("PATCH",)

    @extend_schema(operation_id="attendees_read", responses={200: RosterPersonSerializer})
    def get(self, request: Request, slug: str, attendee_id: int) -> Response:  # noqa: ARG002
        person = roster_person(event=self.event, attendee_id=attendee_id)
        return Response(RosterPersonSerializer(person).data)

    @extend_schema(
        operation_id="attendees_change", request=AttendeeChangeSerializer, responses={200: RosterPersonSerializer}
    )
    def patch(self, request: Request, slug: str, attendee_id: int) -> Response:
        """Change some of it; 409 for what the person wrote on their own profile."""
        values = validated(AttendeeChangeSerializer, request)
        if "languages" in values:
            values["languages"] = tuple(values["languages"])
        change_attendee(
            event=self.event,
            attendee_id=attendee_id,
            change=AttendeeChange(**values),
            by=self.person,
            now=timezone.now(),
        )
        return self.get(request, slug, attendee_id)


class OrganisationView(OrganiserView):
    @extend_schema(
        operation_id="organisations_change",
        request=OrganisationChangeSerializer,
        responses={200: OrganisationSerializer},
    )
    def put(self, request: Request, slug: str, organisation_id: int) -> Response:  # noqa: ARG002
        """Correct an organisation's name and sector at this event, for all its people."""
        values = validated(OrganisationChangeSerializer, request)
        changed = change_organisation(
            event=self.event, organisation_id=organisation_id, by=self.person, now=timezone.now(), **values
        )
        return Response(OrganisationSerializer(changed).data)


class WishView(ParticipantView):
    """My wish to meet somebody who has no open time."""

    counts = {"PUT": Kind.MESSAGE_SENT}

    @extend_schema(operation_id="wishes_make", request=None, responses={204: None})
    def put(self, request: Request, slug: str, attendee_id: int) -> Response:  # noqa: ARG002
        """Tell them that I would like to meet; once is enough."""
        wish_to_meet(attendee=self.attendee, other_id=attendee_id, by=self.person, now=timezone.now())
        return Response(status=204)


class ChosenSerializer(serializers.Serializer[Any]):
    attendees = BoundedListField(child=id_field(), max_length=MAX_CHOSEN)


class OpenTimesView(OrganiserView):
    """Meeting times that organisers open for people who have none."""

    @extend_schema(operation_id="times_open", request=ChosenSerializer, responses={202: LongJobSerializer})
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Open all times to come for those of these who joined and have none; of how many (`count`)."""
        ids = validated(ChosenSerializer, request)["attendees"]
        self.answer_later(_("Opening meeting times"))
        count = open_times_for(event=self.event, attendee_ids=ids, by=self.person, now=timezone.now())
        return Response(CountSerializer({"count": count}).data)


class MailExampleSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    letter = LetterSerializer()


class MailKindSerializer(serializers.Serializer[Any]):
    kind = TextField(one_of=MAIL_KINDS)


class MailExampleListView(OrganiserView):
    @extend_schema(operation_id="mail_examples_list", responses={200: MailExampleSerializer(many=True)})
    def get(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """One mail of each kind with the event's texts, to somebody made up."""
        return Response(MailExampleSerializer(mail_examples(self.event, timezone.now()), many=True).data)


class MailTestView(OrganiserView):
    @extend_schema(operation_id="mail_tests_send", request=MailKindSerializer, responses={204: None})
    def post(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Mail me the example of this kind."""
        values = validated(MailKindSerializer, request)
        send_test_mail(event=self.event, by=self.person, now=timezone.now(), **values)
        return Response(status=204)
