"""REST without an account: facts in, plan and reasons out; nothing is stored."""

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeGuard

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, Throttled
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from grid.days import today
from grid.errors import Refused
from grid.models import Place
from grid.throttle import too_many
from policies.errors import FactsError
from policies.facts import Facts
from policies.pack import LEVELS, Pack, Setting
from policies.planner import plan as make_plan
from policies.schema import keys, load
from returnees.policies import PolicyBook, pack_of_file
from returnees.policy_pages import known_files
from returnees.services.policies import latest_file
from returnees.stay_risk import StayRisk, risks_of

PER_HOUR = 600  # plans for one address
LARGEST = 64 * 1024  # bytes of one question
MOST_STAYS = 100


class BadQuestion(APIException):
    """The question cannot be answered; the detail is one sentence."""

    def __init__(self, detail: str) -> None:
        # What was sent may hold halves of characters, which no answer can carry.
        super().__init__(detail.encode("utf-8", "replace").decode())

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "bad_question"


class DetailSerializer(serializers.Serializer[Any]):
    """Why not."""

    detail = serializers.CharField(help_text="one sentence: what, where, how to mend it")


class PlanQuestion(serializers.Serializer[Any]):
    """A pack by its key, or the place where a notice binds and the day; and the facts."""

    pack = serializers.CharField(required=False, help_text="key of a notice, such as JY")
    place = serializers.CharField(required=False, help_text="code of the place of the stay")
    day = serializers.DateField(
        required=False, help_text="the day on which the notice binds; the arrival when left out"
    )
    facts = serializers.DictField(
        child=serializers.JSONField(),
        help_text="as policy_plan takes them; a stay without risk is looked up by its place code",
    )


class StayAnswer(serializers.Serializer[Any]):
    """The risk of a stay as the lists in force say."""

    place = serializers.CharField()
    risk = serializers.CharField()
    flags = serializers.ListField(child=serializers.CharField())
    unclear = serializers.BooleanField(
        help_text="an area inside the place is at risk: name the exact place"
    )


class PlanAnswer(serializers.Serializer[Any]):
    """The plan with its reasons, as policy_plan gives it, and the stays looked up for it."""

    plan = serializers.DictField(child=serializers.JSONField())
    stays = StayAnswer(many=True)


class PackAnswer(serializers.Serializer[Any]):
    """A notice that can be asked about, with its readings."""

    key = serializers.CharField()
    version = serializers.CharField()
    title_zh = serializers.CharField()
    title_en = serializers.CharField()
    number = serializers.CharField()
    issued = serializers.DateField(allow_null=True)
    over = serializers.CharField()
    readings = serializers.ListField(child=serializers.DictField(child=serializers.JSONField()))


EXAMPLE = {
    "pack": "JY",
    "facts": {
        "arrives_at": "2021-01-20T15:30:00+08:00",
        "departs_at": "2021-01-20T08:00:00+08:00",
        "history": [{"place": "130102", "last_day": "2021-01-19"}],
        "certificate": {"sampled_on": "2021-01-18", "result": "negative"},
        "health_code": "green",
    },
}


class PolicyPlanView(APIView):
    """What awaits somebody, and why."""

    authentication_classes = ()  # no account, so no session and no token of one
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="policy_plan",
        request=PlanQuestion,
        responses={
            200: PlanAnswer,
            400: OpenApiResponse(DetailSerializer, description="what is wrong with the question"),
            429: OpenApiResponse(DetailSerializer, description="too many from one address"),
        },
        examples=[
            OpenApiExample("by notice", EXAMPLE, request_only=True),
            OpenApiExample(
                "by place",
                {"place": "410001", "day": "2021-01-20", "facts": EXAMPLE["facts"]},
                request_only=True,
            ),
        ],
    )
    def post(self, request: Request) -> Response:
        """Return the plan of these facts; nothing is stored."""
        if too_many(request._request, "policy-plan", PER_HOUR):  # noqa: SLF001  DRF's own way in
            raise Throttled(detail=_("Too many questions from this address; try again in an hour."))
        data = question_of(request)
        try:
            known = Facts.parse(with_levels(data["facts"]))
            day = known.arrival or known.placed_on or known.patient_anchor or today()
            pack = pack_asked(data, day)
            facts, stays = with_risks(data["facts"], day, pack)
            made = make_plan(pack, Facts.parse(facts))
        except (FactsError, Refused) as refusal:
            raise BadQuestion(str(refusal)) from refusal
        looked_up = [{**stay.fact(), "unclear": stay.risk.unclear} for stay in stays]
        return Response({"plan": made.as_dict(), "stays": looked_up})


class PolicyPacksView(APIView):
    """The notices that can be asked about."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(operation_id="policy_packs", responses=PackAnswer(many=True))
    def get(self, request: Request) -> Response:
        """Return every notice known here with its readings, the latest of each key first."""
        return Response([_pack(file.pack) for file in known_files()])


def question_of(request: Request) -> dict[str, Any]:
    """Return the body with its facts; BadQuestion where it is none."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        raise BadQuestion(_("The question is larger than 64 kB; send one person's facts."))
    try:
        data = request.data
    except RecursionError as error:
        raise BadQuestion(_("The question is nested too deeply.")) from error
    if not isinstance(data, dict):
        raise BadQuestion(_("Send an object with pack or place, and facts."))
    facts = data.get("facts")
    if not isinstance(facts, dict):
        raise BadQuestion(_("facts: is missing; send an object as policy_plan takes it."))
    history = facts.get("history")
    if isinstance(history, list) and len(history) > MOST_STAYS:
        raise BadQuestion(
            _("facts.history: holds more than %(most)s stays.") % {"most": MOST_STAYS}
        )
    return data


def pack_asked(data: Mapping[str, Any], day: date) -> Pack:
    """Return the pack by its key, or the one that binds the place on the day."""
    key, place = data.get("pack"), data.get("place")
    if key:
        file = latest_file(key) if isinstance(key, str) else None
        if file is None and key not in keys():
            known = ", ".join(sorted({*keys(), *(one.pack.key for one in known_files())}))
            raise BadQuestion(
                _("pack: “%(key)s” is not known; use one of: %(known)s.")
                % {"key": key, "known": known}
            )
        return pack_of_file(file) if file else load(key)
    if not is_code(place):
        raise BadQuestion(_("Name a notice (pack) or the code of the place (place)."))
    if data.get("day"):
        try:
            day = date.fromisoformat(data["day"])
        except (TypeError, ValueError) as error:
            raise BadQuestion(_("day: give a date such as 2021-01-20.")) from error
    return PolicyBook.of([place]).at(place, day)[0]


def is_code(value: Any) -> TypeGuard[str]:
    """Say whether a value may be the code of a place: digits, 18 at most."""
    return isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 18


def with_levels(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts with the lowest level where a stay states none, so that they parse."""
    history = facts.get("history")
    if not isinstance(history, list | tuple):
        return dict(facts)
    stays = [
        {**stay, "risk": stay.get("risk") or LEVELS[0]} if isinstance(stay, dict) else stay
        for stay in history
    ]
    return {**facts, "history": stays}


def with_risks(
    facts: Mapping[str, Any], arrival: date, pack: Pack
) -> tuple[dict[str, Any], list[StayRisk]]:
    """Return parsed facts with the risk of stays that state none, by their place codes."""
    history = list(facts.get("history") or ())
    codes = [stay["place"] for stay in history if is_code(stay.get("place"))]
    asked = [n for n, stay in enumerate(history) if not stay.get("risk")]
    places = Place.objects.in_bulk(codes) if asked else {}
    stays = []
    for n in asked:
        place = places.get(str(history[n].get("place")))
        if place is None:
            raise BadQuestion(
                _(
                    "facts.history[%(n)s].place: %(place)s is the code of no place; give its code, "
                    "or state the risk."
                )
                % {"n": n, "place": history[n].get("place") or "—"}
            )
        stays.append((place, date.fromisoformat(history[n]["last_day"])))
    found = risks_of(stays, arrival, pack) if stays else []
    for n, risk in zip(asked, found, strict=True):
        flags = sorted({*(history[n].get("flags") or ()), *risk.risk.flags})
        history[n] = {**history[n], "risk": risk.risk.level, "flags": flags}
    return {**facts, "history": history}, found


def _pack(pack: Pack) -> dict[str, Any]:
    return {
        "key": pack.key,
        "version": pack.version,
        "title_zh": pack.title.zh,
        "title_en": pack.title.en,
        "number": pack.notice.number,
        "issued": pack.notice.issued,
        "over": pack.over,
        "readings": [_reading(setting) for setting in pack.settings.values()],
    }


def _reading(setting: Setting) -> dict[str, Any]:
    alternatives: dict[str, Any] = {"min": setting.low, "max": setting.high}
    if setting.options:
        alternatives = {"options": list(setting.options)}
    return {
        "name": setting.name,
        "title_zh": setting.title.zh,
        "title_en": setting.title.en,
        "value": setting.value,
        "rests_on": setting.ground.rests_on,
        "reading": setting.ground.reading,
        **alternatives,
    }
