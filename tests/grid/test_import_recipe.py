"""The recipe of docs/imports.md: its example list, run as it stands there, by every way in."""

import json
import re
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import translation

from grid.batches import registry
from grid.batches.checking import check_file
from grid.batches.committing import commit_batch
from grid.batches.undoing import undo_batch
from grid.days import today
from grid.import_template import template_for
from grid.imports.understanding import understand
from grid.models import ImportBatch, Place, Site, User
from tests.cast import COUNTY, FAR, SECOND, VILLAGE, World

pytestmark = pytest.mark.django_db
DOCUMENT = Path(settings.BASE_DIR) / "docs" / "imports.md"
WRITTEN = [("河口宾馆", VILLAGE, 48), ("镇卫生院新楼", SECOND, 0), ("青禾客栈", FAR, 30)]


def block(language: str) -> str:
    """Return the one fenced block of this language in the document."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    return str(found)


@pytest.fixture(autouse=True)
def kind(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Make the list of the document known for the test alone; sentences are English."""
    module = ModuleType("sites_of_the_document")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(compile(block("python"), str(DOCUMENT), "exec"), module.__dict__)  # noqa: S102  our own
    monkeypatch.setattr(registry, "_KINDS", dict(registry._KINDS))
    found = module.__dict__["SiteKind"]()
    registry.register(found)
    with translation.override("en"):
        yield found


@pytest.fixture
def content() -> bytes:
    return block("csv").encode("gb18030")


@pytest.fixture
def file(content: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "隔离点.csv"
    path.write_bytes(content)
    return path


def sites() -> list[tuple[str, str, int]]:
    return list(Site.objects.order_by("pk").values_list("name", "place", "rooms"))


def signed_in(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def given(content: bytes, by: User) -> ImportBatch:
    batch = check_file(
        content=content, file_name="隔离点.csv", place_code=COUNTY, by=by, list_name="sites"
    )
    return commit_batch(batch=batch, by=by)


def test_the_command_imports_the_list_as_the_document_says(world: World, file: Path) -> None:
    out = StringIO()
    call_command("import_list", "sites", file, "--place", COUNTY, stdout=out)

    said = re.search(r"`(4 rows, [^`]*invalid)`", DOCUMENT.read_text())
    assert said
    assert said[1] in out.getvalue()
    assert sites() == WRITTEN
    lists = StringIO()
    call_command("import_list", "--list", stdout=lists)
    assert "sites: Isolation sites" in lists.getvalue()


def test_the_page_takes_it_shows_its_rows_and_writes_them(world: World, content: bytes) -> None:
    client = signed_in(world.county)
    upload = {"list_name": "sites", "place": COUNTY, "as_of": today().isoformat()}

    sent = client.post(
        reverse("import-new"), {**upload, "file": SimpleUploadedFile("隔离点.csv", content)}
    )
    batch = ImportBatch.objects.get()
    page = client.get(reverse("import-detail", args=[batch.pk])).content.decode()
    client.post(reverse("import-confirm", args=[batch.pk]))

    assert sent.headers["Location"] == reverse("import-detail", args=[batch.pk])
    assert "河口宾馆" in page
    assert "Isolation sites" in page
    assert sites() == WRITTEN


def test_the_api_names_it_and_takes_it(world: World, content: bytes) -> None:
    client = signed_in(world.county)

    lists = client.get(reverse("api-import-lists")).json()
    found = client.post(
        reverse("api-import-list"),
        {"file": SimpleUploadedFile("隔离点.csv", content), "list": "sites", "mode": "commit"},
    ).json()

    assert [field["key"] for one in lists if one["name"] == "sites" for field in one["list_fields"]]
    assert (found["figures"]["created"], found["figures"]["invalid"]) == (3, 1)
    assert sites() == WRITTEN
    problems = client.post(reverse("api-import-problems", args=[found["id"]])).json()["problems"]
    assert [(one["row"], one["code"]) for one in problems] == [(5, "row_refused")]
    url = reverse("api-import-rows", args=[found["id"]])
    (noted,) = client.get(f"{url}?code=value_unknown").json()["results"]
    assert (noted["number"], noted["action"]) == (4, "create")
    assert "6000 rooms" in json.dumps(problems)


def test_the_same_list_again_changes_nothing_and_a_changed_one_what_differs(
    world: World, content: bytes
) -> None:
    given(content, world.county)

    again = given(content, world.county)
    changed = given(content.replace(b"48", b"50"), world.county)

    assert (again.summary["created"], again.summary["unchanged"]) == (0, 3)
    assert (changed.summary["updated"], changed.summary["unchanged"]) == (1, 2)
    assert sites()[0] == ("河口宾馆", VILLAGE, 50)


def test_what_it_wrote_is_taken_back_but_for_what_somebody_changed(
    world: World, content: bytes
) -> None:
    batch = given(content, world.county)
    client = signed_in(world.county)
    world.county.is_staff = world.county.is_superuser = True
    world.county.save()
    site = Site.objects.get(name="青禾客栈")
    url = reverse("admin:grid_site_change", args=[site.pk])
    form = {"name": "青禾客栈", "rooms": "31", "place": FAR}
    assert client.post(url, form).status_code == 302

    undone = undo_batch(batch=batch, by=world.county)

    assert [one.who for one in undone.left] == [world.county.name]
    assert sites() == [("青禾客栈", FAR, 31)]


def test_it_has_a_template_that_is_read_back(world: World, kind: Any) -> None:
    data = template_for(kind, Place.objects.get(pk=COUNTY), day=today())

    rows = list(understand(data, kind.spec, kind.context(COUNTY, today())).rows)

    assert [row.kind for row in rows] == ["title", "header", "example"]


def test_every_line_of_the_example_is_as_short_as_the_house_asks() -> None:
    assert max(len(line) for line in block("python").splitlines()) <= 100
