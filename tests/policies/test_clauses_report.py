"""The report of proven clauses reads the marks from the source and refuses wrong ones."""

from pathlib import Path

import pytest

from tests.clauses_report import CATALOGUE, catalogue, main

CSV = "id,class,paraphrase\nJY-1d,core,x\nJY-1e,core,x\nJY-3a,wider,x\nJY-6a,out,x\n"


def report(tmp_path: Path, mark: str) -> int:
    tree = tmp_path / "tests"
    tree.mkdir()
    (tree / "test_one.py").write_text(f"import pytest\n\n@pytest.mark.{mark}\ndef test(): ...\n")
    (tmp_path / "clauses.csv").write_text(CSV)
    return main(tree, tmp_path / "clauses.csv")


def test_proven_and_unproven_clauses_are_listed_by_class(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = report(tmp_path, 'clause("JY-1d", "A-37", "C-2")')

    out = capsys.readouterr().out
    assert code == 0
    assert "core: 1 of 2 proven\n  proven:   JY-1d\n  unproven: JY-1e" in out
    assert "readings: 2 proven\n  proven:   A-37 C-2" in out


@pytest.mark.parametrize(
    ("mark", "sentence"),
    [
        ('clause("JY-99z")', "tests/test_one.py:3: JY-99z is neither in docs/clauses.csv"),
        ('clause("JY-1d", "JY-1e", "JY-3a", "A-01")', "names 4 clauses; give at most 3"),
        ("clause()", "the mark names no clause"),
        ("clause(*IDS)", "write the ids as plain texts"),
    ],
)
def test_a_wrong_mark_fails_the_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], mark: str, sentence: str
) -> None:
    code = report(tmp_path, mark)

    assert code == 1
    assert sentence in capsys.readouterr().err


def test_the_catalogue_is_complete_and_of_three_classes() -> None:
    known = catalogue(CATALOGUE)

    counts = [sum(1 for one in known.values() if one == name) for name in ("core", "wider", "out")]
    assert counts == [115, 195, 59]
