"""The forms of uploaded lists and agendas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from backend.events.models.attendees import Attendee

if TYPE_CHECKING:
    pass


MAX_UPLOAD_BYTES = 4_000_000
MAX_CARRIED_LENGTH = 2_200_000  # Django reads 2.5 MB of a form without files


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

    def __init__(self, data: QueryDict, files: MultiValueDict[str, UploadedFile[Any]], reader: Attendee) -> None:
        super().__init__(data, files)
        self.reader, self.event = reader, reader.event

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("carried"):
            self.carried_text, self.content = values["carried"], self._unsigned(values["carried"])
            return values
        file: UploadedFile[Any] | None = values.get("file")
        if file is None:
            raise forms.ValidationError(_("Choose a file first."))
        if (file.size or 0) > MAX_UPLOAD_BYTES:
            raise forms.ValidationError(_("The file is larger than 4 MB: split it, or import it by the command."))
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
            raise forms.ValidationError(_("This preview is not of this forum or was changed. Choose the file again."))
        return bytes(text, "latin-1")
