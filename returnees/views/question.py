"""The public question: what awaits somebody who comes from there on that day with those papers."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from grid.errors import Refused
from grid.throttle import too_many
from grid.web import page
from policies.errors import FactsError
from returnees.question import answer_to, places_bound, village_of
from returnees.question_forms import QuestionForm, check_stays, stay_forms

TEMPLATE = "returnees/question.html"
PER_HOUR = 120  # questions from one address: an office behind one line, not a script


@login_not_required
@never_cache
@require_safe
def policy_question(request: HttpRequest) -> HttpResponse:
    """Answer the question in the address; nothing is stored, and nothing personal is asked."""
    asked = {name for name in request.GET if name not in ("village", "to")}
    data: QueryDict | None = request.GET if asked else None
    adding = "add_stay" in request.GET
    places = places_bound()
    first = {name: request.GET[name] for name in ("village", "to") if name in request.GET}
    form = QuestionForm(data, places=places, initial=first)
    stays = stay_forms(data, more=1 if adding else 0)
    village = village_of(request.GET.get("village", ""))
    context: dict[str, Any] = {"form": form, "stays": stays, "places": places, "village": village}
    status = 200
    if adding:
        unjudged(form, stays)
    elif data is not None:
        status = answered(request, context)
    response = page(request, TEMPLATE, context, fragment="stays", status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def unjudged(form: QuestionForm, stays: list[Any]) -> None:
    """Keep what was typed without errors: a row was only added."""
    for one in (form, *stays):
        one._errors = {}  # noqa: SLF001  Django's own way to show a bound form unjudged


def answered(request: HttpRequest, context: dict[str, Any]) -> int:
    """Put the answer, or what is to be mended, into the context; return the status.

    A fault is a page like any other: refusals are logged with their address, which nobody needs.
    """
    form, stays = context["form"], context["stays"]
    right = form.is_valid()
    if not check_stays(stays, form.cleaned_data.get("arrives_on")) or not right:
        return 200
    if too_many(request, "policy-question", PER_HOUR):
        form.add_error(None, _("Too many questions from this address; try again in an hour."))
        return 429
    village = context["village"]
    try:
        context["answer"] = answer_to(
            place=village.code if village else form.cleaned_data["to"],
            facts=form.facts(),
            stays=[row.stay for row in stays if row.stay],
            arrival=form.cleaned_data["arrives_on"],
        )
    except (Refused, FactsError) as refusal:
        form.add_error(None, str(refusal))
    return 200
