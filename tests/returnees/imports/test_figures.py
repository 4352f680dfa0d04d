"""What the page of an import says that only its own list knows: positive results, the split."""

from typing import Any

import pytest
from bs4 import Tag
from django.urls import reverse

from grid.batches.decisions import decide
from grid.batches.undoing import undo_batch
from grid.models import ImportBatch
from returnees.choices import Mark
from tests.cast import World
from tests.factories.returnees import ELSEWHERE, at_risk, in_force
from tests.returnees.imports import test_contacts as letters
from tests.returnees.imports import test_tests as results
from tests.schedules.pages import browser, soup

pytestmark = pytest.mark.django_db


@pytest.fixture
def tested(world: World) -> None:
    """A notice with tests: those from the area of key concern are tested."""
    in_force()
    at_risk(ELSEWHERE, Mark.KEY_CONCERN, days=100)


def look(world: World, batch: ImportBatch, **query: Any) -> Tag:
    page = browser(world.township).get(reverse("import-detail", args=[batch.pk]), query)
    assert page.status_code == 200
    return soup(page)


def tiles(page: Tag) -> dict[str, tuple[int, str]]:
    """Return value and address of each tile by its label."""
    return {
        tile.select_one(".tile-label").text: (
            int(tile.select_one(".tile-value").text),
            str(tile.get("href", "")),
        )
        for tile in page.select(".tile")
    }


def code_in(address: str) -> str:
    return address.partition("code=")[2]


def named(page: Tag) -> list[str]:
    return [cell.text.strip() for cell in page.select("#rows tbody th[scope=row]")]


def test_positive_results_stand_out_and_lead_to_their_rows(world: World, tested: None) -> None:
    episode = results.owing()
    batch = results.checked(results.results(results.line(episode, result="阳性")), world)

    before = look(world, batch)
    results.commit_batch(batch=batch, by=world.township)
    after = look(world, batch)

    for page in (before, after):
        count, address = tiles(page)["Positive"]
        assert count == 1
        assert page.select_one(".tile-danger .tile-label").text == "Positive"
        assert named(look(world, batch, code=code_in(address))) == [episode.person.name]


def test_a_result_read_in_the_inbox_as_positive_counts_at_once(world: World, tested: None) -> None:
    episode = results.owing()
    batch = results.committed(results.results(results.line(episode, result="见附件")), world)
    assert "Positive" not in tiles(look(world, batch))

    decide(
        row=batch.rows.get(action="ask"), action="create", by=world.township,
        values={"result": "positive"},
    )  # fmt: skip
    batch.refresh_from_db()

    assert batch.summary["positive"] == 1
    count, address = tiles(look(world, batch))["Positive"]
    assert count == 1
    assert named(look(world, batch, code=code_in(address))) == [episode.person.name]

    undo_batch(batch=batch, by=world.township)
    batch.refresh_from_db()
    assert "Positive" not in tiles(look(world, batch))


def test_a_letter_says_among_how_many_villages_it_is_split_and_leads_to_its_contacts(
    world: World,
) -> None:
    lines = [letters.line(n, town="", village="") for n in (1, 2, 3)]
    batch = letters.checked(letters.letter(*lines, letters.line(4)), world)

    found = tiles(look(world, batch))
    assert (found["Villages asked"][0], found["Shared out evenly"][0]) == (2, 3)

    letters.commit_batch(batch=batch, by=world.township)
    page = look(world, batch)
    (link,) = [a for a in page.select("a") if "Show what was imported" in a.text]
    listed = soup(browser(world.township).get(link["href"]))
    assert link["href"] == f"{reverse('verification-list')}?batch={batch.pk}"
    assert all(letters.name_of(n) in listed.text for n in (1, 2, 3, 4))
    assert len(page.select(".concerned li")) == 2
