"""What is done with an import: columns settled, rows decided, confirmed, stopped, taken back."""

from io import BytesIO
from typing import Any

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from grid.batches.committing import QuestionsOpenError, start_commit
from grid.batches.registry import kind_of
from grid.choices import BatchState, Level
from grid.models import Event, ImportBatch, ImportMapping, Place
from returnees.models import Episode
from tests.cast import COUNTY, OTHER_TOWN, VILLAGE, World
from tests.factories.returnees import id_number, in_force
from tests.grid.uploads import HEADINGS, ODD, a_row, as_text, as_workbook, spoilt, upload
from tests.schedules.pages import browser, soup

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(world: World) -> World:
    """The cast, with a notice in force."""
    in_force()
    return world


def send(world: World, name: str, batch: ImportBatch, who: str = "township", **data: Any) -> Any:
    return browser(world.users[who]).post(reverse(name, args=[batch.pk]), data, follow=True)


def page_of(world: World, batch: ImportBatch, who: str = "township", **query: Any) -> Any:
    return browser(world.users[who]).get(reverse("import-detail", args=[batch.pk]), query)


def said(response: Any) -> str:
    return soup(response).select_one("#messages").text.strip()


def of(batch: ImportBatch) -> ImportBatch:
    return ImportBatch.objects.get(pk=batch.pk)


# sheets and columns


def two_sheets(world: World) -> ImportBatch:
    first, second = [HEADINGS, a_row(1), a_row(2)], [HEADINGS, a_row(3)]
    content = as_workbook({"一组": first, "二组": second, "填表说明": [["请如实填写"]]})
    return upload(browser(world.township), content, "两组.xlsx")


def test_the_sheets_of_a_workbook_are_told_and_another_one_is_read(world: World) -> None:
    batch = two_sheets(world)
    lines = page_of(world, batch).context["sheets"]
    assert [(one.name, one.rows, one.looks_like, one.is_read) for one in lines] == [
        ("一组", 3, "list", True), ("二组", 2, "list", False), ("填表说明", 1, "other", False),
    ]  # fmt: skip

    notice = soup(page_of(world, batch)).select_one("#batch .notice").text
    assert "Other sheets look like lists too: 二组" in notice  # in the reader's own language

    send(world, "import-sheet", batch, sheet="二组")

    assert of(batch).understood["sheet"] == "二组"
    assert [row.values["name"] for row in batch.rows.filter(kind="data")] == ["郝三三"]


def test_a_sheet_that_is_no_list_or_not_there_is_refused_in_a_sentence(world: World) -> None:
    batch = two_sheets(world)

    assert said(send(world, "import-sheet", batch, sheet="四组"))
    assert said(send(world, "import-sheet", batch, sheet="填表说明"))
    assert of(batch).understood["sheet"] == "一组"
    assert batch.rows.filter(kind="data").count() == 2


def an_odd_list(world: World, who: str = "township", **row: str) -> ImportBatch:
    content = as_text(a_row(1, **row), a_row(2), headings=ODD)
    return upload(browser(world.users[who]), content)


def columns_page(world: World, batch: ImportBatch, who: str = "township") -> Any:
    return browser(world.users[who]).get(reverse("import-columns", args=[batch.pk]))


def test_a_column_that_asks_stands_first_and_bars_the_confirmation(world: World) -> None:
    batch = an_odd_list(world)

    page = soup(columns_page(world, batch))
    first = page.select_one("tbody tr")
    assert first.th.text.strip() == "目的地"
    assert "Village" in first.select_one(".reason-question").text
    refused = send(world, "import-confirm", batch)

    assert "First settle which field each column feeds" in said(refused)
    assert of(batch).state == BatchState.CHECKED
    assert not Episode.objects.exists()


def test_columns_show_samples_and_mask_what_is_personal(world: World) -> None:
    page = soup(columns_page(world, an_odd_list(world)))

    rows = {row.th.text.strip(): row for row in page.select("tbody tr")}
    assert "郝一一 · 郝双双" in rows["姓名"].text
    assert "东关村民委员会" in rows["目的地"].text
    assert id_number(701) not in page.text
    assert "13900000001" not in page.text


def test_columns_are_settled_as_understood_with_one_click(world: World) -> None:
    batch = an_odd_list(world)

    send(world, "import-accept", batch)
    send(world, "import-confirm", batch)

    assert of(batch).state == BatchState.COMMITTED
    assert ImportMapping.objects.get().saved_by == world.township
    assert Episode.objects.count() == 2


def test_a_saved_reading_holds_for_whoever_imports_the_layout_next(world: World) -> None:
    batch = an_odd_list(world)
    posted = {
        line.name: line.field for line in columns_page(world, batch).context["columns"] if line.name
    }
    health = next(
        line.name
        for line in columns_page(world, batch).context["columns"]
        if line.label == "健康码状态"
    )
    send(world, "import-columns", batch, **{**posted, health: "-"})

    assert of(batch).understood["questions"] == []
    assert batch.rows.filter(kind="data").first().values["health_code"] is None
    next_one = an_odd_list(world, "county")
    page = columns_page(world, next_one, "county")
    assert page.context["questions"] == 0
    assert world.township.name in soup(page).select_one(".notice").text
    fields = {line.label: line.field for line in page.context["columns"]}
    assert fields["健康码状态"] == "-"


def test_a_reading_that_would_make_the_file_no_list_is_refused_and_not_kept(world: World) -> None:
    batch = an_odd_list(world)
    name = next(
        line.name for line in columns_page(world, batch).context["columns"] if line.label == "姓名"
    )

    refused = send(world, "import-columns", batch, **{name: "-"})

    assert len(soup(refused).select("[role=alert] p")) == 1
    assert not ImportMapping.objects.exists()
    assert of(batch).state == BatchState.CHECKED


def a_strange_list(world: World) -> ImportBatch:
    """Return a list whose origin and day of return stand under headings nobody knows."""
    known = {"出发地": "打哪儿来", "返乡时间": "几时动身", "健康码状态": "其他"}
    content = as_text(a_row(1), a_row(2), headings=[known.get(one, one) for one in HEADINGS])
    return upload(browser(world.township), content)


def columns_named(world: World, batch: ImportBatch) -> dict[str, str]:
    lines = columns_page(world, batch).context["columns"]
    return {line.label: line.name for line in lines}


def test_required_columns_nobody_knew_are_asked_for_settled_by_hand_and_imported(
    world: World,
) -> None:
    batch = a_strange_list(world)
    page = soup(page_of(world, batch))
    asked = soup(columns_page(world, batch)).select("tr.row-asks")
    assert "打哪儿来、几时动身、其他" in page.select_one('[aria-labelledby="acts"] .notice').text
    assert page.select_one(f'form[action="{reverse("import-accept", args=[batch.pk])}"]') is None
    assert [row.th.text.strip() for row in asked] == ["打哪儿来", "几时动身", "其他"]
    assert "The list needs it." in asked[0].text
    assert {one["code"] for row in batch.rows.filter(kind="data") for one in row.problems} == {
        "origin_missing", "date_missing",
    }  # fmt: skip

    names = columns_named(world, batch)
    settled = {names["打哪儿来"]: "origin", names["几时动身"]: "return_date"}
    send(world, "import-columns", batch, **settled, **{names["其他"]: "-"})
    send(world, "import-confirm", batch)

    assert of(batch).state == BatchState.COMMITTED
    assert Episode.objects.count() == 2
    assert a_strange_list(world).understood["questions"] == []  # the next list is read at once


def test_required_columns_nobody_knew_bar_a_commit_whatever_is_accepted(world: World) -> None:
    batch = a_strange_list(world)

    assert "Required columns were not recognised" in said(send(world, "import-confirm", batch))
    assert "No column feeds 出发地、返乡时间" in said(send(world, "import-accept", batch))
    with pytest.raises(QuestionsOpenError, match="columns nobody knows: 打哪儿来、几时动身"):
        start_commit(batch=batch, by=world.township, as_understood=True)

    assert of(batch).state == BatchState.CHECKED
    assert not ImportMapping.objects.exists()


def test_a_reading_that_settles_half_is_not_kept_and_what_was_chosen_stays_chosen(
    world: World,
) -> None:
    batch = a_strange_list(world)
    names = columns_named(world, batch)
    lines = columns_page(world, batch).context["columns"]
    chosen = {line.name: line.field for line in lines} | {names["打哪儿来"]: "origin"}

    refused = send(world, "import-columns", batch, **chosen)

    assert "No column feeds 返乡时间" in soup(refused).select_one("[role=alert]").text
    fields = {line.label: line.field for line in refused.context["columns"]}
    assert (fields["打哪儿来"], fields["几时动身"]) == ("origin", "-")
    assert not ImportMapping.objects.exists()


def test_an_unknown_value_is_said_to_stand_for_a_known_one(world: World) -> None:
    content = as_text(a_row(1, code="草绿"), a_row(2, code="草绿"), a_row(3))
    batch = upload(browser(world.township), content)
    (group,) = columns_page(world, batch).context["values"]
    (line,) = group.lines
    assert (group.field, line.text, line.count) == ("health_code", "草绿", 2)

    send(world, "import-columns", batch, **{line.name: "green"})

    values = [row.values["health_code"] for row in batch.rows.filter(kind="data")]
    assert values == ["green", "green", "green"]
    assert not batch.rows.filter(problems__contains=[{"code": "value_unknown"}]).exists()
    assert columns_page(world, batch).context["values"] == []


# options


def test_a_list_to_be_checked_only_is_imported_after_a_click(world: World) -> None:
    batch = upload(browser(world.township), as_text(a_row(1)), validate_only="on")
    page = soup(page_of(world, batch))
    confirm = reverse("import-confirm", args=[batch.pk])
    assert page.select_one(f'form[action="{confirm}"]') is None
    send(world, "import-confirm", batch)
    assert of(batch).state == BatchState.CHECKED

    send(world, "import-options", batch)
    send(world, "import-confirm", batch)

    assert of(batch).state == BatchState.COMMITTED


def test_all_or_nothing_writes_nothing_while_a_row_cannot_be_imported(world: World) -> None:
    content = as_text(a_row(1), a_row(2, number=spoilt(id_number(702))))
    batch = upload(browser(world.township), content, whole="on")

    refused = send(world, "import-confirm", batch)

    assert said(refused)
    assert of(batch).state == BatchState.CHECKED
    assert not Episode.objects.exists()


# decisions


def asking(world: World) -> ImportBatch:
    """Return a list of three people who stand in it twice, with two villages each."""
    rows = [
        a_row(n, village=village)
        for n in (1, 2, 3)
        for village in ("东关村民委员会", "西关村民委员会")
    ]
    return upload(browser(world.township), as_text(*rows))


def test_a_waiting_row_is_decided(world: World) -> None:
    batch = asking(world)
    row = batch.rows.filter(action="ask").earliest("number")

    send(world, "import-decide", batch, row=row.number, action="skip")

    row.refresh_from_db()
    assert row.decided == "skip"
    assert of(batch).summary["waiting"] == 2


def test_ticked_rows_are_decided_together(world: World) -> None:
    batch = asking(world)
    numbers = list(batch.rows.filter(action="ask").values_list("number", flat=True))[:2]

    told = send(world, "import-decide", batch, numbers=numbers, action="skip")

    assert "2 rows are decided." in said(told)
    assert of(batch).summary["waiting"] == 1


def test_all_rows_with_one_question_are_decided_together(world: World) -> None:
    batch = asking(world)
    code = batch.rows.filter(action="ask").first().problems[-1]["code"]

    send(world, "import-decide", batch, all="1", code=code, action="skip")

    assert of(batch).summary["waiting"] == 0


@pytest.mark.parametrize("data", [{}, {"action": "skip"}, {"row": "x"}, {"row": 3, "action": "x"}])
def test_a_decision_about_nothing_is_told_and_changes_nothing(
    world: World, data: dict[str, Any]
) -> None:
    batch = asking(world)

    told = send(world, "import-decide", batch, **data)

    assert said(told)
    assert of(batch).summary["waiting"] == 3


def test_what_becomes_of_decisions_when_a_list_is_read_again_is_told(world: World) -> None:
    batch = asking(world)
    numbers = list(batch.rows.filter(action="ask").values_list("number", flat=True))[:2]
    send(world, "import-decide", batch, numbers=numbers, action="skip")

    send(world, "import-sheet", batch)

    assert "2 decisions were kept." in page_of(world, batch).content.decode()
    assert of(batch).summary["waiting"] == 1


def test_a_village_that_was_asked_for_is_chosen_in_the_row(world: World) -> None:
    twin = OTHER_TOWN + "202"
    Place.objects.create(
        code=twin, name="东关村民委员会", level=Level.VILLAGE, parent_id=OTHER_TOWN
    )
    client = browser(world.county)
    unclear = as_text(a_row(1, town=""))
    batch = upload(client, unclear, place=COUNTY)
    row = batch.rows.get(action="ask")
    form = client.get(reverse("import-row", args=[row.pk])).context["form"]
    assert dict(form.fields["dest_code"].choices)[twin] == "柏山镇东关村民委员会"

    nothing = send(world, "import-decide", batch, "county", row=row.number, action="create")
    assert "Choose the village" in said(nothing)
    answer = {"row": row.number, "action": "create", "dest_code": twin}
    send(world, "import-decide", batch, "county", **answer)
    send(world, "import-confirm", batch, "county")

    assert Episode.objects.get(person__name="郝一一").place_id == twin


# confirmed, stopped, taken back


def test_confirmed_rows_are_returnees_and_can_be_taken_back(world: World) -> None:
    batch = upload(browser(world.township), as_text(a_row(1), a_row(2)))

    send(world, "import-confirm", batch)
    shown = soup(page_of(world, batch)).select_one("a.btn-primary")["href"]
    listed = browser(world.township).get(shown).context["page"].rows
    send(world, "import-undo", batch)

    assert {row.person.name for row in listed} == {"郝一一", "郝双双"}
    assert not Episode.objects.exists()
    assert of(batch).state == BatchState.UNDONE
    assert "2 rows were taken back; before that: 2 new" in soup(page_of(world, batch)).text


@pytest.mark.django_db(transaction=True)  # the history tells the time of the transaction
def test_rows_worked_with_since_are_left_and_listed(world: World) -> None:
    batch = upload(browser(world.township), as_text(a_row(1), a_row(2)))
    send(world, "import-confirm", batch)
    episode = Episode.objects.get(person__name="郝一一")
    browser(world.head).post(reverse("episode-cancel", args=[episode.pk]), {"why": "名单有误"})

    send(world, "import-undo", batch)

    table = soup(page_of(world, batch)).select_one("table:has(#left)")
    assert [td.text for td in table.select("tbody td")][:2] == ["2", world.head.name]
    assert [e.person.name for e in Episode.objects.all()] == ["郝一一"]


def test_a_stop_is_asked_for_and_told(world: World) -> None:
    batch = upload(browser(world.township), as_text(a_row(1)))
    ImportBatch.objects.update(state=BatchState.COMMITTING)

    send(world, "import-cancel", batch)

    assert of(batch).cancel_asked
    assert "It stops after the rows at hand." in page_of(world, batch).content.decode()


def test_a_stopped_import_goes_on_where_it_stopped_or_is_taken_back(world: World) -> None:
    batch = upload(browser(world.township), as_text(a_row(1), a_row(2)))
    send(world, "import-confirm", batch)
    Episode.objects.filter(person__name="郝双双").delete()
    batch.rows.filter(number=3).update(done=False)
    ImportBatch.objects.update(state=BatchState.CANCELLED)
    page = soup(page_of(world, batch))
    assert page.select_one(f'form[action="{reverse("import-undo", args=[batch.pk])}"]')
    button = page.select_one(f'form[action="{reverse("import-confirm", args=[batch.pk])}"] button')
    assert button.text.strip() == "Go on"

    send(world, "import-confirm", batch)

    assert of(batch).state == BatchState.COMMITTED
    assert Episode.objects.count() == 2


def test_taking_back_that_failed_is_gone_on_with_by_a_button(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = upload(browser(world.township), as_text(a_row(1), a_row(2)))
    send(world, "import-confirm", batch)

    def broken(*_args: Any, **_more: Any) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr(type(kind_of(batch.list_name)), "take_back", broken)
        with pytest.raises(RuntimeError):
            send(world, "import-undo", batch)
    page = soup(page_of(world, batch))
    assert page.select_one("[hx-trigger='every 2s']") is None
    assert "0 of 2 rows have been gone through." in page.text
    (button,) = page.select(f'form[action="{reverse("import-undo", args=[batch.pk])}"] button')
    assert button.text.strip() == "Go on with taking back"

    send(world, "import-undo", batch)

    assert of(batch).state == BatchState.UNDONE
    assert not Episode.objects.exists()


def test_a_reading_that_failed_is_tried_with_another_sheet_or_other_columns(world: World) -> None:
    batch = two_sheets(world)
    batch.rows.all().delete()
    ImportBatch.objects.update(state=BatchState.FAILED, checked_at=None, sheet="填表说明")
    page = soup(page_of(world, batch))
    assert page.select_one(f'a[href="{reverse("import-columns", args=[batch.pk])}"]')
    assert soup(columns_page(world, batch)).select_one("td select")
    found = page.select(f'form[action="{reverse("import-sheet", args=[batch.pk])}"] [name=sheet]')
    assert [one["value"] for one in found] == ["一组", "二组", "填表说明"]

    send(world, "import-sheet", batch, sheet="一组")

    assert of(batch).state == BatchState.CHECKED
    assert batch.rows.filter(kind="data").count() == 2


def test_a_list_put_away_imports_nothing(world: World) -> None:
    batch = upload(browser(world.township), as_text(a_row(1)))

    send(world, "import-discard", batch)
    send(world, "import-confirm", batch)

    assert of(batch).state == BatchState.DISCARDED
    assert not Episode.objects.exists()


# downloads


def a_faulty_list(world: World, who: str, place: str) -> ImportBatch:
    content = as_text(a_row(1), a_row(2, number=spoilt(id_number(702))))
    return upload(browser(world.users[who]), content, place=place)


def test_the_problems_are_a_workbook(world: World) -> None:
    batch = a_faulty_list(world, "cadre", VILLAGE)

    response = browser(world.head).post(reverse("import-problems", args=[batch.pk]))

    rows = list(load_workbook(BytesIO(response.content)).active.values)
    assert rows[1][:3] == (3, "郝双双", "证件号码")
    assert rows[1][-1] == "id_checksum"
    event = Event.objects.get(kind=Event.Kind.EXPORT)
    assert (event.actor_id, event.data["full"]) == (world.head.pk, False)


@pytest.mark.parametrize("name", ["import-problems", "import-answer"])
def test_who_uploaded_a_list_takes_it_back_whatever_their_role(world: World, name: str) -> None:
    own = a_faulty_list(world, "cadre", VILLAGE)
    other = a_faulty_list(world, "head", VILLAGE)
    client = browser(world.cadre)

    assert client.post(reverse(name, args=[own.pk])).status_code == 200
    assert client.post(reverse(name, args=[other.pk])).status_code == 403
    assert Event.objects.filter(kind=Event.Kind.EXPORT, actor_id=world.cadre.pk).count() == 1


def test_the_answer_is_the_file_with_what_became_of_each_row(world: World) -> None:
    batch = a_faulty_list(world, "cadre", VILLAGE)
    send(world, "import-confirm", batch)

    response = browser(world.township).post(reverse("import-answer", args=[batch.pk]))

    text = response.content.decode("utf-8-sig").splitlines()
    assert text[0].startswith("序号,姓名,证件号码")
    assert "回执_结果" in text[0]
    assert id_number(701) in text[1]
    event = Event.objects.get(kind=Event.Kind.EXPORT)
    assert (event.actor_id, event.data["full"], event.data["rows"]) == (
        world.township.pk, True, 2,
    )  # fmt: skip
