"""Lists nobody has seen before are understood by rule: every row, verdict and value is known."""

import pytest

from tests.grid.imports.inventing import Inventor
from tests.grid.imports.inventing_forms import FormInventor
from tests.grid.imports.realities import HABITS
from tests.grid.imports.world import read


@pytest.mark.parametrize("seed", range(40))
def test_an_invented_list_is_understood(seed):
    invented = Inventor(seed).run()
    understood, rows = read(invented.data)
    told = [p.column for p in understood.problems if p.code == "column_unknown"]
    assert sorted(label.split("/")[-1] for label in told) == sorted(invented.unknown)
    assert not understood.questions
    assert len(rows) == len(invented.truth)
    for row in rows:
        kind, good, values = invented.truth[row.number]
        assert row.kind == kind, (row.number, row.raw)
        if kind != "data":
            continue
        assert (row.verdict != "error") is good, (row.raw, row.problems)
        found = {key: row.values[key] for key in values}
        assert found == values, row.raw
        assert all(row.raw[label] == "甲" for label in told)


@pytest.mark.parametrize("seed", range(220))
def test_an_invented_form_is_understood_row_by_row(seed):
    form = FormInventor(seed).run()
    understood, rows = read(form.data)
    assert not understood.questions, understood.questions
    found = {row.number: row for row in rows}
    for number, (kind, codes, values) in form.truth.items():
        row = found.get(number)
        if row is None:
            assert kind == "blank"  # blank rows at the end of a sheet
            continue
        assert row.kind == kind, (number, row.raw)
        if kind != "data":
            continue
        told = {p.code for p in row.problems if p.severity != "note"}
        assert told == codes, (row.raw, codes)
        assert {key: row.values[key] for key in values} == values, row.raw


def test_every_habit_is_met_in_these_forms():
    met = {habit for seed in range(60) for habit in FormInventor(seed).run().habits}
    assert met == {habit.__name__ for habit in HABITS}
