"""Every address × everybody × in scope and outside: one table, and nothing that is not in it.

The table stands in tests.access.table, the rights in tests.access.roles. Whatever is read runs
under a wrapper that lets no statement write.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from grid.days import today
from grid.models import Assignment, Event, Household, Leave, User
from tests.access.roles import RIGHTS, SEES, TRIED, holds
from tests.access.scene import Scene, read_only, scene, undone
from tests.access.table import DEBUG_ONLY, PAGES, Row

__all__ = ["scene"]
pytestmark = pytest.mark.django_db


def names(patterns: list[URLPattern | URLResolver] | None = None) -> set[str]:
    """Return the names of all addresses but the back office's."""
    found: set[str] = set()
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLPattern):
            assert pattern.name, f"{pattern.pattern} has no name"
            found.add(pattern.name)
        elif pattern.namespace != "admin":
            found |= names(pattern.url_patterns)
    return found


def test_every_address_stands_in_the_table() -> None:
    listed = {row.name for row in PAGES}

    assert names() - listed - DEBUG_ONLY == set(), "list these in tests/access/table.py"
    assert listed - names() == set(), "these addresses are gone"


def address(row: Row, at: dict[str, Any]) -> str:
    """Return the address of a row of the table for the things of one place."""
    if not row.at or row.at == "body":
        return reverse(row.name) + row.query
    if row.at == "token":
        return reverse(row.name, args=["no-such-token"])
    thing = at[row.at]
    return reverse(row.name, args=[getattr(thing, "pk", thing)]) + row.query


def wanted(row: Row, method: str, who: str, where: str) -> int:
    """Return the status that the tables of rights and scopes ask for."""
    right = row.get if method == "GET" else row.post
    if who == "anonymous" and right != "public" and "public" not in (row.get, row.post):
        return 403 if row.api else 302
    if not right:
        return 405
    named = row.at not in ("", "token") and right != "public" and not row.everywhere
    if named and who not in SEES[where]:
        return 404
    if who in row.apart:
        return row.apart[who]
    if not holds(who, right):
        return 403
    return row.got if method == "GET" else row.posted


def answer(client: Client, row: Row, method: str, at: dict[str, Any]) -> Any:
    """Return the answer to one request; a GET may not write, what a POST writes is taken back."""
    url = address(row, at)
    if method == "GET":
        with read_only():
            return client.get(url)
    with undone():
        if row.api:
            body = {"episode": at["episode"].pk, "temperature": "36.5"}
            return client.post(url, body, content_type="application/json")
        return client.post(url, {"sent": "1", **row.data})


def outcome(scene: Scene, row: Row, response: Any) -> int | str:
    """Return the status, or words where numbers of persons stand in full and should not."""
    text = response.content.decode(errors="ignore")
    if row.shows_in_full or not any(secret in text for secret in scene.secrets):
        return int(response.status_code)
    return "shows a number in full"


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("row", PAGES, ids=str)
def test_each_address_answers_everybody_as_the_table_says_and_shows_no_number_in_full(
    scene: Scene, row: Row, method: str
) -> None:
    found, expected = {}, {}
    cases = [(who, where) for where in TRIED for who in TRIED[where] if row.at or where == "near"]
    for who, where in cases:
        expected[who, where] = wanted(row, method, who, where)
        response = answer(scene.client(who), row, method, scene.rows[where])
        found[who, where] = outcome(scene, row, response)

    wrong = {case: (found[case], expected[case]) for case in found if found[case] != expected[case]}
    assert wrong == {}, "(found, expected)"


def test_the_guard_of_reading_refuses_what_writes(scene: Scene) -> None:
    for write in (
        lambda: Household.objects.update(note="x"),
        lambda: Event.objects.create(kind="export", subject="x"),
        lambda: list(Household.objects.select_for_update()),
    ):
        with undone(), pytest.raises(AssertionError, match="a GET"), read_only():
            write()


def test_the_table_of_rights_is_whole() -> None:
    rights = {one for row in PAGES for right in (row.get, row.post) for one in right.split(" and ")}

    assert rights - set(RIGHTS) == {"", "public", "signed in"}
    assert all(len(cells) == 6 for cells in RIGHTS.values())


def test_anonymous_visitors_are_led_to_the_sign_in_and_only_from_what_is_not_public(
    scene: Scene,
) -> None:
    client = scene.client("anonymous")

    for row in [row for row in PAGES if not row.api]:
        found = client.get(address(row, scene.rows["near"]))
        led = found.headers.get("Location", "").startswith("/sign-in/?next=")
        assert led == ("public" not in (row.get, row.post)), row.name


@pytest.mark.parametrize("who", ["worker", "head", "township", "supervisor", "county"])
def test_a_look_at_full_numbers_is_recorded(scene: Scene, who: str) -> None:
    person = scene.rows["near"]["person"]

    with undone():
        found = scene.client(who).post(reverse("person-reveal", args=[person.pk]), {"reason": "核"})
        event = Event.objects.get(kind=Event.Kind.REVEAL)

    assert person.id_number in found.content.decode()
    assert (event.actor_id, event.subject) == (scene.world.users[who].pk, person.name)


MASKED = ["person", "household-detail", "api-returnee-list", "api-returnee-detail"]


@pytest.mark.parametrize("row", [row for row in PAGES if row.name in MASKED], ids=str)
def test_what_the_table_calls_masked_is_there_to_be_masked(scene: Scene, row: Row) -> None:
    person = scene.rows["near"]["person"]

    text = scene.client("head").get(address(row, scene.rows["near"])).content.decode()

    assert person.name in text
    assert person.masked_phone in text or person.masked_id in text


def test_an_export_is_masked_unless_the_right_to_full_numbers_is_held_and_used(
    scene: Scene,
) -> None:
    person, client = scene.rows["near"]["person"], scene.client("township")
    with undone():
        url = reverse("returnee-export")
        masked = client.post(url, {"kind": "csv"}).content.decode()
        full = client.post(url, {"kind": "csv", "full": "1"}).content.decode()

    assert person.masked_id in masked
    assert person.id_number not in masked
    assert person.id_number in full


@pytest.mark.parametrize("name", ["returnee-export", "daily-report-xlsx"])
def test_an_export_is_recorded(scene: Scene, name: str) -> None:
    with undone():
        found = scene.client("head").post(reverse(name))
        event = Event.objects.get(kind=Event.Kind.EXPORT)

    assert found.status_code == 200
    assert (event.actor_id, event.data["full"]) == (scene.world.users["head"].pk, False)


# What an address or a form names besides its own row must lie in scope as well: 404 where the
# address names it, a refusal that writes nothing where a form does.
ELSEWHERE_IN_ADDRESS = [
    ("dashboard", "/dashboard/{grid}/"),
    ("daily-report", "/daily-report/?place={grid}"),
    ("coverage", "/assignments/coverage/?place={grid}"),
    ("report-new", "/reports/new/?person={person.pk}"),
]


@pytest.mark.parametrize(("name", "url"), ELSEWHERE_IN_ADDRESS)
def test_a_place_or_person_elsewhere_is_not_found_by_address(
    scene: Scene, name: str, url: str
) -> None:
    client = scene.client("head")

    assert client.get(url.format(**scene.rows["near"])).status_code == 200
    assert client.get(url.format(**scene.rows["far"])).status_code == 404


LISTS = ["returnee-list", "task-list", "household-list", "assignment-list", "cadre-list"]
LISTS += ["abnormality-list", "api-returnee-list", "api-task-list", "api-place-list"]


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("query", ["", "?place={grid}&under={grid}", "?q={person.name}"])
def test_no_list_shows_what_lies_elsewhere(scene: Scene, name: str, query: str) -> None:
    for who, where in [("head", "far"), ("neighbour", "near"), ("county", "abroad")]:
        at = scene.rows[where]
        found = scene.client(who).get(reverse(name) + query.format(**at))

        shown = found.content.decode().replace(query.format(**at), "")
        assert found.status_code == 200
        for secret in (f'/persons/{at["person"].pk}/"', f"/households/{at['household'].pk}/"):
            assert secret not in shown, (who, where, secret)
        assert at["cadre"].name not in shown
        if name.startswith("api"):
            assert found.json()["results"] == [] or not query


def form_fields(scene: Scene, where: str) -> dict[str, dict[str, object]]:
    """Return what a whole form of each address would post about the rows of a place."""
    at = scene.rows[where]
    since, until = today(), today() + timedelta(days=3)
    return {
        "household-new": {"place": at["grid"], "number": "9", "use": "resident"},
        "assignment-new": {
            "cadre": scene.world.users["head"].pk, "tier": 4, "kind": "household", "since": since,
            "household": at["household"].pk,
        },
        "hand-over": {
            "to": scene.world.users["cadre"].pk, "since": since, "chosen": [at["assignment"].pk],
        },
        "leave-new": {
            "user": at["cadre"].pk, "cover": scene.world.users["head"].pk, "since": since,
            "until": until,
        },
        "cadre-new": {
            "phone": "15700000001", "name": "新人", "role": "grid_worker", "place": at["grid"],
            "since": since,
        },
    }  # fmt: skip


FORMS = ["household-new", "assignment-new", "hand-over", "leave-new", "cadre-new"]


def counts() -> list[int]:
    """Return how many rows of each kind there are that these forms would add to."""
    return [model.objects.count() for model in (Household, Assignment, Leave, User)]


@pytest.mark.parametrize("name", FORMS)
def test_a_form_takes_nothing_that_lies_elsewhere(scene: Scene, name: str) -> None:
    written = {}
    for where in ("near", "far"):
        with undone():
            before = counts()
            scene.client("township").post(reverse(name), form_fields(scene, where)[name])
            written[where] = counts() != before

    assert written == {"near": True, "far": False}
