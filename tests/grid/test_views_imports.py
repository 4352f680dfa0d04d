"""Imports as a conversation: the upload, the page of an import, its rows, the list of imports."""

from typing import Any

import pytest
from django.urls import reverse

from grid.choices import BatchState, Level
from grid.days import today
from grid.models import ImportBatch, Person
from returnees.models import Episode
from returnees.services.reports import register_report
from tests.cast import COUNTY, FAR, TOWN, VILLAGE, World
from tests.factories.returnees import a_report, id_number, in_force
from tests.grid.uploads import (
    HEADINGS,
    NAMES,
    a_file,
    a_row,
    as_text,
    spoilt,
    upload,
)
from tests.schedules.pages import browser, htmx, soup

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch(world: World) -> ImportBatch:
    """A checked list: two good rows and one with a wrong number."""
    in_force()
    wrong = a_row(3, number=spoilt(id_number(750)))
    return upload(browser(world.township), as_text(a_row(1), a_row(2), wrong))


def detail(world: World, batch: ImportBatch, who: str = "township", **query: Any) -> Any:
    return browser(world.users[who]).get(reverse("import-detail", args=[batch.pk]), query)


def post_new(world: World, who: str = "township", **fields: Any) -> Any:
    given = {"list_name": "returnees", "place": TOWN, "as_of": today(), **fields}
    return browser(world.users[who]).post(reverse("import-new"), given)


def faults(response: Any) -> list[str]:
    assert response.status_code == 200
    return [p.text.strip() for p in soup(response).select("[role=alert] p, .field-error p")]


# the upload


def test_the_upload_offers_the_lists_and_places_of_the_user(world: World) -> None:
    form = browser(world.township).get(reverse("import-new")).context["form"]
    village = browser(world.cadre).get(reverse("import-new")).context["form"]

    assert form.fields["list_name"].choices[0][0] == "returnees"
    assert form["place"].value() == TOWN
    assert [place.code for place in village.fields["place"].queryset] == [VILLAGE]


def a_chain(*people: int) -> str:
    lines = (
        f"{n}. {NAMES[n]} {id_number(700 + n)} 1390000{n:04d} 海岳省临沧湾市望潮区 明天 火车"
        for n in people
    )
    return "\n".join(["#接龙", "返乡人员登记", *lines])


@pytest.fixture
def wide(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The cast, in a county with more places than a drop-down is for."""
    in_force()
    monkeypatch.setattr("grid.forms.imports.MOST", 3)
    return world


def test_where_villages_are_too_many_to_choose_from_they_are_searched_for(wide: World) -> None:
    page = browser(wide.county).get(reverse("import-new"))
    template = browser(wide.county).get(reverse("import-template"))
    narrow = browser(wide.cadre).get(reverse("import-new"))

    levels = {place.level for place in page.context["form"].fields["place"].queryset}
    assert levels == {Level.COUNTY, Level.TOWNSHIP}
    for shown in (page, template):
        (search,) = soup(shown).select("input[type=search]")
        assert (search["name"], "within=import" in search["hx-get"]) == ("village_text", True)
        offered = {one["value"] for one in soup(shown).select("input[name=village]")}
        assert VILLAGE in offered
        assert {len(code) for code in offered} == {len(VILLAGE)}
    assert not soup(narrow).select("input[type=search]")


@pytest.mark.parametrize("chosen", [{"village": VILLAGE}, {"village_text": "东关"}])
def test_a_chain_is_imported_for_the_village_that_was_searched_for(
    wide: World, chosen: dict[str, str]
) -> None:
    sent = post_new(wide, "county", text=a_chain(1, 2), place=COUNTY, **chosen)

    batch = ImportBatch.objects.get()
    assert sent.url == reverse("import-detail", args=[batch.pk])
    assert batch.place_id == VILLAGE
    found = [row.values["dest_code"] for row in batch.rows.filter(kind="data")]
    assert found == [VILLAGE, VILLAGE]


def test_a_village_that_is_nobodys_or_fits_several_is_asked_for_again(wide: World) -> None:
    abroad = post_new(wide, "county", text=a_chain(1), place=COUNTY, village="980101101201")
    several = post_new(wide, "county", text=a_chain(1), place=COUNTY, village_text="村")

    assert faults(abroad) == ["Choose one of the places found."]
    assert faults(several) == ["Several places fit; choose one of them."]
    assert len(soup(several).select("input[name=village]")) > 1
    assert NAMES[1] in soup(several).select_one("textarea").text
    assert not ImportBatch.objects.exists()


def test_a_pasted_chain_is_read_as_a_list(world: World) -> None:
    in_force()
    chain = "\n".join(
        f"{n}. {NAMES[n]} {id_number(700 + n)} 1390000{n:04d} 海岳省临沧湾市望潮区 东关村 今天"
        for n in (1, 2)
    )
    response = post_new(world, text=f"#接龙\n返乡人员登记\n{chain}")

    batch = ImportBatch.objects.get()
    page = soup(browser(world.township).get(response.url))
    assert batch.understood["form"] == "chain"
    assert "a sign-up chain" in page.select_one("#understood").find_parent("section").text
    assert batch.file_name.endswith(".txt")


def test_cells_copied_out_of_a_spreadsheet_are_read_as_a_list(world: World) -> None:
    in_force()
    cells = "\r\n".join("\t".join(row) for row in [HEADINGS, a_row(1), a_row(2)])

    post_new(world, text=cells)

    assert ImportBatch.objects.get().summary["created"] == 2


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Choose a file, or paste the list as text."),
        ({"text": "甲", "file": "both"}, "Choose either a file or a text, not both."),
        ({"text": "x", "list_name": "no such list"}, "Select a valid choice."),
        ({"text": "x", "place": FAR}, "Select a valid choice."),
        ({"text": "x", "as_of": "31.12."}, "Enter a valid date."),
    ],
)
def test_what_is_missing_or_wrong_is_one_sentence(
    world: World, fields: dict[str, Any], said: str
) -> None:
    if fields.get("file"):
        fields = {**fields, "file": a_file(as_text(a_row(1)))}

    found = faults(post_new(world, **fields))

    assert len(found) == 1
    assert said in found[0]
    assert not ImportBatch.objects.exists()


def test_a_file_that_is_no_list_is_one_clear_sentence(world: World) -> None:
    in_force()

    for content in (b" ", b"%PDF-1.4 something", b""):
        assert len(faults(post_new(world, file=a_file(content, "空.csv")))) == 1
    assert not ImportBatch.objects.exists()


def test_options_go_with_the_upload(world: World) -> None:
    in_force()

    batch = upload(browser(world.township), as_text(a_row(1)), validate_only="on", overwrite="on")

    assert batch.options == {"validate_only": True, "whole": False, "overwrite": True}


# what is shown of a list


def test_a_checked_list_shows_every_row_with_its_reasons(world: World, batch: ImportBatch) -> None:
    page = soup(detail(world, batch))

    tiles = {tile.span.text: tile.select_one(".tile-value").text for tile in page.select("a.tile")}
    assert (tiles["Rows in all"], tiles["Would be created"], tiles["Not importable"]) == (
        "3", "2", "1",
    )  # fmt: skip
    rows = [
        row for row in page.select(".import-rows tbody tr") if row.get("class") != ["group-row"]
    ]
    assert [row.th.text.strip() for row in rows] == ["郝一一", "郝双双", "郝三三"]
    assert "证件号码" in rows[2].text
    assert "2 new, 1 not imported." in page.text
    assert id_number(701) not in page.text
    assert not Episode.objects.exists()


def test_a_list_of_which_nothing_is_written_promises_no_daily_work(
    world: World, batch: ImportBatch
) -> None:
    begins = "daily work begins"
    wrong = upload(browser(world.township), as_text(a_row(4, number=spoilt(id_number(704)))))

    assert begins in soup(detail(world, batch)).text
    assert begins not in soup(detail(world, wrong)).text


def test_rows_are_filtered_by_fate_reason_name_and_number(world: World, batch: ImportBatch) -> None:
    def names(**query: Any) -> list[str]:
        return [line.name for line in detail(world, batch, **query).context["lines"]]

    codes = {one.code: one.count for one in detail(world, batch).context["codes"]}
    assert codes["id_checksum"] == 1
    assert names(show="refuse") == ["郝三三"]
    assert names(code="id_checksum") == ["郝三三"]
    assert names(q="双") == ["郝双双"]
    assert names(q="2") == ["郝一一"]
    assert names(q="nobody") == names(show="ask") == []
    assert names(show="odd", cursor="odd", code="'") == []
    assert names(show="odd") == names()


def test_a_name_is_found_among_rows_of_known_persons_and_of_others(
    world: World, batch: ImportBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser(world.township)
    client.post(reverse("import-confirm", args=[batch.pk]))
    assert batch.rows.exclude(person_key=None).count() == 2

    def found(name: str) -> list[str]:
        return [line.name for line in detail(world, batch, q=name).context["lines"]]

    assert [found(NAMES[n]) for n in (1, 2, 3)] == [[NAMES[1]], [NAMES[2]], [NAMES[3]]]
    Person.objects.filter(name=NAMES[1]).update(name="改名人")
    assert found("改名") == []  # the row does not say so

    again = upload(client, as_text(*(a_row(n) for n in (4, 5, 6))))
    monkeypatch.setattr("grid.import_pages.MOST_READ", 2)
    page = detail(world, again, q=NAMES[6])
    assert page.context["lines"] == []
    assert "reads 2 rows" in soup(page).text
    assert "reads 2 rows" not in soup(detail(world, again, q="4")).text


def test_the_reason_of_a_filter_is_said_in_a_few_words(world: World, batch: ImportBatch) -> None:
    page = soup(detail(world, batch))

    options = [option.text for option in page.select("#code option")]
    assert "Wrong check digit in the ID number · 1" in options


def test_a_known_person_shows_as_known_with_what_would_change(world: World) -> None:
    in_force()
    client = browser(world.township)
    first = upload(client, as_text(a_row(1, code="绿码")))
    client.post(reverse("import-confirm", args=[first.pk]))

    again = upload(client, as_text(a_row(1, code="黄码")))

    (line,) = detail(world, again).context["lines"]
    person = Episode.objects.get().person
    assert line.known.person == person
    assert [(fact.label, fact.was, fact.text) for fact in line.changes] == [
        ("Health code", "Green", "Yellow")
    ]
    assert reverse("person", args=[person.pk]) in detail(world, again).content.decode()


def test_somebody_registered_out_of_sight_is_known_but_not_shown(world: World) -> None:
    in_force()
    number = id_number(701)
    register_report(report=a_report(-1, place_code=FAR, id_number=number, name="郝一一"), by=None)
    batch = upload(browser(world.head), as_text(a_row(1)), place=VILLAGE)

    (line,) = detail(world, batch, "head").context["lines"]
    page = detail(world, batch, "head").content.decode()
    assert line.known is not None
    assert line.known.person is None
    assert "前坡" not in page
    row = browser(world.head).get(reverse("import-row", args=[line.row.pk])).content.decode()
    assert "前坡" not in row


def test_a_row_is_shown_in_the_file_as_understood_and_as_known(
    world: World, batch: ImportBatch
) -> None:
    row = batch.rows.get(number=2)

    page = soup(browser(world.township).get(reverse("import-row", args=[row.pk])))

    sides = {side.h2.text: side for side in page.select(".sides > section")}
    assert list(sides) == ["In the file", "As understood", "Known in the portal"]
    assert "河口镇" in sides["In the file"].text
    assert "东关村" in sides["As understood"].text
    assert "Green" in sides["As understood"].text
    assert "Nothing yet." in sides["Known in the portal"].text
    assert id_number(701) not in page.text
    assert "13900000001" not in page.text


def test_rows_that_are_none_of_the_list_are_told_by_kind_with_their_numbers(world: World) -> None:
    in_force()
    title = "河口镇返乡人员台账"
    text = title.encode("gb18030") + b"\r\n" + as_text(a_row(1), ["合计", "1", *[""] * 7])

    batch = upload(browser(world.township), text)

    page = soup(detail(world, batch))
    kinds = {item.summary.text: item.p.text for item in page.select(".kinds details")}
    assert kinds["Title · 1"] == "row 1"
    assert any(key.startswith("Subtotal") and text == "row 4" for key, text in kinds.items())


def test_a_running_import_is_watched_and_a_finished_one_is_not(
    world: World, batch: ImportBatch
) -> None:
    for state, label in (
        (BatchState.CHECKING, "Rows read"),
        (BatchState.COMMITTING, "Rows written"),
        (BatchState.UNDOING, "Rows taken back"),
    ):
        ImportBatch.objects.update(state=state)
        page = soup(detail(world, batch))
        assert page.select_one("#batch")["hx-trigger"] == "every 2s"
        assert label in page.select_one(".progress").text
        assert page.select_one("#batch a.link-inline") is not None
        stop = page.select_one(f'form[action="{reverse("import-cancel", args=[batch.pk])}"]')
        assert (stop is not None) == (state != BatchState.UNDOING)
    part = browser(world.township).get(
        reverse("import-detail", args=[batch.pk]), {"show": "all"}, **htmx()
    )
    ImportBatch.objects.update(state=BatchState.COMMITTED)
    done = detail(world, batch)

    assert "hx-trigger" in soup(part).select_one("#batch").attrs
    assert "hx-trigger" not in soup(done).select_one("#batch").attrs


def test_a_filter_swaps_the_rows_alone(world: World, batch: ImportBatch) -> None:
    part = browser(world.township).get(
        reverse("import-detail", args=[batch.pk]), {"show": "refuse"},
        **htmx(), HTTP_HX_TARGET="rows",
    )  # fmt: skip

    page = soup(part)
    assert page.select_one("#rows") is not None
    assert page.select_one("#understood") is None
    assert [cell.text.strip() for cell in page.select("tbody th a")] == ["郝三三"]


# the list of imports


def test_imports_are_listed_by_kind_state_and_file_name(world: World, batch: ImportBatch) -> None:
    client = browser(world.township)

    def found(**query: str) -> int:
        return len(client.get(reverse("import-list"), query).context["lines"])

    assert found() == found(list="returnees") == found(state="checked") == found(q="名单") == 1
    assert found(list="households") == found(state="undone") == found(q="别的") == 0
    empty = soup(client.get(reverse("import-list"), {"q": "别的"}))
    assert empty.select_one(".empty h2").text == "No list found"


def test_who_has_imported_nothing_is_told_how_to_begin(world: World) -> None:
    page = soup(browser(world.township).get(reverse("import-list")))

    assert page.select_one(".empty a")["href"] == reverse("import-new")


def test_imports_go_by_scope_and_right(world: World, batch: ImportBatch) -> None:
    row = batch.rows.filter(kind="data").first()

    assert detail(world, batch, "neighbour").status_code == 404
    assert detail(world, batch, "leader").status_code == 403
    assert browser(world.leader).get(reverse("import-list")).status_code == 403
    for who, status in (("neighbour", 404), ("leader", 403), ("township", 200)):
        found = browser(world.users[who]).get(reverse("import-row", args=[row.pk]))
        assert found.status_code == status


@pytest.mark.parametrize("rows", [1, 20])
def test_the_page_of_an_import_asks_as_often_for_many_rows_as_for_few(
    world: World, rows: int, django_assert_max_num_queries: Any
) -> None:
    in_force()
    lines = [a_row(1, number=id_number(600 + n), phone=f"1391111{n:04d}") for n in range(rows)]
    batch = upload(browser(world.township), as_text(*lines))
    client = browser(world.township)
    address = reverse("import-detail", args=[batch.pk])
    client.get(address)

    with django_assert_max_num_queries(40):
        client.get(address)


def test_a_reason_that_all_rows_share_stands_above_them_once(world: World) -> None:
    in_force()
    rows = [a_row(n, number=spoilt(id_number(700 + n))) for n in (1, 2, 3)]
    three = upload(browser(world.township), as_text(*rows, a_row(4)))

    refused = soup(detail(world, three, show="refuse"))
    everything = soup(detail(world, three, show="all"))

    (above,) = refused.select("#rows > .card-soft .reasons li")
    assert len(refused.select("tbody tr")) == 3
    assert not refused.select("tbody .reasons")
    assert [one.text for one in everything.select("tbody .reasons li")] == [above.text] * 3
    assert not everything.select("#rows > .card-soft .reasons")
    row = browser(world.township).get(refused.select_one("tbody th a")["href"])
    assert above.text in [one.text for one in soup(row).select(".reasons li")]
