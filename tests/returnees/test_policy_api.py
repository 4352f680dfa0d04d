"""The policy question by API: the planner's own answer, without an account and without a trace."""

from typing import Any

import pytest
from django.apps import apps
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from policies.facts import Facts
from policies.planner import plan
from policies.schema import keys, load
from returnees.choices import Mark
from returnees.models import RiskArea
from returnees.services.policies import keep_file
from tests.access.scene import read_only
from tests.cast import COUNTY, VILLAGE, World
from tests.factories.packs import changed, pack_text
from tests.factories.returnees import ELSEWHERE, in_force
from tests.policies.people import overseas, returnee, stay

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh(world: World) -> None:
    cache.clear()


def send(body: Any, **options: Any) -> Any:
    client = Client(headers={"accept-language": "en"}, enforce_csrf_checks=True)
    options.setdefault("content_type", "application/json")
    return client.post(reverse("api-policy-plan"), body, **options)


def sentence(response: Any) -> str:
    assert response.status_code == 400, response.content
    assert list(response.json()) == ["detail"]
    return str(response.json()["detail"])


@pytest.mark.parametrize("key", keys())
@pytest.mark.parametrize(
    "facts",
    [returnee(), returnee(history=stay(risk="mid")), returnee(overseas=overseas(7))],
)
def test_the_answer_is_the_planners(key: str, facts: dict[str, Any]) -> None:
    found = send({"pack": key, "facts": facts})

    assert found.status_code == 200
    assert found.json()["plan"] == plan(load(key), Facts.parse(facts)).as_dict()
    assert found.json()["stays"] == []


def test_a_stay_without_risk_is_looked_up_by_its_place(world: World) -> None:
    area = RiskArea(place_id=ELSEWHERE, mark=Mark.HIGH, since="2021-01-15", source="通报")
    area.save()
    RiskArea.objects.create(place_id=ELSEWHERE, mark=Mark.LOCAL_CASES, since="2021-01-10")
    asked = {"place": ELSEWHERE, "last_day": "2021-01-19"}
    early = {"place": ELSEWHERE, "last_day": "2021-01-12"}

    late = send({"pack": "JY", "facts": returnee(history=[asked])}).json()
    before = send({"pack": "JY", "facts": returnee(history=[early])}).json()

    assert late["plan"]["classification"] == "JY.MIDHIGH"
    assert late["stays"] == [{**asked, "risk": "high", "flags": ["local_cases"], "unclear": False}]
    assert before["stays"][0]["risk"] == "low"
    stated = send({"pack": "JY", "facts": returnee(history=[{**asked, "risk": "low"}])}).json()
    assert stated["plan"]["classification"] != "JY.MIDHIGH"


@pytest.mark.clause("A-50")
def test_a_place_answers_by_the_notice_that_binds_it_on_the_day(world: World) -> None:
    since = in_force().since
    body = {"place": VILLAGE, "facts": returnee()}

    assert send({**body, "day": str(since)}).json()["plan"]["pack"] == "JY"
    assert "No notice is in force" in sentence(send(body))
    assert "No notice is in force" in sentence(send({**body, "place": "980101"}))


def test_a_stored_pack_is_asked_by_its_key_too(world: World) -> None:
    keep_file(text=pack_text("QH"), by=None)
    keep_file(text=changed(pack_text("QH"), '"2021.1"', '"2021.2"'), by=None)

    assert send({"pack": "QH", "facts": returnee()}).json()["plan"]["version"] == "2021.2"
    listed = Client().get(reverse("api-policy-packs")).json()
    assert [(one["key"], one["version"]) for one in listed if one["key"] == "QH"] == [
        ("QH", "2021.2"),
        ("QH", "2021.1"),
    ]


def test_the_packs_are_listed_with_their_readings_and_alternatives(world: World) -> None:
    found = {one["key"]: one for one in Client().get(reverse("api-policy-packs")).json()}

    assert set(found) == set(keys())
    assert (found["JX8"]["over"], found["JY"]["number"]) == ("JX57", "济防指办〔2021〕5号")
    readings = {one["name"]: one for one in found["JY"]["readings"]}
    assert readings["day_count"]["options"] == ["next_day", "same_day"]
    assert readings["certificate_days"]["value"] == 7
    assert (readings["certificate_days"]["min"], readings["certificate_days"]["max"]) == (1, 30)


LATER = "2021-01-21"


@pytest.mark.parametrize(
    ("body", "part"),
    [
        ({"pack": "XX", "facts": returnee()}, "“XX” is not known; use one of: GZ, JL, JX57"),
        ({"pack": ["JY"], "facts": returnee()}, "is not known"),
        ({"facts": returnee()}, "Name a notice"),
        ({"place": "x\0", "facts": returnee()}, "Name a notice"),
        ({"place": COUNTY, "day": "soon", "facts": returnee()}, "day: give a date"),
        ({"pack": "JY"}, "facts: is missing"),
        ({"pack": "JY", "facts": []}, "facts: is missing"),
        ({"pack": "JY", "facts": {}}, "facts.arrives_at: is missing"),
        ([], "Send an object"),
        (
            {"pack": "JY", "facts": returnee(history=[{"place": COUNTY, "last_day": LATER}])},
            "facts.history[0].last_day: 2021-01-21 lies after the arrival",
        ),
        (
            {"pack": "JY", "facts": returnee(history=[{"place": "9", "last_day": "2021-01-19"}])},
            "facts.history[0].place: 9 is the code of no place",
        ),
        (
            {"pack": "JY", "facts": returnee(history=[{"place": "\0", "last_day": "2021-01-19"}])},
            "is the code of no place",
        ),
        (
            {"pack": "JY", "facts": returnee(history=[{"last_day": "2021-01-19"}])},
            "is the code of no place",
        ),
        ({"pack": "JY", "facts": returnee(history=["x"])}, "facts.history[0]: is 'x'"),
        ({"pack": "JY", "facts": returnee(history=7)}, "facts.history: is 7"),
        ({"pack": "JY", "facts": returnee(health_code="\ud800")}, "facts.health_code"),
        ({"pack": "JY", "facts": returnee(history=[{}] * 101)}, "more than 100 stays"),
        ({"pack": "JY", "facts": {"patient": "discharged"}}, "facts.patient_anchor: is missing"),
        ({"pack": "JY", "facts": {"arives_at": "x"}}, "did you mean arrives_at"),
    ],
)
def test_a_question_that_cannot_be_answered_is_one_sentence(
    world: World, body: Any, part: str
) -> None:
    assert part in sentence(send(body))


@pytest.mark.parametrize("body", ["{", "[" * 30000, '{"a": "' + "x" * 70000 + '"}'])
def test_what_is_no_json_or_too_much_of_it_is_refused(world: World, body: str) -> None:
    sentence(send(body))


def test_a_question_leaves_no_trace(world: World) -> None:
    def counts() -> dict[str, int]:
        return {m._meta.label: m.objects.count() for m in apps.get_models()}

    before = counts()
    asked = [{"place": ELSEWHERE, "last_day": "2021-01-19"}]

    with read_only():
        found = send({"pack": "JY", "facts": returnee(history=asked)})

    assert found.status_code == 200
    assert counts() == before
    assert not found.cookies


def test_too_many_questions_are_held_back(world: World, monkeypatch: Any) -> None:
    monkeypatch.setattr("returnees.policy_api.PER_HOUR", 1)
    body = {"pack": "JY", "facts": returnee()}

    assert send(body).status_code == 200
    held = send(body)
    assert held.status_code == 429
    assert "try again in an hour" in held.json()["detail"]


def test_both_stand_in_the_schema_with_an_example(tmp_path: Any) -> None:
    file = tmp_path / "schema.yml"

    call_command("spectacular", "--validate", "--fail-on-warn", file=str(file))

    text = file.read_text()
    assert "/api/policy/plan/" in text
    assert "/api/policy/packs/" in text
    assert "130102" in text
