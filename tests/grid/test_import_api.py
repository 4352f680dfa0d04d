"""The API of imports: the conversation of the pages for programs, with the same rights."""

import io
import json
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grid import import_api, import_intake
from grid.batches import checking
from grid.batches.registry import all_kinds, kinds_for
from grid.batches.running import THEN_TASK
from grid.choices import BatchState
from grid.days import today
from grid.models import Event, ImportBatch, User
from returnees.models import Episode
from tests.access.roles import holds
from tests.cast import COUNTY, FAR, GRID, SECOND, TOWN, VILLAGE, World
from tests.factories.lists import HEADINGS, a_line, a_list
from tests.factories.returnees import id_number, in_force

pytestmark = pytest.mark.django_db
JSON = {"content_type": "application/json"}
SHAPE = {"detail", "code"}


@pytest.fixture(autouse=True)
def notice(world: World) -> None:
    in_force()


def signed_in(user: User) -> Client:
    """Return a browser of this user that asks for English sentences."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client


def upload(user: User, content: bytes, name: str = "名单.csv", **data: Any) -> Any:
    """Send a list as a file."""
    file = SimpleUploadedFile(name, content)
    return signed_in(user).post(reverse("api-import-list"), {"file": file, **data})


def sent(user: User, *lines: dict[str, str], **data: Any) -> dict[str, Any]:
    """Send lines that are taken in; return the answer."""
    found = upload(user, a_list(*lines), **data)
    assert found.status_code == 201, found.content
    told: dict[str, Any] = found.json()
    return told


def act(user: User, name: str, pk: str, data: dict[str, Any] | None = None) -> Any:
    url = reverse(f"api-import-{name}", args=[pk])
    return signed_in(user).post(url, data or {}, **JSON)


def rows(user: User, pk: str, query: str = "") -> list[dict[str, Any]]:
    found = signed_in(user).get(reverse("api-import-rows", args=[pk]) + query)
    assert found.status_code == 200, found.content
    results: list[dict[str, Any]] = found.json()["results"]
    return results


def refused(found: Any, status: int, code: str = "") -> dict[str, Any]:
    """Return a refusal, which has the one shape."""
    assert found.status_code == status, found.content
    told: dict[str, Any] = found.json()
    assert SHAPE <= set(told) <= SHAPE | {"fields"}
    assert told["detail"]
    assert not code or told["code"] == code
    return told


# -------- sending


def test_a_file_is_checked_and_waits_for_the_confirmation(world: World) -> None:
    told = sent(world.township, a_line(1), a_line(2, 返乡时间="2021.1.32"), place=TOWN)

    batch = ImportBatch.objects.get(pk=told["id"])
    assert (told["state"], told["list"], told["place"]) == ("checked", "returnees", TOWN)
    assert told["file_name"] == "名单.csv"
    assert (told["figures"]["created"], told["figures"]["invalid"]) == (1, 1)
    assert told["understood"]["encoding"] == "gb18030"
    assert (batch.uploaded_by, batch.as_of) == (world.township, today())
    assert told["uploaded_by_name"] == world.township.name
    assert not Episode.objects.exists()


def test_the_place_is_the_users_own_where_that_is_one(world: World) -> None:
    assert sent(world.township, a_line(1))["place"] == TOWN
    assert sent(world.head, a_line(1))["place"] == VILLAGE
    assert sent(world.county, a_line(1))["place"] == COUNTY
    said = refused(upload(world.worker, a_list(a_line(1))), 409)
    assert "Say which place" in said["detail"]


def test_a_pasted_chain_is_a_list_too(world: World) -> None:
    text = f"#接龙 今晚返乡\n1. 何田 {id_number(3)} 15400020002 海岳省临沧湾市望潮区 东关村 "
    text += f"{today():%m月%d日}\n"
    found = signed_in(world.head).post(reverse("api-import-list"), {"text": text}, **JSON)

    assert found.status_code == 201, found.content
    assert found.json()["figures"]["rows"] == 1
    assert found.json()["understood"]["form"] == "chain"


def test_with_mode_commit_what_is_certain_is_written_at_once(world: World) -> None:
    told = sent(world.head, a_line(1), a_line(2, 返乡时间="x"), mode="commit")

    assert (told["state"], told["figures"]["created"]) == ("committed", 1)
    assert Episode.objects.count() == 1


def test_with_mode_validate_it_can_never_be_committed(world: World) -> None:
    told = sent(world.head, a_line(1), mode="validate")

    said = refused(act(world.head, "confirm", told["id"]), 409, "refused")
    assert told["options"]["validate_only"]
    assert "checked only" in said["detail"]
    assert not Episode.objects.exists()


def test_a_whole_list_is_refused_while_a_row_is_bad(world: World) -> None:
    content = a_list(a_line(1), a_line(2, 返乡时间="x"))

    refused(upload(world.head, content, mode="commit", whole="true"), 409)

    assert not Episode.objects.exists()


def test_required_columns_nobody_knows_are_named_and_a_mapping_says_which_they_are(
    world: World,
) -> None:
    content = a_list(a_line(1)).decode("gb18030").replace("返乡时间", "几时动身").encode()

    told = upload(world.head, content).json()
    (said,) = [one for one in told["understood"]["problems"] if one["code"] == "column_sought"]
    assert (said["params"]["columns"], said["params"]["unknown"]) == ("返乡时间", "几时动身")
    assert [one["label"] for one in told["understood"]["questions"]] == ["几时动身"]

    found = refused(upload(world.head, content, mode="commit"), 409)
    assert found["detail"] == said["message"]
    assert not Episode.objects.exists()

    mapping = json.dumps({"columns": {"几时动身": "return_date"}})
    told = upload(world.head, content, mode="commit", mapping=mapping).json()
    assert (told["state"], told["figures"]["created"]) == ("committed", 1)


def test_the_day_and_the_options_are_those_sent(world: World) -> None:
    told = sent(world.head, a_line(1, 返乡时间="2.9"), as_of="2021-02-08", overwrite="true")

    assert told["as_of"] == "2021-02-08"
    assert told["options"]["overwrite"]
    assert not told["options"]["whole"]
    assert rows(world.head, told["id"])[0]["values"]["return_date"] == "2021-02-09"


def book_of(**sheets: list[dict[str, str]]) -> bytes:
    """Return a workbook with these sheets."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        sheet.append(HEADINGS)
        for line in lines:
            sheet.append([line.get(heading, "") for heading in HEADINGS])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_another_sheet_can_be_named(world: World) -> None:
    content = book_of(甲=[a_line(1)], 乙=[a_line(2), a_line(3)])

    told = upload(world.head, content, "名单.xlsx", sheet="乙").json()

    assert (told["sheet"], told["understood"]["sheet"], told["figures"]["rows"]) == ("乙", "乙", 2)
    said = refused(upload(world.head, content, "名单.xlsx", sheet="丙"), 400, "sheet_missing")
    assert "丙" in said["detail"]


def test_a_mapping_says_how_columns_and_values_are_read(world: World) -> None:
    content = a_list(a_line(1, 交通方式="三轮")).decode("gb18030").replace("备注", "啥").encode()
    mapping = {"columns": {"啥": "remark"}, "values": {"transport": {"三轮": "other"}}}

    found = upload(world.head, content, mapping=json.dumps(mapping))

    assert found.status_code == 201, found.content
    fed = {one["label"]: one["field"] for one in found.json()["understood"]["columns"]}
    assert fed["啥"] == "remark"
    (row,) = rows(world.head, found.json()["id"])
    assert "value_unknown" not in {one["code"] for one in row["problems"]}
    assert "transport" in row["values"]


def test_a_mapping_to_a_field_there_is_not_is_refused_by_name(world: World) -> None:
    mapping = json.dumps({"columns": {"备注": "shoe_size"}})

    assert (
        "shoe_size"
        in refused(upload(world.head, a_list(a_line(1)), mapping=mapping), 409)["detail"]
    )


def test_a_large_list_is_checked_and_then_committed_by_workers(
    world: World, monkeypatch: Any, django_capture_on_commit_callbacks: Any
) -> None:
    queued: list[tuple[str, list[Any]]] = []
    monkeypatch.setattr(checking, "SMALL", 10)
    monkeypatch.setattr(import_intake, "send", lambda task, args: queued.append((task, args)))
    monkeypatch.setattr("grid.batches.running.send", lambda task, args: queued.append((task, args)))

    with django_capture_on_commit_callbacks(execute=True):
        found = upload(world.head, a_list(a_line(1)), mode="commit")

    batch = ImportBatch.objects.get()
    assert (found.status_code, found.json()["state"]) == (202, "checking")
    assert [task for task, _args in queued] == ["grid.import_check", THEN_TASK]
    call = {"batch": str(batch.pk), "user": world.head.pk}
    assert import_intake.then_commit(**call) is False, "it is still being checked"
    checking.check_queued(**call)
    assert import_intake.then_commit(**call) is True
    batch.refresh_from_db()
    assert (batch.state, batch.committed_by) == (BatchState.COMMITTED, world.head)
    assert import_intake.then_commit(**call) is True, "a message that comes twice does nothing"


def test_what_a_worker_may_not_commit_waits_and_says_why(world: World) -> None:
    told = sent(world.head, a_line(1), a_line(2, 返乡时间="x"), whole="true")

    assert import_intake.then_commit(batch=told["id"], user=world.head.pk)

    now = signed_in(world.head).get(reverse("api-import-detail", args=[told["id"]])).json()
    assert (now["state"], bool(now["error"])) == ("checked", True)


# -------- what cannot be sent


def test_what_is_wrong_with_a_request_is_said_field_by_field(world: World) -> None:
    url, client = reverse("api-import-list"), signed_in(world.head)

    def fields(data: dict[str, Any]) -> dict[str, Any]:
        told: dict[str, Any] = refused(client.post(url, data, **JSON), 400, "invalid")["fields"]
        return told

    assert list(fields({})) == ["file"]
    assert list(fields({"text": "x", "list": "nothing"})) == ["list"]
    assert list(fields({"text": "x", "mode": "perhaps"})) == ["mode"]
    assert list(fields({"text": "x", "as_of": "morgen"})) == ["as_of"]
    assert list(fields({"text": "x", "mapping": {"columns": 3}})) == ["mapping"]
    assert list(fields({"text": "x" * 200_001})) == ["text"]
    both = upload(world.head, b"x", text="y")
    assert list(refused(both, 400)["fields"]) == ["file"]
    assert ImportBatch.objects.count() == 0


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        ("姓名,年龄\n甲,3".encode(), "column_missing"),
        (b"just a line of text", "header_not_found"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "file_encrypted_or_old"),
    ],
)
def test_a_file_that_is_no_use_is_400_with_its_own_code(
    world: World, content: bytes, code: str
) -> None:
    refused(upload(world.head, content), 400, code)

    assert not ImportBatch.objects.exists()


def test_a_body_that_is_no_json_is_refused_in_the_same_shape(world: World) -> None:
    found = signed_in(world.head).post(reverse("api-import-list"), "{", **JSON)

    refused(found, 400, "parse_error")


def test_a_place_of_another_level_is_refused(world: World) -> None:
    said = refused(upload(world.worker, a_list(a_line(1)), place=GRID), 400)

    assert "第一网格" in said["detail"]


ROLES = ["worker", "cadre", "head", "township", "leader", "supervisor", "county", "neighbour"]


@pytest.mark.parametrize("who", [*ROLES, "clerk"])
def test_who_may_import_may_send_a_list_for_the_own_place_alone(world: World, who: str) -> None:
    own = {"worker": VILLAGE, "neighbour": FAR, "township": TOWN, "county": COUNTY}
    found = upload(world.users[who], a_list(a_line(1)), place=own.get(who, VILLAGE))

    if who == "worker":
        refused(found, 404, "not_found")  # a grid worker has a grid, lists are for villages
    elif holds(who, "import"):
        assert found.status_code == 201, found.content
    else:
        refused(found, 403, "permission_denied")
    assert ImportBatch.objects.exists() == (found.status_code == 201)


def test_a_place_may_be_given_with_the_zeros_of_the_national_code(world: World) -> None:
    told = sent(world.township, a_line(1), place=f"{TOWN}000")

    assert told["place"] == TOWN


def test_a_place_elsewhere_does_not_exist(world: World) -> None:
    refused(upload(world.head, a_list(a_line(1)), place=SECOND), 404, "not_found")
    refused(upload(world.township, a_list(a_line(1)), place="77"), 404, "not_found")


def test_too_many_uploads_are_held_back(world: World, monkeypatch: Any) -> None:
    monkeypatch.setattr(import_api, "PER_HOUR", 1)
    monkeypatch.setattr(import_api, "too_many", counting())

    sent(world.head, a_line(1))

    refused(upload(world.head, a_list(a_line(2))), 429, "throttled")
    assert ImportBatch.objects.count() == 1


def counting() -> Any:
    """Return a counter in the place of the cache's, which other tests share."""
    met: list[str] = []

    def too_many(_request: Any, what: str, per_hour: int) -> bool:
        met.append(what)
        return len(met) > per_hour

    return too_many


# -------- looking


def test_imports_are_listed_the_newest_first_and_narrowed(world: World) -> None:
    first, second = sent(world.head, a_line(1)), sent(world.township, a_line(2))
    client = signed_in(world.township)

    def ids(query: str = "") -> list[str]:
        found = client.get(reverse("api-import-list") + query)
        assert found.status_code == 200, found.content
        return [one["id"] for one in found.json()["results"]]

    assert set(ids()) == {first["id"], second["id"]}
    assert ids(f"?under={VILLAGE}") == [first["id"]]
    assert ids("?state=committed") == []
    assert ids("?list=households") == []
    assert len(ids("?q=名单")) == 2
    refused(client.get(reverse("api-import-list") + "?state=gone"), 400)
    assert signed_in(world.neighbour).get(reverse("api-import-list")).json()["results"] == []


def test_rows_come_masked_in_the_order_of_the_file(world: World) -> None:
    lines = [a_line(1), a_line(2, 目的地社区村="无此村"), a_line(3, 返乡时间="x")]
    told = sent(world.township, *lines)

    found = rows(world.township, told["id"], "?kind=data")

    assert [row["number"] for row in found] == [2, 3, 4]
    assert [row["action"] for row in found] == ["create", "refuse", "refuse"]
    assert found[0]["values"]["name"] == lines[0]["姓名"]
    assert found[0]["values"]["dest_code"].startswith("东关村")
    text = json.dumps(found, ensure_ascii=False)
    assert lines[0]["身份证号"] not in text
    assert lines[0]["联系电话"] not in text
    assert [one["code"] for one in found[2]["problems"]] == ["date_unparseable"]


def test_rows_are_narrowed_and_paged(world: World) -> None:
    told = sent(world.head, a_line(1), a_line(2), a_line(3, 返乡时间="x"))

    assert [row["number"] for row in rows(world.head, told["id"], "?action=refuse")] == [4]
    assert [row["number"] for row in rows(world.head, told["id"], "?code=date_unparseable")] == [4]
    assert [row["kind"] for row in rows(world.head, told["id"], "?kind=header")] == ["header"]
    client = signed_in(world.head)
    url = reverse("api-import-rows", args=[told["id"]])
    first = client.get(f"{url}?kind=data&page_size=2").json()
    assert [row["number"] for row in first["results"]] == [2, 3]
    assert [row["number"] for row in client.get(first["next"]).json()["results"]] == [4]
    refused(client.get(f"{url}?action=perhaps"), 400)


def test_the_number_of_queries_does_not_grow_with_the_rows(world: World) -> None:
    few = sent(world.head, a_line(1))
    many = sent(world.head, *(a_line(n) for n in range(2, 22)))

    def asked(pk: str) -> int:
        client = signed_in(world.head)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("api-import-rows", args=[pk]))
        return len(queries)

    assert asked(few["id"]) == asked(many["id"])


def test_the_declared_lists_are_named_with_their_headings(world: World) -> None:
    found = signed_in(world.head).get(reverse("api-import-lists")).json()

    assert [one["name"] for one in found] == [kind.name for kind in kinds_for(world.head)]
    whole = signed_in(world.township).get(reverse("api-import-lists")).json()
    assert [one["name"] for one in whole] == [kind.name for kind in all_kinds()]
    (returnees,) = [one for one in found if one["name"] == "returnees"]
    fields = {field["key"]: field for field in returnees["list_fields"]}
    assert fields["id_number"]["required"]
    assert "身份证号" in fields["id_number"]["headings"]
    assert "negative" in fields["nat_result"]["choices"]
    refused(signed_in(world.leader).get(reverse("api-import-lists")), 403)


# -------- acting


def test_a_checked_list_is_confirmed_and_taken_back(world: World) -> None:
    told = sent(world.head, a_line(1), a_line(2))

    done = act(world.head, "confirm", told["id"]).json()
    assert (done["state"], done["figures"]["created"]) == ("committed", 2)
    assert Episode.objects.count() == 2
    refused(act(world.head, "confirm", told["id"]), 409, "refused")

    back = act(world.head, "undo", told["id"]).json()
    assert (back["state"], back["left"]) == ("undone", [])
    assert not Episode.objects.exists()
    refused(act(world.head, "undo", told["id"]), 409, "refused")


def test_a_checked_list_is_put_away(world: World) -> None:
    told = sent(world.head, a_line(1))

    assert act(world.head, "cancel", told["id"]).json()["state"] == "discarded"
    refused(act(world.head, "cancel", told["id"]), 409, "refused")


def test_what_runs_is_asked_to_stop(world: World) -> None:
    told = sent(world.head, a_line(1))
    ImportBatch.objects.update(state=BatchState.COMMITTING)

    assert act(world.head, "cancel", told["id"]).status_code == 200

    assert ImportBatch.objects.get().cancel_asked


def twins() -> list[dict[str, str]]:
    """Return lines of one person in two villages: the second asks."""
    return [a_line(1), a_line(1, 目的地社区村="西关村", 序号="2")]


def test_a_waiting_row_is_decided(world: World) -> None:
    told = sent(world.township, *twins())
    (asks,) = rows(world.township, told["id"], "?action=ask")

    decided = act(
        world.township, "decide", told["id"], {"rows": [asks["number"]], "action": "skip"}
    )

    assert decided.status_code == 200, decided.content
    assert (decided.json()["figures"]["waiting"], decided.json()["figures"]["skipped"]) == (0, 1)
    again = act(world.township, "decide", told["id"], {"rows": [asks["number"]], "action": "skip"})
    refused(again, 409, "refused")


def test_many_rows_are_decided_at_once_all_or_none(world: World) -> None:
    lines = [*twins(), a_line(5), a_line(5, 目的地社区村="西关村", 序号="9")]
    told = sent(world.township, *lines)
    numbers = [row["number"] for row in rows(world.township, told["id"], "?action=ask")]
    assert len(numbers) == 2

    wrong = act(world.township, "decide", told["id"], {"rows": [*numbers, 2], "action": "skip"})
    refused(wrong, 409)
    assert len(rows(world.township, told["id"], "?action=ask")) == 2
    done = act(world.township, "decide", told["id"], {"rows": numbers, "action": "skip"})
    assert done.json()["figures"]["skipped"] == 2


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"action": "skip"}, "rows"),
        ({"rows": [], "action": "skip"}, "rows"),
        ({"rows": [2], "action": "burn"}, "action"),
        ({"rows": [2, 3], "action": "create", "values": {"dest_code": VILLAGE}}, "values"),
    ],
)
def test_a_decision_that_is_none_is_refused_by_field(
    world: World, data: dict[str, Any], field: str
) -> None:
    told = sent(world.head, a_line(1))

    assert list(refused(act(world.head, "decide", told["id"], data), 400)["fields"]) == [field]


def test_a_row_that_is_not_there_is_404(world: World) -> None:
    told = sent(world.head, a_line(1))

    refused(act(world.head, "decide", told["id"], {"rows": [99], "action": "skip"}), 404)


# -------- downloads


def test_the_answer_is_the_file_with_the_fate_of_each_row_and_on_the_record(world: World) -> None:
    content = book_of(甲=[a_line(1), a_line(2, 返乡时间="x")])
    told = upload(world.head, content, "名单.xlsx").json()

    found = act(world.head, "answer", told["id"])

    assert found.status_code == 200, found.content
    sheet = openpyxl.load_workbook(io.BytesIO(found.content)).worksheets[0]
    assert sheet.max_column > len(HEADINGS)
    assert sheet.max_row == 3
    event = Event.objects.get(kind=Event.Kind.EXPORT)
    assert (event.actor_id, event.data["full"]) == (world.head.pk, True)


def test_the_problems_come_as_json_csv_or_workbook_and_on_the_record(world: World) -> None:
    told = sent(world.head, a_line(1), a_line(2, 返乡时间="x"))

    found = act(world.head, "problems", told["id"]).json()["problems"]
    assert [(one["row"], one["code"]) for one in found] == [(3, "date_unparseable")]
    table = act(world.head, "problems", told["id"], {"kind": "csv"})
    assert "date_unparseable" in table.content.decode("utf-8-sig")
    book = act(world.head, "problems", told["id"], {"kind": "xlsx"})
    assert openpyxl.load_workbook(io.BytesIO(book.content)).worksheets[0].max_row == 2
    assert Event.objects.filter(kind=Event.Kind.EXPORT).count() == 3
    refused(act(world.head, "problems", told["id"], {"kind": "pdf"}), 400)


def test_the_list_of_somebody_else_is_given_to_those_who_may_export(world: World) -> None:
    told = sent(world.township, a_line(1), place=VILLAGE)

    refused(act(world.cadre, "answer", told["id"]), 403)
    refused(act(world.cadre, "problems", told["id"]), 403)
    assert act(world.head, "problems", told["id"]).status_code == 200
    refused(act(world.head, "answer", told["id"]), 403)
    assert act(world.county, "answer", told["id"]).status_code == 200


# -------- rights

ACTS = ["confirm", "cancel", "undo", "decide", "answer", "problems"]


@pytest.mark.parametrize("name", [*ACTS, "detail", "rows"])
def test_an_import_elsewhere_does_not_exist_and_needs_the_right_to_import(
    world: World, name: str
) -> None:
    told = sent(world.head, a_line(1))

    def answer(user: User) -> Any:
        url = reverse(f"api-import-{name}", args=[told["id"]])
        client = signed_in(user)
        return client.post(url, {}, **JSON) if name in ACTS else client.get(url)

    refused(answer(world.neighbour), 404, "not_found")
    refused(answer(world.clerk), 404, "not_found")
    refused(answer(world.leader), 403, "permission_denied")
    refused(answer(world.supervisor), 403, "permission_denied")
    assert Client().get(reverse("api-import-list")).status_code == 403


def test_an_id_that_is_none_is_404(world: World) -> None:
    assert signed_in(world.head).get("/api/imports/nothing/").status_code == 404
