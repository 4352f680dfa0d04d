"""Three values of a field: the base, what is known, the file's. Which of them counts."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from returnees.imports.edits import ADDED, UNDO, UNITS, Past, Version, past_of, weigh
from returnees.imports.values import changed

KEYS = ("name", "phone", "remark", "origin", "origin_code", "nat_date", "nat_result")
text = st.sampled_from(["甲", "乙", "丙", None])
values = st.dictionaries(st.sampled_from(KEYS), text)
START = datetime(2021, 2, 8, tzinfo=UTC)


def version(n: int, *, why: str = "", batch: str = "", **said: Any) -> Version:
    return Version(said, START + timedelta(hours=n), "陈包保" if not batch else "", why, batch)


@given(values, values, values)
def test_each_changed_field_has_one_fate(base: Any, known: Any, file: Any) -> None:
    changes = changed(file, known)
    weighed = weigh(changes, known, Past(base))

    fates = [set(weighed.changes), set(weighed.kept), set(weighed.conflicts)]
    assert set().union(*fates) == set(changes)
    assert sum(map(len, fates)) == len(changes)


@given(values, values)
def test_what_nobody_edited_is_news(known: Any, file: Any) -> None:
    changes = changed(file, known)

    assert weigh(changes, known, Past(known)).changes == changes


@given(values, values)
def test_a_file_that_says_what_it_said_before_changes_nothing(known: Any, file: Any) -> None:
    weighed = weigh(changed(file, known), known, Past(file))

    # A field that stands blank and was blank before is the file's to fill.
    assert all(not known.get(key) and not file.get(key) for key in weighed.changes)
    assert weighed.conflicts == {}


@given(values, values, values)
def test_a_value_edited_by_hand_never_goes_unasked(base: Any, known: Any, file: Any) -> None:
    weighed = weigh(changed(file, known), known, Past(base))

    for key in weighed.changes.keys() - ADDED:
        unit = next((unit for unit in UNITS if key in unit), {key})
        assert any(known.get(one) == base.get(one) for one in unit)


@given(st.lists(st.tuples(st.sampled_from("甲乙丙丁"), st.booleans()), min_size=1, max_size=8))
def test_the_base_is_what_the_last_import_put(steps: list[tuple[str, bool]]) -> None:
    versions = [
        version(n, batch="b" if by_list else "", remark=v) for n, (v, by_list) in enumerate(steps)
    ]

    base = past_of(versions).base["remark"]

    expected, last = versions[0].values["remark"], versions[0].values["remark"]
    for one in versions[1:]:
        if one.batch and one.values["remark"] != last:
            expected = one.values["remark"]
        last = one.values["remark"]
    assert base == expected


def test_an_import_of_another_field_is_no_base_for_an_edited_one() -> None:
    past = past_of(
        [
            version(0, batch="a", remark="甲", phone="1"),
            version(1, remark="手改", phone="1"),
            version(2, batch="b", remark="手改", phone="2"),
        ]
    )

    assert past.base == {"remark": "甲", "phone": "2"}
    assert past.edits["remark"].who == "陈包保"


def test_an_import_taken_back_is_no_base() -> None:
    past = past_of(
        [
            version(0, batch="a", remark="甲"),
            version(1, remark="手改"),
            version(2, batch="b", remark="乙"),
            version(3, batch="b", why=UNDO, remark="手改"),
        ]
    )

    assert past.base == {"remark": "甲"}
    assert past.edits["remark"].at == START + timedelta(hours=1)


def test_of_an_export_the_base_is_what_stood_there_then() -> None:
    versions = [
        version(0, batch="a", remark="甲", phone="1"),
        version(1, remark="手改", phone="1"),
        version(5, remark="再改", phone="1"),
    ]

    past = past_of(versions, since=START + timedelta(hours=2))

    assert past.base == {"remark": "手改", "phone": "1"}
    assert past.edits["remark"].at == START + timedelta(hours=5)
