"""What stands above the rows of an import: lists that write nothing, and pasted chains."""

import pytest
from bs4 import Tag
from django.urls import reverse

from grid.batches.checking import check_file
from grid.models import ImportBatch
from tests.cast import TOWN, VILLAGE, World
from tests.factories.returnees import id_number, in_force
from tests.grid.batches.flats import flat, flats
from tests.schedules.pages import browser, soup

pytestmark = pytest.mark.django_db
NOTHING = "No row would be written."
BELONGS = "A chain belongs to a village"


def page_of(world: World, batch: ImportBatch) -> Tag:
    response = browser(world.township).get(reverse("import-detail", args=[batch.pk]))
    assert response.status_code == 200
    return soup(response)


def a_list_of(world: World, *villages: str) -> ImportBatch:
    content = flats(*[flat(n, 目的地社区村=village) for n, village in enumerate(villages, 1)])
    return check_file(
        content=content, file_name="a.csv", place_code=TOWN, by=world.township, list_name="flats"
    )


def a_chain(world: World, place: str, where: str = "") -> ImportBatch:
    lines = [
        f"{n}. {name} {id_number(700 + n)} 1390000{n:04d} 海岳省临沧湾市望潮区 {where} 今天"
        for n, name in ((1, "何田"), (2, "何苗"))
    ]
    content = "\n".join(["#接龙", "返乡人员登记", *lines]).encode()
    return check_file(content=content, file_name="a.txt", place_code=place, by=world.township)


def confirm_of(page: Tag, batch: ImportBatch) -> Tag:
    action = reverse("import-confirm", args=[batch.pk])
    button = page.select_one(f'form[action="{action}"] button')
    assert button is not None
    return button


def test_a_list_that_would_write_nothing_says_so_beside_a_quieter_button(world: World) -> None:
    batch = a_list_of(world, "无此村", "无此村")
    page = page_of(world, batch)

    figures = batch.summary
    assert (figures["rows"], figures["created"], figures["updated"]) == (2, 0, 0)
    assert NOTHING in page.select_one("#acts").find_parent("section").text
    assert "btn-secondary" in confirm_of(page, batch)["class"]


def test_a_list_with_one_row_to_write_is_confirmed_by_the_first_button(world: World) -> None:
    batch = a_list_of(world, "东关村", "无此村")
    page = page_of(world, batch)

    assert batch.summary["created"] == 1
    assert NOTHING not in page.text
    assert "btn-primary" in confirm_of(page, batch)["class"]


def test_the_columns_of_a_chain_are_not_counted(world: World) -> None:
    in_force()
    chain, table = a_chain(world, VILLAGE), a_list_of(world, "东关村")

    assert chain.understood["form"] == "chain"
    assert "recognised" not in page_of(world, chain).text
    assert "recognised" in page_of(world, table).text


def test_a_chain_for_a_township_that_names_no_village_is_sent_back_for_one(world: World) -> None:
    in_force()
    batch = a_chain(world, TOWN)
    page = page_of(world, batch)

    assert batch.understood["form"] == "chain"
    assert BELONGS in page.text
    address = f"{reverse('import-new')}?list=returnees#id_place"
    assert page.select_one(f'a[href="{address}"]') is not None


@pytest.mark.parametrize(("place", "where"), [(VILLAGE, ""), (TOWN, "东关村")])
def test_a_chain_whose_village_is_known_is_not_sent_back(
    world: World, place: str, where: str
) -> None:
    in_force()

    assert BELONGS not in page_of(world, a_chain(world, place, where)).text


def test_the_upload_says_where_a_chain_belongs(world: World) -> None:
    page = soup(browser(world.township).get(reverse("import-new")))

    assert BELONGS in page.select_one(".import-source").text
