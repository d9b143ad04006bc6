"""About the translations: how far they are, who signed them, and what reads badly."""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.config.languages import LOCALE, TEMPLATE, TRANSLATED, catalogue_path
from backend.core.binding_texts import BindingText, signed_by
from backend.core.errors import NotFound
from backend.core.routes import is_route
from backend.events.selectors import remarks_on_translations
from backend.events.services import translation_remarks as services
from backend.events.services.translation_remarks import remark_on_translation, remarks_as_po
from frontend.access import Request, administrator, catch_refusal, public
from frontend.events.forms.translations import RemarkForm


@public("how pages are translated, and a form to say what reads badly; shows no names of people at a forum")
@require_http_methods(["GET", "HEAD", "POST"])
def about_translations(request: Request) -> HttpResponse:
    """How far the translation into the page's language is, and who signed it; on POST, take a remark."""
    language = get_language() or settings.LANGUAGE_CODE
    asked = request.GET.get("page", "")
    page = asked if is_route(asked) else ""
    form = RemarkForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        by = request.user if request.user.is_authenticated else None
        with catch_refusal(form):
            remark_on_translation(language=language, page=page, by=by, now=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Thank you. The administrators read it and mend the translation."))
            return redirect("about_translations")
    done, total = _counts(language)
    how_far = _(
        "The pages and mails are written in English and translated from it. In this language %(done)d of "
        "%(total)d texts are translated; the others are shown in English."
    )
    context = {
        "form": form,
        "is_translated": language != settings.LANGUAGE_CODE,
        "how_far": how_far % {"done": done, "total": total},
        "signed": sorted({signed_by(text, language) for text in BindingText} - {""}),
    }
    return render(request, "events/translations.html", context, status=422 if form.errors else 200)


@cache
def _counts(language: str) -> tuple[int, int]:
    """How many texts are translated into a language, and how many there are."""
    import polib

    paths = {one.code: catalogue_path(one, LOCALE).with_suffix(".mo") for one in TRANSLATED}
    path = paths.get(language)
    done = len(polib.mofile(str(path))) if path is not None and path.exists() else 0
    return done, len(polib.pofile(str(TEMPLATE)))


@administrator
@require_safe
def translation_remarks(request: Request) -> HttpResponse:
    """What readers said of translations."""
    remarks = remarks_on_translations()
    languages = {one.language for one in remarks}
    names = {code: name for code, name in settings.LANGUAGES if code in languages}
    return render(request, "events/translation_remarks.html", {"remarks": remarks, "names": names})


@administrator
@require_POST
def delete_remark(request: Request, remark_id: int) -> HttpResponse:  # noqa: ARG001
    """Delete a remark that is dealt with."""
    services.delete_remark(remark_id=remark_id)
    return redirect("translation_remarks")


@administrator
@require_safe
def remarks_file(request: Request, language: str) -> HttpResponse:  # noqa: ARG001
    """The remarks of one language as a PO file."""
    if language not in dict(settings.LANGUAGES):
        raise NotFound(_("There is no such page."))
    response = HttpResponse(remarks_as_po(language), "text/x-gettext-translation; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="remarks-{language}.po"'
    return response
