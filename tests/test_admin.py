"""The back office: the same scope and rights as the pages, everything masked, exports recorded."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import BinaryField, Model
from django.test import Client, RequestFactory
from django.urls import get_resolver, reverse

from grid.admin_places import PlaceResource
from grid.days import today
from grid.models import Block, Event, Leave, Place, Site, User
from returnees.models import PolicyPack, PolicyVersion, RiskArea
from schedules.models import Channel, DigestTime, Duty, JobRun, Reminder, Rung, Threshold
from tests.access.roles import SIGNED_IN, STAFF, holds
from tests.access.scene import Scene, read_only, scene, undone
from tests.cast import COUNTY, TOWN

__all__ = ["scene"]
pytestmark = pytest.mark.django_db

# What it takes to add and to change a row of each model by hand; "" = nobody does that here.
MODELS = {
    "grid_place": ("configure", "configure"),
    "grid_block": ("configure", "configure"),
    "grid_household": ("configure", "configure"),
    "grid_site": ("configure", "configure"),
    "grid_person": ("", ""),
    "grid_user": ("", "posts"),
    "grid_post": ("", ""),
    "grid_assignment": ("", ""),
    "grid_leave": ("", ""),
    "grid_event": ("", ""),
    "grid_importbatch": ("", ""),
    "returnees_riskarea": ("", ""),
    "returnees_policypack": ("", ""),
    "returnees_policyversion": ("", ""),
    "returnees_advancereport": ("", ""),
    "returnees_episode": ("", ""),
    "returnees_abnormality": ("", ""),
    "schedules_duty": ("", ""),
    "schedules_task": ("", ""),
    "schedules_jobrun": ("", ""),
    "schedules_channel": ("configure", "configure"),
    "schedules_rung": ("configure", "configure"),
    "schedules_digesttime": ("configure", "configure"),
    "schedules_threshold": ("configure", "configure"),
    "schedules_reminder": ("", ""),
}
VIEW = dict.fromkeys(
    (
        "schedules_jobrun",
        "schedules_channel",
        "schedules_rung",
        "schedules_reminder",
        "schedules_digesttime",
        "schedules_threshold",
    ),
    "configure",
)
UNSCOPED = {
    "returnees_policypack", "returnees_riskarea", "schedules_duty", "schedules_jobrun",
    "schedules_channel", "schedules_rung", "schedules_digesttime", "schedules_threshold",
}  # fmt: skip
DELETED = {"schedules_rung", "schedules_digesttime"}  # go without a trace worth keeping
IMPORTED = {"grid_place", "grid_block", "grid_household", "grid_site", "grid_user"}
EXPORTED = set(MODELS)
ACTIONS = {"changelist", "add", "change", "delete", "history", "import", "process_import", "export"}
SITE = {
    "index", "login", "logout", "password_change", "password_change_done", "autocomplete",
    "jsi18n", "view_on_site", "app_list", "search",
}  # fmt: skip


def rows_of(scene: Scene, where: str) -> dict[str, Any]:
    """Return one row of every model at a place, made where the scene has none."""
    at = scene.rows[where]
    town = at["village"][:9]
    block, _new = Block.objects.get_or_create(township_id=town, name="东片")
    users = {"user": at["cadre"], "cover": scene.world.users["clerk"]}
    policy = PolicyVersion.objects.create(
        pack="JY", version="9", digest="", place_id=town, since=today()
    )
    channel, _new = Channel.objects.get_or_create(name="群机器人", kind="paste")
    return {
        "grid_place": Place.objects.get(pk=at["grid"]),
        "grid_block": block,
        "grid_household": at["household"],
        "grid_site": Site.objects.create(place_id=at["village"], name="宾馆"),
        "grid_person": at["person"],
        "grid_user": at["cadre"],
        "grid_post": at["post"],
        "grid_assignment": at["assignment"],
        "grid_leave": Leave.objects.create(
            **users, since=today(), until=today().replace(year=2099)
        ),
        "grid_event": Event.objects.create(kind="export", subject="名单", place_id=at["village"]),
        "grid_importbatch": at["batch"],
        "returnees_riskarea": RiskArea.objects.first(),
        "returnees_policypack": PolicyPack.objects.get(pk=at["pack"].pk),
        "returnees_policyversion": policy,
        "returnees_advancereport": at["episode"].report,
        "returnees_episode": at["episode"],
        "returnees_abnormality": at["abnormality"],
        "schedules_duty": Duty.objects.first(),
        "schedules_task": at["task"],
        "schedules_jobrun": JobRun.objects.create(
            name="sweep", started_at=at["episode"].arrived_at
        ),
        "schedules_channel": channel,
        "schedules_rung": Rung.objects.create(place_id=at["village"], channel=channel),
        "schedules_threshold": Threshold.objects.create(
            place_id=at["village"], kind="checks", bound=90, at="20:30"
        ),
        "schedules_digesttime": DigestTime.objects.create(place_id=at["village"], at="07:30"),
        "schedules_reminder": Reminder.objects.create(
            user=at["cadre"], kind="digest", day=today(), slot="08:00"
        ),
    }


@pytest.fixture
def superuser(scene: Scene) -> Iterator[Client]:
    """A browser of somebody who may everything."""
    with undone():
        root = User.objects.create_superuser("15900000000", "钱总管", "Aa7-long-enough")
        client = Client()
        client.force_login(root, "django.contrib.auth.backends.ModelBackend")
        yield client


def test_every_model_and_every_address_of_the_back_office_is_listed() -> None:
    registered = {model._meta.label_lower.replace(".", "_") for model in admin.site._registry}
    patterns = admin.site.urls[0]
    known = SITE | {f"{model}_{action}" for model in MODELS for action in ACTIONS}

    def names(patterns: Any) -> Iterator[str]:
        for pattern in patterns:
            if hasattr(pattern, "url_patterns"):
                yield from names(pattern.url_patterns)
            elif pattern.name:
                yield pattern.name

    assert registered == set(MODELS)
    assert set(names(patterns)) - known == set()
    assert get_resolver().namespace_dict["admin"][0] == "admin/"


@pytest.mark.parametrize("name", sorted(MODELS))
@pytest.mark.parametrize("who", sorted(STAFF))
def test_the_pages_of_a_model_answer_by_right_and_scope(scene: Scene, who: str, name: str) -> None:
    add, change = MODELS[name]
    client = scene.client(who)
    sees = holds(who, VIEW.get(name, "see"))
    near = 200 if sees else 403
    outside = near if name in UNSCOPED or not sees else 404
    found, expected = {}, {}

    def get(case: str, url: str, status: int) -> None:
        with read_only():
            found[case], expected[case] = client.get(url).status_code, status

    def post(case: str, url: str, status: int) -> None:
        with undone():
            found[case], expected[case] = client.post(url, {}).status_code, status

    with undone():
        here, there = rows_of(scene, "near")[name], rows_of(scene, "abroad")[name]
        get("list", reverse(f"admin:{name}_changelist"), near)
        may_add = bool(add) and holds(who, add)
        get("add", reverse(f"admin:{name}_add"), 200 if may_add else 403)
        post("added", reverse(f"admin:{name}_add"), 200 if may_add else 403)
        get("change", reverse(f"admin:{name}_change", args=[here.pk]), near)
        changes = bool(change) and holds(who, change)
        if not changes:
            post("changed", reverse(f"admin:{name}_change", args=[here.pk]), 403)
        get("history", reverse(f"admin:{name}_history", args=[here.pk]), near)
        get("elsewhere", reverse(f"admin:{name}_change", args=[there.pk]), outside)
        unseen = outside if name in UNSCOPED else 404  # looked up before rights are
        get("history elsewhere", reverse(f"admin:{name}_history", args=[there.pk]), unseen)
        deletes = 200 if changes and name in DELETED else 403
        get("delete", reverse(f"admin:{name}_delete", args=[here.pk]), deletes)
        post("deleted", reverse(f"admin:{name}_delete", args=[here.pk]), deletes)
        if name in IMPORTED:
            get("import", reverse(f"admin:{name}_import"), 200 if changes else 403)
            post("imported", reverse(f"admin:{name}_process_import"), 200 if changes else 403)
        if name in EXPORTED:
            get("export", reverse(f"admin:{name}_export"), near)

    wrong = {case: (found[case], expected[case]) for case in found if found[case] != expected[case]}
    assert wrong == {}, "(found, expected)"


def test_whoever_is_no_staff_stays_outside(scene: Scene) -> None:
    for who in set(SIGNED_IN) - STAFF:
        found = scene.client(who).get(reverse("admin:grid_place_changelist"))
        assert found.status_code == 302, who
        assert scene.client(who).get(found.headers["Location"]).status_code == 403

    for address in ("/admin/", "/admin/login/", reverse("admin:grid_place_changelist")):
        led = scene.client("anonymous").get(address, follow=True).redirect_chain
        wanted = address.replace("login/", "")
        assert led[-1][0] == f"/sign-in/?next={wanted}"


def test_a_password_is_changed_through_the_portal_alone(scene: Scene) -> None:
    found = scene.client("county").post(reverse("admin:password_change"), {"old_password": "x"})

    assert found.headers["Location"] == reverse("password-change")


@pytest.mark.parametrize("name", sorted(MODELS))
def test_no_page_shows_a_number_of_a_person_in_full(
    scene: Scene, superuser: Client, name: str
) -> None:
    with undone():
        row = rows_of(scene, "near")[name]
        pages = [
            reverse(f"admin:{name}_changelist"),
            reverse(f"admin:{name}_change", args=[row.pk]),
        ]
        pages += [reverse(f"admin:{name}_history", args=[row.pk])]
        for client in (superuser, scene.client("county")):
            for url in pages:
                text = client.get(url).content.decode()
                assert not [secret for secret in scene.secrets if secret in text], url


def sealed(model: type[Model]) -> set[str]:
    """Return the fields of a model that hold sealed values or hashes."""
    return {f.name for f in model._meta.fields if isinstance(f, BinaryField)}


def test_sealed_values_are_in_no_form(superuser: Client) -> None:
    request = RequestFactory().get("/admin/")
    request.user = User.objects.get(is_superuser=True)

    for model, page in admin.site._registry.items():
        row = model._default_manager.first()
        forms = [page.get_form(request, row), page.get_form(request)]
        forms += [inline.get_formset(request).form for inline in page.get_inline_instances(request)]
        for form in forms:
            assert not set(form.base_fields) & sealed(form._meta.model), model
    hidden = {"id_number", "phone", "id_hash", "phone_hash", "id_last4_hash", "phone_last4_hash"}
    shown = {
        name for page in admin.site._registry.values() for name in page.get_list_display(request)
    }
    assert not shown & (hidden - {"phone"})
    assert "phone" not in admin.site._registry[_person()].get_list_display(request)


def _person() -> type[Model]:
    return next(model for model in admin.site._registry if model._meta.model_name == "person")


def test_a_township_admin_cannot_make_anybody_staff(scene: Scene) -> None:
    cadre = scene.rows["near"]["cadre"]
    url = reverse("admin:grid_user_change", args=[cadre.pk])
    data = {"name": "新名", "unit": "", "title": "", "is_staff": "on", "is_active": ""}
    data |= {"posts-TOTAL_FORMS": "0", "posts-INITIAL_FORMS": "0"}

    with undone():
        assert scene.client("township").post(url, data).status_code == 302
        cadre.refresh_from_db()
        assert (cadre.name, cadre.is_staff, cadre.is_active) == ("新名", False, True)
    with undone():
        assert scene.client("county").post(url, data).status_code == 302
        cadre.refresh_from_db()
        assert (cadre.is_staff, cadre.is_active) == (True, True)
    cadre.refresh_from_db()


def test_who_holds_posts_elsewhere_is_not_changed_by_a_township_admin(scene: Scene) -> None:
    url = reverse("admin:grid_user_change", args=[scene.world.users["county"].pk])

    with undone():
        scene.world.users["county"].posts.create(role="leader", place_id=TOWN)
        assert scene.client("township").get(url).status_code == 200
        assert scene.client("township").post(url, {"name": "改"}).status_code == 403


def test_the_pages_speak_chinese_where_the_packages_do_not(scene: Scene) -> None:
    page = scene.client("county").get(reverse("admin:grid_place_changelist")).content.decode()

    for english in ("Select all", "Type to search", "Search apps and models", "Run the selected"):
        assert english not in page
    assert "搜索" in page


def test_the_content_policy_is_wider_below_the_back_office_alone(scene: Scene) -> None:
    client = scene.client("county")

    inside = client.get("/admin/").headers["Content-Security-Policy"]
    outside = client.get(reverse("household-list")).headers["Content-Security-Policy"]

    assert "script-src 'self' 'unsafe-eval'" in inside
    assert "unsafe" not in outside
    for policy in (inside, outside):
        assert "frame-ancestors 'none'" in policy
        assert "script-src 'self' 'unsafe-inline'" not in policy


# -------- import and export


def upload(client: Client, text: str, encoding: str = "gb18030") -> Any:
    """Upload a list of places and return the page with the preview."""
    file = SimpleUploadedFile("places.csv", text.encode(encoding), "text/csv")
    data = {"import_file": file, "format": "0", "resource": "0"}
    return client.post(reverse("admin:grid_place_import"), data)


def confirm(client: Client, preview: Any) -> Any:
    """Confirm what the preview shows."""
    form = preview.context["confirm_form"]
    return client.post(reverse("admin:grid_place_process_import"), form.initial)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig"])
def test_a_list_of_places_is_taken_in_whatever_excel_wrote(scene: Scene, encoding: str) -> None:
    client = scene.client("county")
    with undone():
        preview = upload(client, f"code,name\n{TOWN}203,南关村\n{TOWN}203001,第一网格\n", encoding)
        assert not preview.context["result"].has_validation_errors()
        assert not Place.objects.filter(pk=f"{TOWN}203").exists()

        assert confirm(client, preview).status_code == 302
        made = Place.objects.get(pk=f"{TOWN}203001")

    assert (made.name, made.level, made.parent_id) == ("第一网格", 6, f"{TOWN}203")
    assert made.pinyin == "dywg"


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("980101101209,别县村", "980101101209"),
        ("99,改名省", "99"),
        (f"{TOWN}20,半截码", f"{TOWN}20"),
        (f"{COUNTY}199201,无镇之村", f"{COUNTY}199201"),
    ],
)
def test_a_list_cannot_touch_a_place_elsewhere_or_make_one_that_hangs_in_the_air(
    scene: Scene, row: str, fault: str
) -> None:
    with undone():
        preview = upload(scene.client("county"), f"code,name\n{row}\n")

    result = preview.context["result"]
    assert result.has_validation_errors()
    assert fault in str(result.invalid_rows[0].error)
    assert "confirm_form" not in preview.context


def test_a_file_that_is_no_text_is_refused_with_a_sentence(scene: Scene) -> None:
    file = SimpleUploadedFile("places.csv", b"\xff\xff\xff\xff", "text/csv")
    data = {"import_file": file, "format": "0", "resource": "0"}
    with undone():
        found = scene.client("county").post(reverse("admin:grid_place_import"), data)

    assert list(found.context["form"].errors) == ["import_file"]
    assert "GB18030" in str(found.context["form"].errors["import_file"])
    assert "result" not in found.context


def exported(client: Client, name: str, kind: str = "0") -> bytes:
    """Export all rows in scope and return the file."""
    found = client.post(reverse(f"admin:{name}_export"), {"format": kind, "resource": "0"})
    assert found.status_code == 200
    return bytes(found.content)


def test_an_export_runs_no_formula_keeps_codes_and_is_recorded(scene: Scene) -> None:
    names = ['=HYPERLINK("http://x")', "+1", "-1", "@sum", "\tx"]
    client = scene.client("township")
    with undone():
        for n, name in enumerate(names):
            Place.objects.create(code=f"{TOWN}30{n}", name=name, level=5, parent_id=TOWN, pinyin="")
        text = exported(client, "grid_place").decode("utf-8-sig")
        event = Event.objects.get(kind=Event.Kind.EXPORT)

    rows = list(csv.DictReader(io.StringIO(text)))
    code, title = PlaceResource.heading("code"), PlaceResource.heading("name")
    assert {row[title] for row in rows} > {f"'{name}" for name in names[:4]}
    assert not [row for row in rows if row[title].startswith(("=", "+", "-", "@", "\t"))]
    # Of its own area and nothing beside; the long codes stay text.
    assert {row[code].strip()[:9] for row in rows} == {TOWN}
    assert event.actor_id == scene.world.users["township"].pk
    assert event.data["rows"] == len(rows)


def test_an_export_that_comes_back_changes_nothing(scene: Scene) -> None:
    client = scene.client("county")
    with undone():
        Place.objects.create(code=f"{TOWN}300", name="=甲村", level=5, parent_id=TOWN)
        for kind, name in (("0", "places.csv"), ("1", "places.xlsx")):
            file = SimpleUploadedFile(name, exported(client, "grid_place", kind))
            data = {"import_file": file, "format": kind, "resource": "0"}
            result = client.post(reverse("admin:grid_place_import"), data).context["result"]

            totals = {key: n for key, n in result.totals.items() if n}
            assert set(totals) == {"skip"}, name
