"""Imports as a conversation: upload, every row with its reasons, confirm, take back."""

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from grid.choices import BatchState
from grid.days import today
from grid.models import ImportBatch
from returnees.models import Episode
from tests.cast import FAR, TOWN, VILLAGE, World
from tests.factories.returnees import id_number, in_force
from tests.schedules.pages import browser, htmx, soup

pytestmark = pytest.mark.django_db
NAMES = ["", "郝一一", "郝双双", "郝三三"]
HEADINGS = "序号,姓名,证件号码,联系电话,出发地,目的地街道乡镇,目的地社区村,返乡时间,健康码状态"


def a_list(*rows: str) -> SimpleUploadedFile:
    text = "\r\n".join([HEADINGS, *rows]) + "\r\n"
    return SimpleUploadedFile("名单.csv", text.encode("gb18030"), content_type="text/csv")


def a_row(n: int, *, number: str = "", village: str = "东关村民委员会") -> str:
    number = number or id_number(700 + n)
    return (
        f"{n},{NAMES[n]},{number},1390000{n:04d},海岳省临沧湾市望潮区,河口镇,{village},"
        f"{today():%Y-%m-%d},绿码"
    )


@pytest.fixture
def batch(world: World) -> ImportBatch:
    """A checked list: two good rows and one with a wrong number."""
    in_force()
    wrong = id_number(750)
    wrong = wrong[:-1] + ("0" if wrong[-1] != "0" else "1")
    response = browser(world.township).post(
        reverse("import-new"),
        {"file": a_list(a_row(1), a_row(2), a_row(3, number=wrong)), "place": TOWN,
         "as_of": today()},
    )  # fmt: skip
    assert response.status_code == 302
    return ImportBatch.objects.get()


def detail(world: World, batch: ImportBatch, who: str = "township", **query: Any) -> Any:
    return browser(world.users[who]).get(reverse("import-detail", args=[batch.pk]), query)


def test_a_checked_list_shows_every_row_with_its_reasons(world: World, batch: ImportBatch) -> None:
    page = soup(detail(world, batch))

    tiles = {tile.span.text: tile.select_one(".tile-value").text for tile in page.select("a.tile")}
    assert (tiles["Rows in all"], tiles["Would be created"], tiles["Not importable"]) == (
        "3", "2", "1",
    )  # fmt: skip
    rows = page.select("tbody tr")
    assert [row.th.text for row in rows] == ["郝一一", "郝双双", "郝三三"]
    assert "证件号码" in rows[2].text
    assert id_number(701) not in page.text
    assert not Episode.objects.exists()


def test_rows_are_filtered_by_their_fate(world: World, batch: ImportBatch) -> None:
    lines = detail(world, batch, show="refuse").context["lines"]

    assert [line.name for line in lines] == ["郝三三"]


def test_confirmed_rows_are_returnees_and_can_be_taken_back(
    world: World, batch: ImportBatch
) -> None:
    client = browser(world.township)

    client.post(reverse("import-confirm", args=[batch.pk]))
    listed = client.get(reverse("returnee-list"), {"batch": str(batch.pk)}).context["page"].rows
    committed = ImportBatch.objects.get().state
    client.post(reverse("import-undo", args=[batch.pk]))

    assert committed == BatchState.COMMITTED
    assert {row.person.name for row in listed} == {"郝一一", "郝双双"}
    assert not Episode.objects.exists()
    assert ImportBatch.objects.get().state == BatchState.UNDONE


@pytest.mark.django_db(transaction=True)  # the history tells the time of the transaction
def test_rows_worked_with_since_are_left_and_listed(world: World, batch: ImportBatch) -> None:
    client = browser(world.township)
    client.post(reverse("import-confirm", args=[batch.pk]))
    episode = Episode.objects.get(person__name="郝一一")
    browser(world.head).post(reverse("episode-cancel", args=[episode.pk]), {"why": "名单有误"})

    client.post(reverse("import-undo", args=[batch.pk]))

    page = soup(detail(world, batch))
    assert f"row 2: {world.head.name}" in page.select_one(".notice-warning").text
    assert [e.person.name for e in Episode.objects.all()] == ["郝一一"]


def test_a_file_that_is_no_list_is_one_clear_sentence(world: World) -> None:
    in_force()
    response = browser(world.township).post(
        reverse("import-new"),
        {"file": SimpleUploadedFile("空.csv", b" "), "place": TOWN, "as_of": today()},
    )

    assert response.status_code == 200
    assert len(soup(response).select("[role=alert] p")) == 1
    assert not ImportBatch.objects.exists()


def test_a_running_import_is_watched_and_a_finished_one_is_not(
    world: World, batch: ImportBatch
) -> None:
    ImportBatch.objects.update(state=BatchState.COMMITTING)
    running = detail(world, batch)
    part = browser(world.township).get(
        reverse("import-detail", args=[batch.pk]), {"show": "all"}, **htmx()
    )
    ImportBatch.objects.update(state=BatchState.COMMITTED)
    done = detail(world, batch)

    assert soup(running).select_one("#batch")["hx-trigger"] == "every 2s"
    assert "hx-trigger" in soup(part).select_one("#batch").attrs
    assert "hx-trigger" not in soup(done).select_one("#batch").attrs


def test_the_problems_are_a_workbook(world: World, batch: ImportBatch) -> None:
    response = browser(world.township).post(reverse("import-problems", args=[batch.pk]))

    rows = list(load_workbook(BytesIO(response.content)).active.values)
    assert rows[1][:3] == (4, "郝三三", "证件号码")
    assert rows[1][-1] == "id_checksum"


def test_a_waiting_row_is_decided(world: World) -> None:
    in_force()
    client = browser(world.township)
    both = [a_row(1), a_row(1, village="西关村民委员会")]
    client.post(reverse("import-new"), {"file": a_list(*both), "place": TOWN, "as_of": today()})
    batch = ImportBatch.objects.get()
    asked = batch.rows.get(action="ask")

    client.post(reverse("import-decide", args=[batch.pk]), {"row": asked.number, "action": "skip"})

    asked.refresh_from_db()
    assert asked.decided == "skip"


def test_a_list_put_away_imports_nothing(world: World, batch: ImportBatch) -> None:
    client = browser(world.township)

    client.post(reverse("import-discard", args=[batch.pk]))
    client.post(reverse("import-confirm", args=[batch.pk]))

    assert ImportBatch.objects.get().state == BatchState.DISCARDED
    assert not Episode.objects.exists()


def test_imports_go_by_scope_and_right(world: World, batch: ImportBatch) -> None:
    assert detail(world, batch, "neighbour").status_code == 404
    assert detail(world, batch, "leader").status_code == 403
    assert browser(world.leader).get(reverse("import-list")).status_code == 403
    far = browser(world.township).post(
        reverse("import-new"), {"file": a_list(a_row(1)), "place": FAR, "as_of": today()}
    )
    assert "Select a valid choice" in soup(far).text
    village = browser(world.cadre).get(reverse("import-new")).context["form"]
    assert [place.code for place in village.fields["place"].queryset] == [VILLAGE]
