"""The main road: from a messy list to the cadre's phone, and back."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from grid.choices import BatchState
from grid.days import today
from grid.models import ImportBatch, Person
from returnees.models import Episode, HealthLog
from schedules.choices import Evidence, TaskState
from schedules.models import Task
from tests.cast import TOWN
from tests.journeys import lists

CLASS = "JY.KEYCONCERN"


@pytest.fixture
def upload(county):
    """The messy list as a file to choose."""
    content = lists.as_csv(lists.messy_rows(county, today()))
    return SimpleUploadedFile("返乡人员晚报.csv", content, "text/csv")


@pytest.fixture
def imported(county, browse, upload):
    """The township admin's browser, at the batch that was just confirmed."""
    admin = browse(county.township)
    admin.open(reverse("import-new")).send(file=upload, place=TOWN)
    batch = ImportBatch.objects.get()
    return admin.send(reverse("import-confirm", args=[batch.pk]))


def actions(batch):
    return {row.number: row.action for row in batch.rows.filter(kind="data")}


def codes(batch, line):
    return [one["code"] for one in batch.rows.get(number=line).problems]


@pytest.mark.smoke
def test_a_list_is_checked_row_by_row_before_anything_is_written(county, browse, upload):
    admin = browse(county.township)

    admin.open(reverse("import-new")).send(file=upload, place=TOWN)

    batch = ImportBatch.objects.get()
    assert batch.understood["encoding"].lower() == "gb18030"
    assert actions(batch) == {
        lists.OK: "create",
        lists.BAD: "refuse",
        lists.DOUBTFUL: "create",
        lists.AGAIN: "unchanged",
        lists.SECOND: "create",
    }
    assert codes(batch, lists.BAD) == ["id_checksum"]
    assert codes(batch, lists.DOUBTFUL) == ["phone_several"]
    assert [admin.tile(f"show={key}") for key in ("all", "create", "unchanged", "refuse")] == [
        5, 3, 1, 1,
    ]  # fmt: skip
    assert "check digit" in admin.text()
    assert not Episode.objects.exists()


@pytest.mark.smoke
@pytest.mark.usefixtures("at_noon")
def test_a_confirmed_list_reaches_the_cadre_and_moves_the_overview(county, imported, browse):
    assert ImportBatch.objects.get().state == BatchState.COMMITTED
    episode = Episode.objects.get(person=county.person)
    assert (episode.classification, episode.responsible) == (CLASS, county.worker)

    # the list of returnees shows them with their class
    imported.open(imported.links("?batch=")[0])
    rows = imported.table()
    assert len(rows) == Episode.objects.count() == 3
    assert "areas of key concern" in rows[county.person.name]

    # the person's page says what awaits, and which clause says so
    worker = browse(county.worker).open(reverse("person", args=[county.person.pk]))
    plan = " ".join(worker.page.find(id="plan").parent.get_text(" ").split())
    assert all(stage.clause in plan for stage in episode.stages.all())
    assert episode.plan["why"][0]["quote"] in plan

    # the worker's day has the tasks; a health log closes its own and no other
    worker.open(reverse("home"))
    assert worker.address == reverse("today")
    link = worker.links(f"/episodes/{episode.pk}/health/")
    assert link
    check = Task.objects.get(episode=episode, duty__evidence=Evidence.HEALTH_LOG, due_day=today())
    others = list(
        Task.objects.filter(episode=episode, state=TaskState.PENDING).exclude(pk=check.pk)
    )
    board = browse(county.township).open(reverse("dashboard", args=[TOWN]))
    before = checks_of(board)
    worker.open(link[0]).send(temperature="36。6", no_symptoms="1")
    check.refresh_from_db()
    assert check.state == TaskState.DONE
    assert HealthLog.objects.get(episode=episode).logged_by == county.worker
    assert all(Task.objects.get(pk=task.pk).is_pending for task in others)
    assert f"{county.person.name}: 36.6 °C, logged" in worker.text()
    board.open(reverse("dashboard", args=[TOWN]))
    assert checks_of(board) == (before[0] + 1, before[1])


def checks_of(board):
    """Return health checks done and due of the township, as the overview shows them."""
    done = next(int(a.text) for a in board.page.select("tfoot a") if "state=done_any" in a["href"])
    due = next(int(a.text) for a in board.page.select("tfoot a") if "state=owed" in a["href"])
    return done, due


# What was done since the import is told by the history, whose clock is the transaction's.
@pytest.mark.django_db(transaction=True)
def test_an_import_taken_back_leaves_what_somebody_worked_with(county, imported, browse):
    episode = Episode.objects.get(person=county.person)
    address = imported.address
    browse(county.worker).open(reverse("health-log", args=[episode.pk])).send(
        temperature="36.5", no_symptoms="1"
    )

    batch = ImportBatch.objects.get()
    imported.open(address).send(reverse("import-undo", args=[batch.pk]))

    batch.refresh_from_db()
    assert batch.state == BatchState.UNDONE
    assert [(one["row"], one["who"]) for one in batch.summary["left"]] == [
        (lists.OK, county.worker.name)
    ]
    assert list(Episode.objects.all()) == [episode]
    assert list(Person.objects.all()) == [county.person]
    assert HealthLog.objects.filter(episode=episode).exists()
    assert f"{lists.OK} {county.worker.name}" in imported.text()


def test_the_same_list_again_changes_nothing(county, imported, upload):
    before = list(Episode.objects.values_list("pk", "revision"))
    upload.seek(0)

    imported.open(reverse("import-new")).send(file=upload, place=TOWN)

    second = ImportBatch.objects.latest("uploaded_at")
    assert set(actions(second).values()) == {"unchanged", "refuse"}
    imported.send(reverse("import-confirm", args=[second.pk]))
    assert list(Episode.objects.values_list("pk", "revision")) == before
