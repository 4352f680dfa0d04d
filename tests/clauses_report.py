"""Which clauses of docs/clauses.csv a test proves, by class, and which none does.

Run as `python tests/clauses_report.py` (`make clauses`). The marks `@pytest.mark.clause("JY-2d")`
are read from the source, so nothing is imported and nothing runs. Exit 1 when a mark names an id
that neither stands in the csv nor is a reading (A-01, C-1), or names more than three.
"""

import ast
import csv
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "docs" / "clauses.csv"
CLASSES = ("core", "wider", "out")
READING = re.compile(r"(A-\d{2}|C-\d{1,2})")
MOST_IDS = 3


@dataclass(frozen=True, slots=True)
class Mark:
    """One clause mark: the ids it names, and where it stands."""

    ids: tuple[str, ...]
    where: str
    readable: bool = True


def marks_in(tree: Path) -> Iterator[Mark]:
    """Yield every clause mark below a folder, from the source alone."""
    for path in sorted(tree.rglob("*.py")):
        if path == Path(__file__).resolve():
            continue
        source = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
        for node in ast.walk(source):
            if isinstance(node, ast.Call) and _is_clause_mark(node.func):
                ids = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
                plain = len(ids) == len(node.args) and not node.keywords
                words = tuple(str(value) for value in ids)
                yield Mark(words, f"{path.relative_to(tree.parent)}:{node.lineno}", readable=plain)


def _is_clause_mark(func: ast.expr) -> bool:
    return (
        isinstance(func, ast.Attribute)
        and func.attr == "clause"
        and isinstance(func.value, ast.Attribute)
        and func.value.attr == "mark"
    )


def catalogue(path: Path) -> dict[str, str]:
    """Return the class of every clause id."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row["class"] for row in csv.DictReader(file)}


def faults_of(marks: list[Mark], known: dict[str, str]) -> list[str]:
    """Return one sentence for each mark that cannot be right."""
    faults = []
    for mark in marks:
        if not mark.readable:
            faults.append(f"{mark.where}: write the ids as plain texts in the mark.")
        elif not mark.ids:
            faults.append(f"{mark.where}: the mark names no clause; name one to three.")
        elif len(mark.ids) > MOST_IDS:
            faults.append(
                f"{mark.where}: the mark names {len(mark.ids)} clauses; "
                f"give at most {MOST_IDS} and split the test."
            )
        faults += [
            f"{mark.where}: {one} is neither in docs/clauses.csv nor a reading such as A-11."
            for one in mark.ids
            if one not in known and not READING.fullmatch(one)
        ]
    return faults


def table(marks: list[Mark], known: dict[str, str]) -> Iterator[str]:
    """Yield the report: per class how many clauses are proven, then the ids."""
    proven = {one for mark in marks for one in mark.ids}
    for name in CLASSES:
        ids = [one for one, its in known.items() if its == name]
        yes = [one for one in ids if one in proven]
        no = [one for one in ids if one not in proven]
        yield f"{name}: {len(yes)} of {len(ids)} proven"
        yield f"  proven:   {' '.join(yes) or '-'}"
        yield f"  unproven: {' '.join(no) or '-'}"
    readings = sorted(one for one in proven if READING.fullmatch(one))
    yield f"readings: {len(readings)} proven"
    yield f"  proven:   {' '.join(readings) or '-'}"


def main(tree: Path = ROOT / "tests", csv_path: Path = CATALOGUE) -> int:
    """Print the report and the faults; return the exit code."""
    known = catalogue(csv_path)
    marks = list(marks_in(tree))
    for line in table(marks, known):
        sys.stdout.write(line + "\n")
    faults = faults_of(marks, known)
    for fault in faults:
        sys.stderr.write(fault + "\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
