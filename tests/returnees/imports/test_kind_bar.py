"""A list of returnees where no notice is in force: barred as a whole, with one sentence."""

from datetime import timedelta
from typing import Any

import pytest
from bs4 import Tag
from django.urls import reverse
from django.utils import translation

from grid.batches.committing import BarredError, commit_batch, start_commit
from grid.batches.registry import kind_of
from grid.choices import BatchState, RowAction
from grid.days import today
from grid.models import ImportBatch, Person
from returnees.models import Episode
from tests.cast import COUNTY, TOWN, VILLAGE, World
from tests.factories.lists import a_line
from tests.factories.returnees import in_force
from tests.returnees.imports.lists import actions, check
from tests.schedules.pages import browser, soup

pytestmark = pytest.mark.django_db
SENTENCE = "put one in force first, then confirm"


@pytest.fixture(autouse=True)
def _in_english() -> Any:
    with translation.override("en"):
        yield


def acts(world: World, batch: ImportBatch, who: str = "county") -> Tag:
    response = browser(world.users[who]).get(reverse("import-detail", args=[batch.pk]))
    section = soup(response).select_one("#acts").find_parent("section")
    assert isinstance(section, Tag)
    return section


@pytest.mark.parametrize("commit", [commit_batch, start_commit])
def test_without_a_notice_the_commit_is_refused_whole(world: World, commit: Any) -> None:
    batch = check(a_line(1), a_line(2))

    with pytest.raises(BarredError, match=SENTENCE):
        commit(batch=batch, by=world.county)

    batch.refresh_from_db()
    assert batch.state == BatchState.CHECKED
    assert actions(batch) == [RowAction.CREATE] * 2
    assert not batch.rows.filter(done=True).exists()
    assert not Episode.objects.exists()
    assert not Person.objects.filter(place=VILLAGE, episodes__isnull=False).exists()


def test_a_notice_that_begins_after_the_day_of_the_list_does_not_count(world: World) -> None:
    in_force()
    batch = check(a_line(1), as_of=today() - timedelta(days=301))

    assert SENTENCE in kind_of("returnees").bar(batch)


def test_a_notice_of_the_county_or_of_the_township_lifts_the_bar(world: World) -> None:
    in_force(place=TOWN)
    wide, narrow = check(a_line(1), place=COUNTY), check(a_line(1))

    assert [kind_of("returnees").bar(batch) for batch in (wide, narrow)] == ["", ""]
    assert commit_batch(batch=narrow, by=world.county).summary["created"] == 1


def test_what_a_command_prepares_lifts_the_bar(world: World) -> None:
    batch = check(a_line(1))

    kind_of("returnees").prepare(batch, by=None)

    assert commit_batch(batch=batch, by=None).summary["created"] == 1


def test_a_commit_that_runs_already_is_not_barred(world: World) -> None:
    batch = check(a_line(1))
    ImportBatch.objects.filter(pk=batch.pk).update(state=BatchState.COMMITTING)

    commit_batch(batch=batch, by=None, states=(BatchState.COMMITTING,))

    batch.refresh_from_db()
    assert (batch.state, actions(batch)) == (BatchState.COMMITTED, [RowAction.REFUSE])


def test_the_page_says_so_after_the_check_and_leads_to_the_notices(world: World) -> None:
    batch = check(a_line(1))

    page = acts(world, batch)

    assert SENTENCE in page.select_one("#barred").text
    assert page.select_one(f'a[href="{reverse("policy-list")}"]').text == "Notices"
    confirm = page.select_one(f'form[action="{reverse("import-confirm", args=[batch.pk])}"] button')
    assert "btn-secondary" in confirm["class"]


def test_the_page_of_a_list_under_a_notice_says_nothing_of_it(world: World) -> None:
    in_force()
    batch = check(a_line(1))

    page = acts(world, batch)

    assert page.select_one("#barred") is None
    confirm = page.select_one(f'form[action="{reverse("import-confirm", args=[batch.pk])}"] button')
    assert "btn-primary" in confirm["class"]


def test_confirming_all_the_same_says_the_sentence_and_writes_nothing(world: World) -> None:
    batch = check(a_line(1))

    response = browser(world.county).post(reverse("import-confirm", args=[batch.pk]), follow=True)

    assert SENTENCE in response.content.decode()
    batch.refresh_from_db()
    assert batch.state == BatchState.CHECKED
    assert not Episode.objects.exists()
