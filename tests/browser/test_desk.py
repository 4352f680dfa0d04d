"""The township's desk: a list comes in, is confirmed, is written, and the overview knows."""

import threading
from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from grid.batches import committing
from grid.choices import BatchState
from grid.days import today
from grid.models import ImportBatch
from returnees.models import Episode
from tests.browser.conftest import DESK
from tests.cast import TOWN
from tests.journeys import lists

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PEOPLE = 24


@pytest.fixture
def night_list(tmp_path):
    """A file of people who came home yesterday, and one whose number is mistyped."""
    yesterday = today() - timedelta(days=1)
    rows = [lists.person_row(n, arrives=yesterday) for n in range(1, PEOPLE + 1)]
    rows.append(lists.person_row(PEOPLE + 1, arrives=yesterday))
    rows[-1][2] = lists.spoilt(rows[-1][2])
    path = tmp_path / "夜间名单.csv"
    path.write_bytes(lists.as_csv(rows))
    return path


def test_a_list_is_imported_by_a_worker_and_the_overview_counts_it(
    windows, live_server, county, night_list, queued_jobs, monkeypatch
):
    monkeypatch.setattr(committing, "MANY", PEOPLE)  # so that the page hands it to a worker
    queued_jobs.hold = threading.Event()
    page = windows.open(county.township, DESK, reverse("import-new"))
    page.set_input_files("input[type=file]", night_list)
    page.select_option("select[name=place]", TOWN)
    page.locator("main form[enctype] button[type=submit]").click()

    confirm = page.locator('form[action$="/confirm/"] button')
    expect(confirm).to_be_visible()
    batch = ImportBatch.objects.get()
    expect(page.locator('a.tile[href="?show=create"] .tile-value')).to_have_text(str(PEOPLE))
    expect(page.locator('a.tile[href="?show=refuse"] .tile-value')).to_have_text("1")
    assert not Episode.objects.exists()

    confirm.click()
    progress = page.locator("#batch[hx-trigger] .progress")
    expect(progress).to_contain_text("0/")
    queued_jobs.hold.set()
    expect(page.locator("#batch[hx-trigger]")).to_have_count(0)
    batch.refresh_from_db()
    assert (batch.state, batch.summary["created"]) == (BatchState.COMMITTED, PEOPLE)
    expect(page.locator('a.tile[href="?show=create"] .tile-value')).to_have_text(str(PEOPLE))

    page.goto(reverse("dashboard", args=[TOWN]))
    tile = page.locator("#board a.tile").first
    expect(tile.locator(".tile-value")).to_have_text(str(PEOPLE))
    tile.click()
    page.wait_for_url(f"**{reverse('returnee-list')}*")
    expect(page.locator("#rows tbody tr")).to_have_count(PEOPLE)


def test_every_figure_of_the_overview_leads_to_as_many_rows(windows, home):
    page = windows.open(home.world.township, DESK, reverse("dashboard", args=[TOWN]))
    figures = page.locator("#board a.tile, #board tfoot a").evaluate_all(
        """links => links.map(link => [
            link.getAttribute('href'),
            parseInt((link.querySelector('.tile-value') || link).textContent, 10)])"""
    )
    assert len(figures) > 10
    assert any(number for _href, number in figures)

    shown = []
    for href, number in {tuple(figure) for figure in figures}:
        page.goto(href)
        shown.append((href, number, page.locator("main table tbody tr").count()))

    assert [one for one in shown if one[1] != one[2]] == []
