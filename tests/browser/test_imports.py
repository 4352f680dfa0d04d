"""A list comes in as it is: two sheets, a heading that may mean two things, one person twice.

The township settles it by hand, on a desk and on a phone, and takes it back in the end.
"""

import threading

import pytest
from django.urls import reverse
from openpyxl import load_workbook
from playwright.sync_api import expect

from grid.batches import committing, undoing
from grid.choices import BatchState
from grid.models import ImportBatch
from returnees.models import Episode
from tests.browser.conftest import DESK, PHONE
from tests.cast import TOWN
from tests.grid.uploads import HEADINGS, NAMES, ODD, a_row, as_workbook

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def two_sheets(tmp_path):
    """A workbook: yesterday's list, and today's with a column 目的地 and one person twice."""
    today = [a_row(n) for n in range(1, 7)]
    today.append(a_row(2, village="西关村民委员会"))
    path = tmp_path / "两村返乡.xlsx"
    path.write_bytes(as_workbook({"昨日": [HEADINGS, a_row(7), a_row(8)], "今日": [ODD, *today]}))
    return path


def act(page, batch, name):
    """Return the button of one act of the page of an import."""
    return page.locator(f'form[action="{reverse(name, args=[batch.pk])}"] button').first


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_list_is_settled_confirmed_watched_answered_and_taken_back(
    windows, live_server, county, two_sheets, queued_jobs, monkeypatch, size
):
    for service in (committing, undoing):
        monkeypatch.setattr(service, "MANY", 3)  # so that the page hands it to a worker
    page = windows.open(county.township, size, reverse("import-new"))
    page.set_input_files("input[type=file]", two_sheets)
    page.select_option("select[name=place]", TOWN)
    page.locator("main form[enctype] button[type=submit]").click()

    page.wait_for_url("**/imports/*-*/")
    batch = ImportBatch.objects.get()
    page.locator(".sheet-line", has_text="今日").get_by_role("button").click()
    expect(page.locator('a.tile[href="?show=ask"] .tile-value')).to_have_text("1")

    page.locator(f'a.btn[href="{reverse("import-columns", args=[batch.pk])}"]').click()
    asked = page.locator("tr.row-asks")
    expect(asked).to_have_count(1)
    asked.locator("select").select_option("dest_village")
    page.locator(".sticky-acts button").click()
    expect(page.locator("#acts")).to_be_visible()
    expect(page.locator("tr.row-asks, .badge-warning")).to_have_count(0)

    page.locator('a.tile[href="?show=ask"]').click()
    page.locator("a", has_text=NAMES[2]).click()
    expect(page.locator(".sides > section")).to_have_count(3)
    page.locator('button[name=action][value="skip"]').click()
    expect(page.locator('a.tile[href="?show=ask"] .tile-value')).to_have_text("0")

    queued_jobs.hold = threading.Event()
    act(page, batch, "import-confirm").click()
    expect(page.locator("#batch[hx-trigger] .progress")).to_contain_text("0/")
    assert not Episode.objects.exists()
    queued_jobs.hold.set()
    expect(page.locator("#batch[hx-trigger]")).to_have_count(0)
    batch.refresh_from_db()
    assert (batch.state, batch.summary["created"]) == (BatchState.COMMITTED, 6)
    assert Episode.objects.count() == 6

    with page.expect_download() as download:
        act(page, batch, "import-answer").click()
    name = download.value.suggested_filename
    assert name.startswith("两村返乡")
    assert name.endswith(".xlsx")
    download.value.save_as(two_sheets.parent / "answer.xlsx")
    answer = load_workbook(two_sheets.parent / "answer.xlsx")["今日"]
    results = [cell.value for cell in next(answer.iter_cols(min_col=len(ODD) + 1))]
    assert results[0] == "回执_结果"
    assert all(results[1:8])

    page.locator("details.confirm > summary").click()
    act(page, batch, "import-undo").click()
    expect(act(page, batch, "import-undo")).to_have_count(0)
    expect(page.locator("#batch[hx-trigger]")).to_have_count(0)
    batch.refresh_from_db()
    assert batch.state == BatchState.UNDONE
    assert not Episode.objects.exists()
