"""Every address × everybody × in scope and outside: one table, and nothing that is not in it.

The table stands in tests.access.table, the rights in tests.access.roles. Whatever is read runs
under a wrapper that lets no statement write.
"""

from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from grid.models import Event
from tests.access.roles import EVERYBODY, RIGHTS, SEES, holds
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
    named = row.at not in ("", "token") and right != "public"
    if named and who not in SEES[where]:
        return 404
    if who in row.apart:
        return row.apart[who]
    if not holds(who, right):
        return 403
    return row.got if method == "GET" else row.posted


def answer(client: Client, row: Row, method: str, at: dict[str, Any]) -> int:
    """Return the status of one request; a GET may not write, what a POST writes is taken back."""
    url = address(row, at)
    if method == "GET":
        with read_only():
            return client.get(url).status_code
    with undone():
        if row.api:
            body = {"episode": at["episode"].pk, "temperature": "36.5"}
            return client.post(url, body, content_type="application/json").status_code
        return client.post(url, {"sent": "1", **row.data}).status_code


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("row", PAGES, ids=str)
def test_each_address_answers_everybody_as_the_table_says(
    scene: Scene, row: Row, method: str
) -> None:
    found, expected = {}, {}
    for who in EVERYBODY:
        client = scene.client(who)
        for where in SEES if row.at else ["near"]:
            expected[who, where] = wanted(row, method, who, where)
            found[who, where] = answer(client, row, method, scene.rows[where])

    assert found == expected


def test_the_table_of_rights_is_whole() -> None:
    rights = {right for row in PAGES for right in (row.get, row.post)}

    assert rights - set(RIGHTS) == {"", "public", "signed in"}
    assert all(len(cells) == 6 for cells in RIGHTS.values())


def test_anonymous_visitors_are_led_to_the_sign_in(scene: Scene) -> None:
    client = scene.client("anonymous")

    for row in PAGES:
        if "public" in (row.get, row.post) or row.api:
            continue
        found = client.get(address(row, scene.rows["near"]))
        assert found.headers["Location"].startswith("/sign-in/?next="), row.name


@pytest.mark.parametrize("who", ["worker", "head", "township", "supervisor", "county"])
def test_a_look_at_full_numbers_is_recorded(scene: Scene, who: str) -> None:
    person = scene.rows["near"]["person"]

    with undone():
        found = scene.client(who).post(reverse("person-reveal", args=[person.pk]), {"reason": "核"})
        event = Event.objects.get(kind=Event.Kind.REVEAL)

    assert person.id_number in found.content.decode()
    assert (event.actor_id, event.subject) == (scene.world.users[who].pk, person.name)


@pytest.mark.parametrize("name", ["returnee-export", "daily-report-xlsx"])
def test_an_export_is_recorded(scene: Scene, name: str) -> None:
    with undone():
        found = scene.client("head").post(reverse(name))
        event = Event.objects.get(kind=Event.Kind.EXPORT)

    assert found.status_code == 200
    assert (event.actor_id, event.data["full"]) == (scene.world.users["head"].pk, False)
