"""The forms of one's own profile, of the list of attendees, and of an event's topics and sessions."""

from frontend.events.forms.attendees import (
    AdultDecisionForm,
    AgeAgreementForm,
    AttendeeForm,
    NewAttendeeForm,
    OrganisationForm,
    RolesForm,
)
from frontend.events.forms.files import AgendaFileForm, FileForm, ImportForm
from frontend.events.forms.profile import JoinForm, ProfileForm, ReadAlongForm
from frontend.events.forms.setup import (
    AboutEventForm,
    AboutForm,
    DecisionForm,
    OutsideContactForm,
    ProposalForm,
    SectorsForm,
    SessionForm,
    StarterForm,
    StartForm,
    TopicsForm,
)

__all__ = [
    "AboutEventForm",
    "AboutForm",
    "AdultDecisionForm",
    "AgeAgreementForm",
    "AgendaFileForm",
    "AttendeeForm",
    "DecisionForm",
    "FileForm",
    "ImportForm",
    "JoinForm",
    "NewAttendeeForm",
    "OrganisationForm",
    "OutsideContactForm",
    "ProfileForm",
    "ProposalForm",
    "ReadAlongForm",
    "RolesForm",
    "SectorsForm",
    "SessionForm",
    "StartForm",
    "StarterForm",
    "TopicsForm",
]
