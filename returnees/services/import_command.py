"""What the import command does around check and commit: whose list, for which place, the answer."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.batches.checking import check_file
from grid.batches.committing import commit_batch
from grid.batches.placing import place_index
from grid.batches.summary import row_problems
from grid.choices import Level
from grid.errors import Refused
from grid.imports.lists import Context
from grid.imports.results import UnreadableFileError
from grid.imports.understanding import understand
from grid.models import ImportBatch, Place, Post, User
from grid.scope import active_on
from returnees.lists import RETURNEES
from returnees.policies import NoPolicyInForceError, fill_gap, pack_in_force

SAMPLE = 2000  # rows that tell which county a list is about
MOST_OF = 0.8
COUNTY = 6
FIGURES = ("rows", "created", "updated", "unchanged", "duplicates", "waiting", "invalid", "batch")
BATCHES = 2000


class PlaceUnclearError(Refused):
    """Neither the posts nor the list say which place it is for."""


class NobodyNamedError(Refused):
    """There is no such user."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import came to: the contract's figures and problems."""

    figures: dict[str, Any]
    problems: list[dict[str, Any]]
    dry_run: bool

    def as_json(self) -> dict[str, Any]:
        """Return the contract's object."""
        return {**{name: self.figures[name] for name in FIGURES}, "problems": self.problems}


def file_content(path: Path) -> bytes:
    """Return the bytes of a list."""
    return path.read_bytes()


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


def place_for(content: bytes, *, given: str, as_of: date | None) -> str:
    """Return the place a list is for: the one given, that of all posts, or what its villages share.

    PlaceUnclearError when none of these says it.
    """
    if given:
        return given
    counties = {
        (place or township or "")[:COUNTY]
        for place, township in Post.objects.filter(active_on(timezone.localdate())).values_list(
            "place", "block__township"
        )
    }
    if len(counties) == 1 and len(one := counties.pop()) == COUNTY:
        return one
    shared = _shared(content, as_of or timezone.localdate())
    if not shared:
        raise PlaceUnclearError(
            _("It is not clear which place the list is for; say so with --place CODE.")
        )
    return shared


def _shared(content: bytes, as_of: date) -> str:
    """Return the nearest place that holds the villages most rows name; empty for none."""
    if not Place.objects.filter(level=Level.VILLAGE).exists():
        return ""
    # Dates do not matter here: no row is to fall out for its date.
    context = Context(as_of=as_of, places=place_index(""), home="")
    try:
        rows = understand(content, RETURNEES, context).rows
    except UnreadableFileError:
        return ""
    found = [row.values.get("dest_code") for row in islice(rows, SAMPLE) if row.kind == "data"]
    codes = [code for code in found if code]
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
    *,
    content: bytes,
    file_name: str,
    place: str,
    by: User | None,
    as_of: date | None,
    dry_run: bool,
    say: Callable[[str], Any],
) -> Imported:
    """Check and commit a list, or only check it; `say` hears what was done for it beforehand."""
    if dry_run:
        with transaction.atomic():
            batch = check_file(
                content=content, file_name=file_name, place_code=place, by=by, as_of=as_of
            )
            done = Imported(dict(batch.summary), list(_problems(batch)), dry_run=True)
            transaction.set_rollback(True)
        return done
    batch = check_file(content=content, file_name=file_name, place_code=place, by=by, as_of=as_of)
    _bind(place[:COUNTY], batch.as_of, by=by, say=say)
    batch = commit_batch(batch=batch, by=by)
    return Imported(dict(batch.summary), list(_problems(batch)), dry_run=False)


def _bind(county: str, as_of: date, *, by: User | None, say: Callable[[str], Any]) -> None:
    """Put the default notice in force in a county that has none on the days of the list."""
    first = as_of - timedelta(days=settings.GRID["import_days_back"])
    try:
        pack_in_force(county, first)
    except NoPolicyInForceError:
        pack = settings.GRID["default_pack"]
        place = Place.objects.get(pk=county)
        fill_gap(pack=pack, place=place, since=first, by=by)
        say(
            _("No notice was in force in %(place)s: %(pack)s is now, since %(since)s.")
            % {"place": place.name, "pack": pack, "since": first}
        )


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
