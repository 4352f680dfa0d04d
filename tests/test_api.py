"""The API: the same scope, the same masks, the same services as the pages."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from grid.models import Place, User
from returnees.choices import AbnormalityKind
from returnees.models import Abnormality, Episode, HealthLog
from schedules.choices import Evidence, TaskState
from schedules.models import Task
from schedules.services import sync_duties
from tests.access.scene import rows_at
from tests.cast import FAR, GRID, TOWN, VILLAGE, World
from tests.factories.returnees import in_force
from tests.factories.schedules import returnee

pytestmark = pytest.mark.django_db
JSON = {"content_type": "application/json"}


def signed_in(user: User, **options: Any) -> Client:
    """Return a browser of this user that asks for English sentences."""
    client = Client(headers={"accept-language": "en"}, **options)
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def policy_of(response: Any) -> str:
    """Return the content policy of an answer."""
    return str(response.headers["Content-Security-Policy"])


def results(client: Client, name: str, query: str = "") -> list[dict[str, Any]]:
    """Return the rows of a list."""
    found = client.get(reverse(name) + query)
    assert found.status_code == 200, found.content
    rows: list[dict[str, Any]] = found.json()["results"]
    return rows


@pytest.fixture
def episode(world: World) -> Episode:
    """One returnee under management in the village of the cast, with today's work."""
    sync_duties()
    return returnee("JY.KEYCONCERN", days=-1, person=world.person, phone=world.person.phone)


def entry(of: Episode, **changes: Any) -> dict[str, Any]:
    """Return what a phone sends for an ordinary check."""
    return {"episode": of.pk, "temperature": "36.6", "symptoms": []} | changes


def send(user: User, data: dict[str, Any]) -> Any:
    """Post a health check."""
    return signed_in(user).post(reverse("api-health-log-list"), data, **JSON)


# -------- places


def test_places_are_those_in_scope_in_the_order_of_the_tree(world: World) -> None:
    codes = [row["code"] for row in results(signed_in(world.head), "api-place-list")]

    assert codes == [VILLAGE, GRID]
    assert results(signed_in(world.clerk), "api-place-list") == []


def test_places_are_narrowed_by_name_level_and_place_above(world: World) -> None:
    client = signed_in(world.county)

    assert [r["code"] for r in results(client, "api-place-list", "?q=前坡")] == [FAR]
    assert {r["level"] for r in results(client, "api-place-list", "?level=5")} == {5}
    assert all(
        r["code"].startswith(TOWN) for r in results(client, "api-place-list", f"?under={TOWN}")
    )


def test_a_closed_place_is_not_listed(world: World) -> None:
    Place.objects.filter(pk=GRID).update(closed=True)

    assert [r["code"] for r in results(signed_in(world.head), "api-place-list")] == [VILLAGE]


def test_words_come_in_the_language_that_is_asked_for(world: World) -> None:
    client = signed_in(world.head)
    url = reverse("api-place-detail", args=[VILLAGE])

    assert client.get(url).json()["level_name"] == "Village"
    chinese = client.get(url, headers={"accept-language": "zh-hans"}).json()["level_name"]
    assert re.search("[一-鿿]", chinese)


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("api-place-list", "?level=99"),
        ("api-returnee-list", "?state=gone"),
        ("api-task-list", "?state=gone"),
        ("api-task-list", "?day=2021-02-30"),
        ("api-task-list", "?day=yesterday"),
    ],
)
def test_a_filter_that_cannot_be_is_400_and_says_which(world: World, name: str, query: str) -> None:
    found = signed_in(world.head).get(reverse(name) + query)

    assert found.status_code == 400
    field = query[1:].split("=")[0]
    assert list(found.json()) == [field]
    assert found.json()[field][0].endswith(".")


# -------- people who come home


def test_a_returnee_is_masked_in_list_and_detail(world: World, episode: Episode) -> None:
    client = signed_in(world.township)

    (row,) = results(client, "api-returnee-list")
    detail = client.get(reverse("api-returnee-detail", args=[episode.pk])).json()

    for found in (row, detail):
        assert found["name"] == world.person.name
        assert found["id_number"] == world.person.masked_id
        assert found["phone"] == world.person.masked_phone
        assert world.person.id_number not in str(found)
        assert world.person.phone not in str(found)


def test_one_returnee_comes_with_plan_stages_and_tests_each_with_its_clause(
    world: World, episode: Episode
) -> None:
    detail = signed_in(world.head).get(reverse("api-returnee-detail", args=[episode.pk])).json()

    assert detail["plan"]["classification"] == episode.classification
    assert [s["kind"] for s in detail["stages"]] == [s.kind for s in episode.stages.all()]
    assert all(item["clause"] for item in detail["stages"] + detail["tests"])
    assert "plan" not in results(signed_in(world.head), "api-returnee-list")[0]


def test_returnees_elsewhere_are_not_there(world: World, episode: Episode) -> None:
    stranger = signed_in(world.neighbour)

    assert results(stranger, "api-returnee-list") == []
    assert stranger.get(reverse("api-returnee-detail", args=[episode.pk])).status_code == 404
    assert results(stranger, "api-task-list") == []


@pytest.mark.parametrize("text", ["林小满", "lxm", "9923", "15400010001", "419999199001019923"])
def test_returnees_are_searched_as_on_the_pages(world: World, episode: Episode, text: str) -> None:
    client = signed_in(world.head)

    assert [r["id"] for r in results(client, "api-returnee-list", f"?q={text}")] == [episode.pk]
    assert results(client, "api-returnee-list", "?q=王不在") == []
    assert results(client, "api-task-list", f"?q={text}") != []
    assert results(client, "api-task-list", "?q=王不在") == []


def test_lists_are_paged_by_cursor_and_no_row_is_lost_or_twice(world: World) -> None:
    sync_duties()
    made = {returnee("JY.OTHER", days=-1).pk for _n in range(5)}
    client, seen, url = signed_in(world.head), [], reverse("api-returnee-list") + "?page_size=2"

    while url:
        page = client.get(url).json()
        seen += [row["id"] for row in page["results"]]
        assert len(page["results"]) <= 2
        url = page["next"]

    assert seen == sorted(made, reverse=True)


# -------- tasks


def test_tasks_say_duty_person_state_and_clause(world: World, episode: Episode) -> None:
    task = Task.objects.filter(episode=episode, duty__evidence=Evidence.HEALTH_LOG).first()
    assert task is not None

    found = signed_in(world.head).get(reverse("api-task-detail", args=[task.pk])).json()

    assert (found["person"], found["clause"]) == (world.person.name, task.clause)
    assert found["title"] == task.duty.title_en
    assert found["state_name"] == "To do"


def test_tasks_are_narrowed_by_day_state_and_holder(world: World, episode: Episode) -> None:
    tasks = Task.objects.filter(episode=episode)
    held = tasks.filter(holder=world.worker)
    day = tasks.order_by("due_day").values_list("due_day", flat=True)[0]
    worker, head = signed_in(world.worker), signed_in(world.head)

    assert len(results(head, "api-task-list")) == tasks.count()
    assert len(results(head, "api-task-list", f"?day={day}")) == tasks.filter(due_day=day).count()
    pending = tasks.filter(state=TaskState.PENDING).count()
    assert len(results(head, "api-task-list", "?state=pending")) == pending
    assert held.exists()
    assert len(results(worker, "api-task-list", "?mine=true")) == held.count()
    assert results(head, "api-task-list", "?mine=true") == []


# -------- health logs


def test_a_health_check_is_stored_and_closes_the_days_task(world: World, episode: Episode) -> None:
    found = send(world.worker, entry(episode, note="精神好"))

    log = HealthLog.objects.get()
    assert found.status_code == 201
    assert found.json()["id"] == log.pk
    assert (log.logged_by, str(log.temperature), log.note) == (world.worker, "36.6", "精神好")
    task = Task.objects.get(episode=episode, duty__evidence=Evidence.HEALTH_LOG, due_day=log.day)
    assert task.is_done
    assert task.evidence_key == log.pk


def test_an_abnormal_check_opens_a_finding(world: World, episode: Episode) -> None:
    send(world.worker, entry(episode, temperature="38.2", symptoms=["fever"]))

    assert Abnormality.objects.get().kind == AbnormalityKind.SYMPTOM


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("temperature", "warm"),
        ("temperature", "36.66"),
        ("temperature", ""),
        ("symptoms", ["hunger"]),
        ("symptoms", "fever"),
        ("health_code", "blue"),
        ("day", "30.2.2021"),
        ("entry_key", "7"),
        ("episode", "x"),
        ("note", "长" * 201),
    ],
)
def test_a_wrong_field_is_400_named_with_a_sentence(
    world: World, episode: Episode, field: str, value: Any
) -> None:
    found = send(world.worker, entry(episode, **{field: value}))

    assert found.status_code == 400
    assert list(found.json()) == [field]
    assert "." in str(found.json()[field])
    assert not HealthLog.objects.exists()


def test_a_missing_field_and_a_body_that_is_no_json_are_400(world: World, episode: Episode) -> None:
    client, url = signed_in(world.worker), reverse("api-health-log-list")

    assert client.post(url, {"episode": episode.pk}, **JSON).json() == {
        "temperature": ["This field is required."]
    }
    assert client.post(url, "{", **JSON).status_code == 400
    assert client.post(url, {"episode": episode.pk}).status_code == 415


def test_inside_without_the_right_is_403_and_outside_is_404(world: World, episode: Episode) -> None:
    assert send(world.leader, entry(episode)).status_code == 403
    assert send(world.supervisor, entry(episode)).status_code == 403
    assert send(world.neighbour, entry(episode)).status_code == 404
    assert send(world.clerk, entry(episode)).status_code == 404
    assert not HealthLog.objects.exists()


@pytest.mark.parametrize("changes", [{"temperature": "43.5"}, {"day": "2030-01-01"}])
def test_what_the_service_refuses_is_409_with_its_sentence(
    world: World, episode: Episode, changes: dict[str, str]
) -> None:
    found = send(world.worker, entry(episode, **changes))

    assert found.status_code == 409
    assert found.json()["detail"].endswith(".")
    assert not HealthLog.objects.exists()


def test_the_same_entry_key_again_changes_nothing(world: World, episode: Episode) -> None:
    key = str(uuid4())
    first = send(world.worker, entry(episode, entry_key=key))
    again = send(world.worker, entry(episode, entry_key=key, temperature="39.0"))

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert HealthLog.objects.count() == 1


def test_an_entry_key_of_somebody_else_is_refused_and_shows_nothing(
    world: World, episode: Episode
) -> None:
    in_force()
    other = rows_at(FAR, "far")["episode"]
    key = str(uuid4())
    send(world.neighbour, entry(other, entry_key=key))

    found = send(world.worker, entry(episode, entry_key=key))

    assert found.status_code == 409
    assert set(found.json()) == {"detail"}


# -------- the door


def test_without_a_session_nothing_is_answered(world: World) -> None:
    for name in ("api-place-list", "api-returnee-list", "api-task-list", "api-schema", "api-docs"):
        assert Client().get(reverse(name)).status_code == 403, name


def test_a_post_without_the_token_of_the_session_is_refused(world: World, episode: Episode) -> None:
    client = signed_in(world.worker, enforce_csrf_checks=True)
    url = reverse("api-health-log-list")

    refused = client.post(url, entry(episode), **JSON)
    client.get(reverse("health-log", args=[episode.pk]))
    token = client.cookies["csrftoken"].value
    taken = client.post(url, entry(episode), headers={"x-csrftoken": token}, **JSON)

    assert refused.status_code == 403
    assert "CSRF" in refused.json()["detail"]
    assert taken.status_code == 201


def test_the_schema_is_whole(tmp_path: Any) -> None:
    file = tmp_path / "schema.yml"

    call_command("spectacular", "--validate", "--fail-on-warn", file=str(file))

    text = file.read_text()
    assert "/api/health-logs/" in text
    assert "'409'" in text


def test_the_page_of_the_schema_needs_nothing_from_outside(world: World) -> None:
    client = signed_in(world.head)
    found = client.get(reverse("api-docs"))
    script = client.get(reverse("api-docs") + "?script=")

    page = found.content.decode()
    assert not re.findall(r"""(?:src|href)=["'](?:https?:)?//""", page)
    assert not re.findall("https?://", script.content.decode())
    # An inline script would be refused by the page's own policy.
    assert not re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", page)
    policy = dict(part.split(None, 1) for part in policy_of(found).split("; "))
    assert "unsafe-inline" not in policy["script-src"]
