"""Files of the back office: out and in again, in every encoding, with every fault named by row."""

import csv
import io
from typing import Any

import pytest
from django.contrib import admin
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from grid.back_office import Exchange
from grid.choices import Use
from grid.days import today
from grid.models import Block, BlockVillage, Event, Household, Place, Site, User
from tests.cast import COUNTY, FAR, GRID, SECOND, TOWN, VILLAGE, World

pytestmark = pytest.mark.django_db
RARE = "𠮷"  # four bytes in GB18030
EVIL = ["=1+1", "+1", "-1", "@x", "＝1"]


@pytest.fixture
def office(world: World) -> Client:
    """A browser of the county's admin."""
    world.county.is_staff = True
    world.county.save()
    client = Client()
    client.force_login(world.county, "django.contrib.auth.backends.ModelBackend")
    return client


def exported(client: Client, name: str, kind: str) -> bytes:
    """Export all rows in scope."""
    found = client.post(reverse(f"admin:{name}_export"), {"format": kind, "resource": "0"})
    assert found.status_code == 200, found.content[:300]
    return bytes(found.content)


def uploaded(client: Client, name: str, content: bytes, kind: str = "0") -> Any:
    """Upload a file and return the page with the preview."""
    file = SimpleUploadedFile("rows.csv" if kind == "0" else "rows.xlsx", content)
    data = {"import_file": file, "format": kind, "resource": "0"}
    return client.post(reverse(f"admin:{name}_import"), data)


def confirmed(client: Client, name: str, page: Any) -> Any:
    """Confirm a preview."""
    form = page.context["confirm_form"]
    return client.post(reverse(f"admin:{name}_process_import"), form.initial)


def faults(page: Any) -> dict[int, str]:
    """Return the sentences of a preview by row."""
    result = page.context["result"]
    assert not result.base_errors, result.base_errors
    return {one.number: str(one.error_dict) for one in result.invalid_rows}


def rows_of_every_kind(world: World) -> None:
    """Write rows whose texts are as bad as can be."""
    for n, text in enumerate([*EVIL, f"{RARE}村", "019923199001011234"]):
        Place.objects.create(code=f"{TOWN}40{n}", name=text, level=5, parent_id=TOWN)
        Household.objects.create(
            place_id=VILLAGE, number=f"{text}", address=text, note=text, use=Use.RENTED
        )
        Site.objects.create(place_id=SECOND, name=text, rooms=n)
        Block.objects.create(township_id=TOWN, name=text)
    Household.objects.create(place_id=VILLAGE, number="101", closed_on=today())
    Household.objects.create(place_id=VILLAGE, number="101")
    User.objects.filter(pk=world.cadre.pk).update(unit="=某单位", title=RARE)


IMPORTED = ["grid_place", "grid_block", "grid_household", "grid_site", "grid_user"]


@pytest.mark.parametrize("kind", ["0", "1"])
@pytest.mark.parametrize("name", IMPORTED)
def test_an_export_taken_in_again_changes_nothing(
    office: Client, world: World, name: str, kind: str
) -> None:
    rows_of_every_kind(world)
    content = exported(office, name, kind)

    result = uploaded(office, name, content, kind).context["result"]

    assert not result.has_errors(), result.base_errors
    told = [one for one in result.invalid_rows if name != "grid_user"]
    assert told == []
    totals = {key for key, number in result.totals.items() if number}
    # A cadre who holds posts elsewhere, or none, is not this admin's to correct, changed or not.
    assert totals <= ({"skip", "invalid"} if name == "grid_user" else {"skip"})
    assert result.totals["skip"] > 4


def test_every_model_says_what_files_do_for_it(office: Client, world: World) -> None:
    request = office.get("/admin/").wsgi_request
    for model, page in admin.site._registry.items():
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        urls = {one.name for one in page.get_urls() if one.name}
        assert isinstance(page.exchange, Exchange), name
        assert (f"{name}_import" in urls) == (page.exchange is Exchange.BOTH), name
        assert (f"{name}_export" in urls) == (page.exchange is not Exchange.NONE), name
        assert bool(page.why_not) == (page.exchange is Exchange.NONE), name
        if page.exchange is Exchange.BOTH:
            # Who may not write a row by hand does not write it by a file either.
            assert page.right is not None, name
            assert name in IMPORTED, "add it to the round trip above"
            (resource,) = page.get_import_resource_classes(request)
            assert resource._meta.use_bulk
            assert resource._meta.skip_unchanged
            assert resource().get_import_id_fields() != ["id"]


@pytest.mark.parametrize("kind", ["0", "1"])
def test_every_model_is_exported_in_a_constant_number_of_queries_and_on_the_record(
    office: Client, world: World, kind: str, django_assert_max_num_queries: Any
) -> None:
    rows_of_every_kind(world)
    for model, page in admin.site._registry.items():
        if page.exchange is Exchange.NONE:
            continue
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        before = Event.objects.filter(kind=Event.Kind.EXPORT).count()
        with django_assert_max_num_queries(18):
            content = exported(office, name, kind)
        assert Event.objects.filter(kind=Event.Kind.EXPORT).count() == before + 1, name
        assert content[:3] == (b"\xef\xbb\xbf" if kind == "0" else b"PK\x03"), name
        if kind == "0":
            text = content.decode("utf-8-sig")
            assert world.person.id_number not in text, name
            assert world.person.phone not in text, name


def test_no_export_has_a_sealed_value_a_hash_or_a_secret(office: Client, world: World) -> None:
    secret = {"password", "id_number", "id_hash", "phone_hash", "raw", "values", "extra", "data"}
    request = office.get("/admin/").wsgi_request
    for model, page in admin.site._registry.items():
        for resource in page.get_export_resource_classes(request):
            paths = {field.attribute for field in resource.fields.values()}
            assert not paths & secret, model
            if model is not User:
                assert "phone" not in paths, model


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig"])
def test_households_come_in_under_chinese_headings_in_any_encoding(
    office: Client, encoding: str
) -> None:
    page = office.get(reverse("admin:grid_household_import"))
    place, number, head, *_rest = [HouseholdHeads[key] for key in ("place", "number", "head_name")]
    text = f"{place},{number},{head}\n{VILLAGE},{RARE}5号,何{RARE}\n"

    preview = uploaded(office, "grid_household", text.encode(encoding))
    assert faults(preview) == {}
    assert confirmed(office, "grid_household", preview).status_code == 302

    made = Household.objects.get(number=f"{RARE}5号")
    assert (page.status_code, made.head_name, made.use) == (200, f"何{RARE}", Use.RESIDENT)


class _Heads:
    def __getitem__(self, key: str) -> str:
        from grid.admin_homes import HouseholdResource

        return HouseholdResource.heading(key)


HouseholdHeads = _Heads()


def test_faults_are_told_by_the_row_of_the_spreadsheet_and_nothing_is_written(
    office: Client,
) -> None:
    lines = [
        "place,number,use,home_suitable,assessed_on",
        f"{VILLAGE},1号,rented,,",
        f"{VILLAGE},,,,",
        f"{VILLAGE},1号,,,",
        f"{COUNTY},2号,,,",
        "980101101209,3号,,,",
        f"{VILLAGE},4号,帐篷,,",
        f"{VILLAGE},5号,,是,",
        f"{VILLAGE},6号,,是,昨天",
        f"{VILLAGE},{'长' * 41},,,",
    ]
    before = Household.objects.count()

    page = uploaded(office, "grid_household", "\n".join(lines).encode())

    told = faults(page)
    assert sorted(told) == [3, 4, 5, 6, 7, 8, 9, 10]
    assert "2" in told[4]  # the same as row 2
    assert "帐篷" in told[7]
    assert "昨天" in told[9]
    assert "confirm_form" not in page.context
    assert Household.objects.count() == before


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("place,number,colour\n", "colour"),
        ("place,number,number\n", "number"),
        ("place\n", ""),
    ],
)
def test_columns_that_cannot_be_told_are_refused_without_a_traceback(
    office: Client, text: str, word: str
) -> None:
    page = uploaded(office, "grid_household", f"{text}{VILLAGE},1,1\n"[: 10**6].encode())
    shown = page.content.decode()

    if page.context.get("result"):
        assert word in str(page.context["result"].base_errors[0].error)
        assert page.context["result"].total_rows == 0
    else:
        assert page.context["form"].errors["import_file"]
    assert "Traceback" not in shown
    assert "confirm_form" not in page.context


def test_a_row_that_is_no_change_is_left_alone_and_one_that_is_changes_only_what_it_says(
    office: Client, world: World
) -> None:
    home = Household.objects.create(place_id=VILLAGE, number="7", head_name="何七", note="旧")
    text = f"place,number,note\n{VILLAGE},7,新\n{GRID},101,\n"

    page = uploaded(office, "grid_household", text.encode())
    confirmed(office, "grid_household", page)

    home.refresh_from_db()
    assert (home.head_name, home.note) == ("何七", "新")
    assert page.context["result"].totals["update"] == 1
    assert page.context["result"].totals["skip"] == 1
    history = home.events.order_by("-pgh_id").first()
    assert history.pgh_context.metadata["user"] == world.county.pk


def test_a_household_given_up_is_passed_over(office: Client) -> None:
    Household.objects.create(place_id=VILLAGE, number="9", closed_on=today())
    text = f"place,number,note,closed_on\n{VILLAGE},9,新,{today()}\n"

    result = uploaded(office, "grid_household", text.encode()).context["result"]

    assert result.totals["skip"] == 1
    assert result.totals["new"] == 0


def test_blocks_bring_their_villages_and_take_none_from_another(
    office: Client, world: World
) -> None:
    head = "township,name,villages\n"
    taken = uploaded(office, "grid_block", f"{head}{TOWN},西片,{VILLAGE}\n".encode())
    assert "东片" in faults(taken)[2]
    strange = uploaded(office, "grid_block", f"{head}{TOWN},西片,{FAR}\n".encode())
    assert FAR in faults(strange)[2]

    text = f"{head}{TOWN},东片,\n{TOWN},西片,{VILLAGE}、{SECOND}\n"
    page = uploaded(office, "grid_block", text.encode())
    assert faults(page) == {}
    confirmed(office, "grid_block", page)

    west = Block.objects.get(name="西片")
    found = BlockVillage.objects.values_list("village", "block")
    assert set(found) == {(VILLAGE, west.pk), (SECOND, west.pk)}


def test_a_file_corrects_cadres_and_makes_none_and_touches_nobody_elsewhere(
    office: Client, world: World
) -> None:
    head = "phone,name,unit\n"
    new = uploaded(office, "grid_user", f"{head}15499990000,新来,\n".encode())
    assert "15499990000" in faults(new)[2]
    nowhere = uploaded(office, "grid_user", f"{head}{world.clerk.phone},改名,\n".encode())
    assert faults(nowhere)[2]

    page = uploaded(office, "grid_user", f"{head}{world.cadre.phone},陈包保,镇政府\n".encode())
    confirmed(office, "grid_user", page)

    world.cadre.refresh_from_db()
    assert world.cadre.unit == "镇政府"
    assert not User.objects.filter(phone="15499990000").exists()


def test_places_of_one_file_may_hang_on_one_another(office: Client) -> None:
    text = f"code,name\n{TOWN}501,北关村\n{TOWN}501001,第一网格\n{TOWN}501001001,1号楼\n"

    page = uploaded(office, "grid_place", text.encode())
    assert faults(page) == {}
    confirmed(office, "grid_place", page)

    assert Place.objects.get(pk=f"{TOWN}501001001").parent_id == f"{TOWN}501001"
    assert Place.objects.get(pk=f"{TOWN}501").pinyin == "bgc"


def test_an_upload_lies_in_the_cache_alone_and_is_gone_once_confirmed(
    office: Client, tmp_path: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    page = uploaded(office, "grid_site", f"place,name\n{VILLAGE},宾馆\n".encode())
    name = page.context["confirm_form"].initial["import_file_name"]

    assert list(tmp_path.iterdir()) == []
    assert cache.get(f"django-import-export-{name}")
    confirmed(office, "grid_site", page)
    assert cache.get(f"django-import-export-{name}") is None

    again = office.post(
        reverse("admin:grid_site_process_import"), page.context["confirm_form"].initial
    )
    assert again.status_code == 302
    assert again.headers["Location"] == reverse("admin:grid_site_import")
    assert Site.objects.filter(name="宾馆").count() == 1


def test_what_changed_since_the_preview_writes_nothing(office: Client, world: World) -> None:
    page = uploaded(office, "grid_site", f"place,name\n{SECOND},宾馆\n{VILLAGE},招待所\n".encode())
    Place.objects.filter(pk=VILLAGE).update(closed=True)

    found = confirmed(office, "grid_site", page)

    assert found.headers["Location"] == reverse("admin:grid_site_import")
    assert not Site.objects.exists()


def test_a_preview_shows_some_hundred_rows_and_says_how_many_it_leaves_out(
    office: Client, django_assert_max_num_queries: Any
) -> None:
    lines = "".join(f"{VILLAGE},{n}号\n" for n in range(1500))
    with django_assert_max_num_queries(30):
        page = uploaded(office, "grid_household", f"place,number\n{lines}".encode())

    assert page.context["result"].hidden == 1300
    assert "1300" in page.content.decode()
    assert page.content.decode().count("1499号") == 0


def test_a_workbook_of_rows_is_read_with_dates_and_numbers_as_cells(office: Client) -> None:
    from datetime import date

    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["place", "number", "home_suitable", "assessed_on"])
    book.active.append([int(VILLAGE), 12, True, date(2021, 2, 8)])
    out = io.BytesIO()
    book.save(out)

    page = uploaded(office, "grid_household", out.getvalue(), "1")
    confirmed(office, "grid_household", page)

    made = Household.objects.get(place_id=VILLAGE, number="12")
    assert (made.home_suitable, made.assessed_on) == (True, date(2021, 2, 8))


@pytest.mark.parametrize("kind", ["0", "1"])
def test_what_is_no_list_is_refused_with_a_sentence(office: Client, kind: str) -> None:
    page = uploaded(office, "grid_site", b"PK\x03\x04\xff\xff not a book \xff", kind)

    (told,) = page.context["form"].errors["import_file"]
    assert "Error" not in told


def test_an_export_keeps_to_the_area_and_needs_the_right(world: World) -> None:
    world.township.is_staff = world.cadre.is_staff = True
    world.township.save()
    world.cadre.save()
    client = Client()
    client.force_login(world.township, "django.contrib.auth.backends.ModelBackend")
    Site.objects.create(place_id=FAR, name="远处")
    Site.objects.create(place_id=VILLAGE, name="近处")

    rows = list(csv.reader(io.StringIO(exported(client, "grid_site", "0").decode("utf-8-sig"))))
    assert [row[1] for row in rows[1:]] == ["近处"]
    event = Event.objects.get(kind=Event.Kind.EXPORT)
    assert (event.actor_id, event.data["rows"], event.data["full"]) == (world.township.pk, 1, False)

    client.force_login(world.cadre, "django.contrib.auth.backends.ModelBackend")
    found = client.post(reverse("admin:grid_site_export"), {"format": "0", "resource": "0"})
    assert found.status_code == 403
