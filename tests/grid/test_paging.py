"""Keyset pages: complete, stable, both ways, unmoved by mangled cursors."""

import pytest
from django.http import QueryDict

from grid.choices import Level
from grid.models import Place
from grid.paging import keyset_page

pytestmark = pytest.mark.django_db


@pytest.fixture
def places() -> list[str]:
    codes = [f"{n:02d}" for n in range(10, 35)]
    names = ["甲", "乙", "丙"]
    Place.objects.bulk_create(
        Place(code=code, name=names[int(code) % 3], level=Level.PROVINCE) for code in codes
    )
    return codes


def walk(order: tuple[str, ...], *, size: int) -> list[list[str]]:
    pages, query = [], QueryDict("q=x")
    while True:
        page = keyset_page(Place.objects.all(), order=order, query=query, size=size)
        pages.append([row.code for row in page.rows])
        if not page.next:
            return pages
        query = QueryDict(page.next.removeprefix("?"))
        assert query["q"] == "x"


@pytest.mark.parametrize("order", [("pk",), ("-pk",), ("name", "-pk"), ("-name", "pk")])
def test_pages_show_every_row_once_in_order(places: list[str], order: tuple[str, ...]) -> None:
    pages = walk(order, size=7)

    assert [len(page) for page in pages] == [7, 7, 7, 4]
    assert [code for page in pages for code in page] == list(
        Place.objects.order_by(*order).values_list("pk", flat=True)
    )


def test_the_way_back_shows_the_same_pages(places: list[str]) -> None:
    pages = walk(("-name", "pk"), size=10)
    query = QueryDict()
    for _ in pages[1:]:
        page = keyset_page(Place.objects.all(), order=("-name", "pk"), query=query, size=10)
        query = QueryDict(page.next.removeprefix("?"))
    last = keyset_page(Place.objects.all(), order=("-name", "pk"), query=query, size=10)

    middle = keyset_page(
        Place.objects.all(), order=("-name", "pk"), query=QueryDict(last.previous[1:]), size=10
    )
    first = keyset_page(
        Place.objects.all(), order=("-name", "pk"), query=QueryDict(middle.previous[1:]), size=10
    )

    assert [[r.code for r in p.rows] for p in (first, middle, last)] == pages
    assert first.previous == ""
    assert last.next == ""


def test_a_row_that_comes_in_between_shifts_nothing(places: list[str]) -> None:
    first = keyset_page(Place.objects.all(), order=("pk",), query=QueryDict(), size=10)
    Place.objects.create(code="01", name="新", level=Level.PROVINCE)

    second = keyset_page(
        Place.objects.all(), order=("pk",), query=QueryDict(first.next[1:]), size=10
    )

    assert [row.code for row in second.rows] == places[10:20]


@pytest.mark.parametrize("cursor", ["x", "+!!!", "+bnVsbA", "-W251bGxd", "+WzEsMiwzXQ", "+MQ"])
def test_a_mangled_cursor_gives_the_first_page(places: list[str], cursor: str) -> None:
    query = QueryDict(mutable=True)
    query["cursor"] = cursor

    page = keyset_page(Place.objects.all(), order=("pk",), query=query, size=5)

    assert [row.code for row in page.rows] == places[:5]
