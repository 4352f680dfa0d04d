"""Results of tests as a list: attached to what is owed, corrected, taken back."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from grid.batches.hands import Source, begun, history, touched, touched_in
from grid.batches.kinds import Figure, Frame, Judged, Merged, Touched, Values
from grid.batches.records import RecordKind, plain
from grid.batches.sentences import Messages
from grid.choices import RowAction
from grid.imports.lists import Context
from grid.imports.results import Row
from grid.models import ImportBatch, ImportRow, User
from returnees.choices import TestResult
from returnees.classes import class_title
from returnees.imports.people import people_of, responsible_names
from returnees.imports.tests_book import LabBook, Pick, load
from returnees.imports.tests_list import TESTS
from returnees.imports.tests_values import COLUMNS, as_kept, known_values, report_of, was_of
from returnees.imports.values import key_of_values
from returnees.models import Abnormality, Stage, Test
from returnees.services.laboratory import Was, correct_reports, withdraw_reports, write_reports

LABORATORY = 80
POSITIVE = "result_positive"
FINDS = (TestResult.POSITIVE, TestResult.REFUSED)


class TestsKind(RecordKind):
    """核酸检测结果名单: whose sample, when, what came out."""

    __test__ = False  # not a test case, whatever its name
    name = "tests"
    title = gettext_lazy("Test results")
    spec = TESTS
    model = Test
    shows: ClassVar[tuple[str, ...]] = (
        "name", "id_number", "phone", "sampled_on", "sampled_time", "result", "laboratory",
    )  # fmt: skip
    decides: ClassVar[tuple[str, ...]] = ("result",)
    follows = gettext_lazy(
        "Stages whose tests are all negative close; whoever is positive is handed to the hospital."
    )
    never_compared: ClassVar[frozenset[str]] = frozenset(
        ("id_type", "id_number", "sex", "birth", "seq", "age", "name", "phone", "dest_code",
         "address", "sampled_on", "sampled_time")
    )  # fmt: skip
    read_as: ClassVar[Mapping[str, str]] = {"dest_code": "village", "sampled_time": "sampled_on"}
    messages: ClassVar[Messages] = {
        "person_unknown": (
            "question",
            gettext_noop(
                "Nobody of this ID number or name and phone is registered; register the person, "
                "then decide again."
            ),
        ),
        "person_not_managed": (
            "question",
            gettext_noop(
                "This person is not under management; register the return or the placement, then "
                "decide again."
            ),
        ),
        "person_expected": (
            "question",
            gettext_noop("This person has not arrived; confirm the arrival, then decide again."),
        ),
        "person_elsewhere": (
            "question",
            gettext_noop("Under management in another place; pass the result on to the county."),
        ),
        "result_unclear": (
            "question",
            gettext_noop("The result cannot be read; say which one is meant."),
        ),
        POSITIVE: ("warning", gettext_noop("Positive.")),
        "result_by_hand": (
            "question",
            gettext_noop(
                "Another result of the sample of %(day)s was entered by hand; which one counts?"
            ),
        ),
        "result_corrected": (
            "warning",
            gettext_noop("Corrects the result of the sample of %(day)s."),
        ),
        "test_extra": (
            "note",
            gettext_noop("No test was owed by that day: kept as an additional one."),
        ),
    }

    def values(self, row: Row, context: Context) -> Values:
        """Return what a row says, cut to what is kept."""
        values = super().values(row, context)
        for key, (_column, length) in {**COLUMNS, "laboratory": ("", LABORATORY)}.items():
            if values.get(key):
                values[key] = values[key][:length]
        return values

    def same(self, values: Mapping[str, Any]) -> Hashable | None:
        """Return person and sample: somebody may be tested twice in one list."""
        return self.key_of(values)

    def key_of(self, values: Mapping[str, Any]) -> Hashable | None:
        """Return what tells a sample: the person, and its number or its moment."""
        key = key_of_values(values)
        if key is None:
            return None
        moment = (values.get("sampled_on"), values.get("sampled_time"))
        return (key, values.get("sample_no") or "", *moment)

    def records(self, keys: Collection[Any], home: str, *, lock: bool) -> Mapping[Hashable, Any]:
        """Samples are found by `book` alone: a key does not say which test it is."""
        return {}

    def book(self, values: Sequence[Values], frame: Frame, *, lock: bool = False) -> LabBook:
        """Load persons, episodes and tests, and find the tests that hold these samples."""
        persons = people_of(values, lock=lock)
        book = LabBook(self, frame, {}, persons=persons)
        load(book, values, self.key_of)
        return book

    def known(self, obj: Test) -> Values:
        """Return a result as a row would say it."""
        return known_values(obj)

    def before(self, values: Mapping[str, Any], judged: Judged) -> Values:
        """Return the test and its report as they are."""
        if judged.action == RowAction.CREATE:
            pick: Pick = judged.subject
            was = as_kept(pick.test) if pick.test and pick.test.result != "pending" else None
            return {"extra": pick.test is None, "was": was}
        return {"extra": False, "was": as_kept(judged.subject)}

    def create(
        self, rows: Sequence[tuple[ImportRow, Judged]], frame: Frame, *, by: User | None
    ) -> None:
        """Enter results."""
        reports = [report_of(plain(row), judged.subject, {}) for row, judged in rows]
        tests = write_reports(reports=reports, by=by, now=frame.moment)
        for (row, judged), test in zip(rows, tests, strict=True):
            row.target_key, row.person_key = test.pk, judged.person

    def update(self, merged: Sequence[Merged], frame: Frame, *, by: User | None) -> None:
        """Correct results, or what is noted beside them."""
        reports = []
        for one in merged:
            test: Test = one.judged.subject
            pick = Pick(test.episode, test, test.sampled_at)
            reports.append(report_of(one.changes, pick, one.judged.known))
        correct_reports(reports=reports, by=by, now=frame.moment)

    def touched(self, batch: ImportBatch, rows: Sequence[ImportRow]) -> Touched:
        """Tell it of the tests, and of findings and stages that rest on their results."""
        keys = {row.target_key for row in rows if row.target_key}
        found = touched(batch, Test, keys)
        finds = [row.target_key for row in rows if plain(row).get("result") in FINDS]
        tests = list(Test.objects.filter(pk__in=keys).order_by("pk"))
        since = begun(batch, [(history(Test), "pgh_obj_id", {key: key for key in keys})])
        sources = _one_owner_each(Abnormality, "episode_id", [t for t in tests if t.pk in finds])
        sources += _one_owner_each(Stage, "pgh_obj_id", [test for test in tests if test.stage_id])
        for key, hand in touched_in(batch, sources, since=since).items():
            if key not in found or hand[1] > found[key][1]:
                found[key] = hand
        return found

    def take_back(
        self, batch: ImportBatch, rows: Sequence[ImportRow], frame: Frame, *, by: User | None
    ) -> None:
        """Make tests owed again, put replaced results back, plan anew."""
        made: set[int] = set()
        extra: set[int] = set()
        replaced: dict[int, Was] = {}
        for row in rows:
            if row.target_key is None or row.before is None:
                continue
            if row.before["was"]:
                replaced[row.target_key] = was_of(row.before["was"])
            elif row.action == RowAction.CREATE:
                (extra if row.before["extra"] else made).add(row.target_key)
        # What a row of the same list made and a later one corrected simply goes.
        replaced = {key: was for key, was in replaced.items() if key not in made | extra}
        withdraw_reports(made=made, extra=extra, replaced=replaced, by=by, now=frame.moment)

    def after(self, batch: ImportBatch, *, by: User | None) -> None:
        """Put the number of positive results into the summary."""
        rows = batch.rows.filter(done=True, undone=False).exclude(target_key=None)
        keys = {key for key in rows.values_list("target_key", flat=True) if key}
        positive = Test.objects.filter(pk__in=keys, result=TestResult.POSITIVE).count()
        batch.summary = {**batch.summary, "positive": positive}
        batch.save(update_fields=["summary"])

    def figures(self, batch: ImportBatch) -> Sequence[Figure]:
        """Return the positive results, as the list tells them until they are entered."""
        positive = batch.summary.get("positive")
        if positive is None:
            told = batch.rows.filter(kind="data", problems__contains=[{"code": POSITIVE}])
            positive = told.exclude(action=RowAction.REFUSE).count()
        return [Figure(_("Positive"), positive, "danger", POSITIVE)] if positive else []

    def responsible(self, rows: Sequence[ImportRow]) -> dict[int, str]:
        """Return who answers for each person."""
        return responsible_names(rows)

    def category(self, rows: Sequence[ImportRow]) -> dict[int, str]:
        """Return the class of each person's management period; one query."""
        keys = [row.target_key for row in rows if row.target_key]
        classes = dict(
            Test.objects.filter(pk__in=keys).values_list("pk", "episode__classification")
        )
        return {
            row.number: class_title(classes[row.target_key])
            for row in rows
            if row.target_key in classes
        }


def _one_owner_each(model: type[Any], column: str, tests: Sequence[Test]) -> list[Source]:
    """Return the history of what tests rest on, each source with one test to a row."""
    layers: list[dict[int, int]] = []
    for test in tests:
        key = test.episode_id if column == "episode_id" else test.stage_id or 0
        layer = next((one for one in layers if key not in one), None)
        if layer is None:
            layers.append(layer := {})
        layer[key] = test.pk
    return [(history(model), column, layer) for layer in layers]
