"""Lists nobody has seen before are understood by rule: every row, verdict and value is known."""

import pytest

from tests.grid.imports.inventing import Inventor
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
