"""What the commands do around check and commit: which list, for which place, the answer."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.batches.checking import check_file
from grid.batches.committing import commit_batch
from grid.batches.kinds import ListKind
from grid.batches.mappings import refuse_missing
from grid.batches.running import BatchRefusedError
from grid.batches.summary import row_problems
from grid.choices import CODE_LENGTHS, LEVEL_OF_LENGTH, Level
from grid.errors import Refused
from grid.imports.results import UnreadableFileError
from grid.imports.understanding import understand
from grid.models import ImportBatch, Place, Post, User
from grid.scope import active_on

SAMPLE = 2000  # rows that tell which county a list is about
MOST_OF = 0.8
COUNTY = CODE_LENGTHS[Level.COUNTY]
FIGURES = ("rows", "created", "updated", "unchanged", "duplicates", "waiting", "invalid", "batch")
BATCHES = 2000


class PlaceUnclearError(Refused):
    """Neither the posts nor the list say which place it is for."""


class NobodyNamedError(Refused):
    """There is no such user."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import came to: the contract's figures and problems.

    `left` says why a checked list was not written; empty where it was, or was not to be.
    """

    figures: dict[str, Any]
    problems: list[dict[str, Any]]
    dry_run: bool = False
    checked_only: bool = False
    left: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the contract's object."""
        return {**{name: self.figures[name] for name in FIGURES}, "problems": self.problems}

    def as_line(self) -> str:
        """Return the figures in one line."""
        line = ", ".join(f"{self.figures[word]} {word}" for word in FIGURES[:-1])
        kept = " (dry run: nothing kept)" if self.dry_run else ""
        kept = kept or (" (checked only: nothing written)" if self.checked_only else "")
        return f"{line}; batch {self.figures['batch']}{kept}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a command was asked: the list, the file, and how to take it."""

    kind: ListKind
    file: Path
    place: str = ""
    user: str = ""
    as_of: date | None = None
    sheet: str = ""
    dry_run: bool = False
    options: Mapping[str, bool] | None = None


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the arguments that every import command takes."""
    parser.add_argument("--place", metavar="CODE", default="", help="the list's place")
    parser.add_argument("--user", metavar="NAME", default="", help="who imports: name or phone")
    parser.add_argument(
        "--as-of", metavar="DATE", type=day, help="the day on which it is judged (today)"
    )
    parser.add_argument("--dry-run", action="store_true", help="check only, change nothing")
    parser.add_argument("--json", metavar="OUT", type=Path, help="write the summary there")


def day(text: str) -> date:
    """Return a day written as 2021-02-08."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text} is no day; write it as 2021-02-08.") from error


def run(wanted: Wanted, *, out: Path | None, say: Callable[[str], Any]) -> Imported:
    """Import a list as asked, and write the summary; what cannot be used is a CommandError."""
    try:
        content = wanted.file.read_bytes()
        by = user_named(wanted.user)
        place = place_for(content, kind=wanted.kind, given=wanted.place, as_of=wanted.as_of)
        done = import_file(content, wanted, place=place, by=by, say=say)
        if out:
            text = json.dumps(done.as_json(), ensure_ascii=False, indent=1)
            out.write_text(text, encoding="utf-8")
    except Refused as refusal:
        raise CommandError(str(refusal), returncode=2) from refusal
    except OSError as error:
        raise CommandError(
            f"{error.filename}: {error.strerror}; give a path that can be used.", returncode=2
        ) from error
    if done.left:
        raise CommandError(done.left, returncode=2)
    return done


def user_named(name: str) -> User | None:
    """Return the active user with this name or phone; nobody for no name."""
    if not name:
        return None
    found: list[User] = list(User.objects.active().filter(name=name)[:2]) or list(
        User.objects.active().filter(phone=name)
    )
    if len(found) != 1:
        raise NobodyNamedError(
            _("%(count)s active users are called %(name)s; give the phone number of one.")
            % {"count": len(found), "name": name}
        )
    return found[0]


def place_for(content: bytes, *, kind: ListKind, given: str, as_of: date | None) -> str:
    """Return the place a list is for: the one given, that of all posts, or what its villages share.

    PlaceUnclearError when none of these says it.
    """
    if given:
        return given
    found = _posted() or _shared(content, kind, as_of or timezone.localdate())
    if not found or LEVEL_OF_LENGTH[len(found)] not in kind.levels:
        raise PlaceUnclearError(
            _("It is not clear which place the list is for; say so with --place CODE.")
        )
    return found


def _posted() -> str:
    """Return the county of all posts; empty where they are in none or in several."""
    counties = {
        (place or township or "")[:COUNTY]
        for place, township in Post.objects.filter(active_on(timezone.localdate())).values_list(
            "place", "block__township"
        )
    }
    return one if len(counties) == 1 and len(one := counties.pop()) == COUNTY else ""


def _shared(content: bytes, kind: ListKind, as_of: date) -> str:
    """Return the nearest place that holds the villages most rows name; empty for none."""
    if not Place.objects.filter(level=Level.VILLAGE).exists():
        return ""
    context = kind.context("", as_of)
    try:
        rows = understand(content, kind.spec, context).rows
    except UnreadableFileError:
        return ""
    found = (kind.values(row, context) for row in islice(rows, SAMPLE) if row.kind == "data")
    codes = [code for values in found if (code := kind.village(values))]
    if not codes:
        return ""
    county, number = Counter(code[:COUNTY] for code in codes).most_common(1)[0]
    if number < MOST_OF * len(codes):
        return ""
    inside = [code for code in codes if code.startswith(county)]
    return max((p for p in _prefixes(inside[0]) if all(c.startswith(p) for c in inside)), key=len)


def _prefixes(code: str) -> Iterator[str]:
    yield from (code[:COUNTY], code[:9], code[:12])


def import_file(
    content: bytes, wanted: Wanted, *, place: str, by: User | None, say: Callable[[str], Any]
) -> Imported:
    """Check and commit a list, or only check it; `say` hears what was done for it beforehand.

    A list to be written whole that asks or holds bad rows is left checked, and `left` says so.
    """
    with transaction.atomic():
        batch = check_file(
            content=content,
            file_name=wanted.file.name,
            place_code=place,
            by=by,
            list_name=wanted.kind.name,
            as_of=wanted.as_of,
            sheet=wanted.sheet,
            options=wanted.options,
        )
        refuse_missing(batch)
        _say_doubts(batch, say)
        if wanted.dry_run:
            done = _imported(batch, dry_run=True)
            transaction.set_rollback(True)
            return done
    if batch.options.get("validate_only"):
        return _imported(batch, checked_only=True)
    for sentence in wanted.kind.prepare(batch, by=by):
        say(sentence)
    try:
        batch = commit_batch(batch=batch, by=by, as_understood=True)
    except BatchRefusedError as refusal:
        waits = _("Nothing was written; the list waits as import %(batch)s.") % {"batch": batch.pk}
        return _imported(batch, left=f"{refusal} {waits}")
    return _imported(batch)


def _say_doubts(batch: ImportBatch, say: Callable[[str], Any]) -> None:
    """Tell what there is to say about the file: its sheet, and columns taken as understood."""
    for problem in batch.understood.get("problems", ()):
        if problem["severity"] != "note":
            say(problem["message"])
    asked = {one["code"] for one in batch.understood.get("problems", ())}
    for question in batch.understood.get("questions", ()):
        if question["code"] not in asked:
            say(
                _("Column %(column)s was taken as %(field)s; settle it on the page if it is not.")
                % {"column": question["label"], "field": question["taken"] or "—"}
            )


def _imported(batch: ImportBatch, **how: Any) -> Imported:
    return Imported(dict(batch.summary), list(_problems(batch)), **how)


def _problems(batch: ImportBatch) -> Iterator[dict[str, Any]]:
    """Yield the problems of a batch: errors, warnings, questions, by row."""
    rows = batch.rows.filter(kind="data").exclude(problems=[]).order_by("number")
    for row in rows.iterator(chunk_size=BATCHES):
        for one in row_problems(row):
            if one.severity != "note":
                yield {
                    "row": row.number,
                    "column": one.column,
                    "code": one.code,
                    "severity": one.severity,
                    "message": one.message,
                }
