"""Households with landlords: found by village and address, however the address is written."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from grid.announce import responsibility_changed
from grid.batches.kinds import Frame, Judged, Touched, Values
from grid.batches.records import RecordBook, RecordKind
from grid.batches.sentences import problem
from grid.bulk import copy_in, update_in
from grid.choices import RowAction, Use
from grid.imports.lists import Context
from grid.imports.results import Row
from grid.lists.addresses import Address, read_address
from grid.lists.homes import VILLAGE, Homes, Key
from grid.lists.households_list import HOUSEHOLDS, count_of
from grid.models import Household, ImportBatch, ImportRow, User
from grid.places import fill_pinyin

SHOWN = 5  # near addresses named in a question
# Values of a row and the columns of a household they fill, with the longest text.
COLUMNS = {
    "address": ("address", 120),
    "head": ("head_name", 60),
    "head_phone": ("phone", 30),
    "landlord": ("landlord_name", 60),
    "landlord_phone": ("landlord_phone", 30),
    "remark": ("note", 200),
}
NUMBER = 40  # characters of a door number


class HouseholdKind(RecordKind):
    """The ledger of households: who lives where, in whose house (JY-2k)."""

    name = "households"
    title = _("Households with landlords")
    spec = HOUSEHOLDS
    model = Household
    shows = ("dest_code", "door", "head", "head_phone", "size", "use", "landlord", "landlord_phone")
    decides = ("dest_code",)
    asks_day = False
    place_key = "dest_code"
    template_fields = (
        "village", "part", "building", "unit", "room", "head", "head_phone", "size", "use",
        "landlord", "landlord_phone", "remark",
    )  # fmt: skip
    # The address says which household is meant: other words for it are no news.
    never_compared = frozenset(("dest_code", "door", "key", "address"))
    read_as: ClassVar = {"dest_code": "village", "door": "room"}
    follows = _("Whoever answers for the village answers for its new households.")
    messages: ClassVar = {
        "household_beyond": (
            "error",
            gettext_noop("The village lies outside the place this list was given for."),
        ),
        "household_near": (
            "question",
            gettext_noop(
                "The address may be that of %(addresses)s: update it, or is this another dwelling?"
            ),
        ),
        "household_near_several": (
            "question",
            gettext_noop(
                "The address may be one of %(addresses)s: write it in full, or import it as another"
                " dwelling."
            ),
        ),
    }

    def values(self, row: Row, context: Context) -> Values:
        """Return the row with one address and one use out of several columns."""
        said = super().values(row, context)
        parts = [said.pop(key) for key in ("part", "building", "unit", "room")]
        whole = said.get("address")
        address = address_of(parts, whole)
        rented = said.pop("rented")
        if not said.get("use") and rented:
            said["use"] = Use.RENTED if rented == "yes" else Use.RESIDENT
        size = count_of(said.pop("size"))
        cut = {key: said[key][:length] if said.get(key) else None
               for key, (_column, length) in COLUMNS.items()}  # fmt: skip
        return {
            **said,
            **cut,
            "size": size,
            "key": address.key if address else "",
            "door": door_of(parts, whole),
        }

    def same(self, values: Mapping[str, Any]) -> Hashable | None:
        return self.key_of(values)

    def key_of(self, values: Mapping[str, Any]) -> Key | None:
        """Return village and address."""
        village, key = values.get("dest_code"), values.get("key")
        return (village, key) if village and key else None

    def records(self, keys: Collection[Key], home: str, *, lock: bool) -> Mapping[Hashable, Any]:
        """Return the known households of these addresses; two queries."""
        homes = Homes.of({village for village, _key in keys})
        return homes.load({homes.exact[key] for key in keys if key in homes.exact}, lock=lock)

    def book(self, values: Sequence[Values], frame: Frame, *, lock: bool = False) -> "HomeBook":
        """Load the households of these addresses, and those whose address is near; two queries."""
        keys = {key for one in values if (key := self.key_of(one))}
        homes = Homes.of({village for village, _key in keys})
        near = {key: homes.near(key) for key in keys if key not in homes.exact}
        wanted = {homes.exact[key] for key in keys if key in homes.exact}
        wanted |= {pk for found in near.values() for pk in found}
        found = homes.load(wanted, lock=lock)
        by_pk = {obj.pk: obj for obj in found.values()}
        book = HomeBook(
            self, frame, {key: found[key] for key in keys if key in found},
            near={key: [by_pk[pk] for pk in pks if pk in by_pk] for key, pks in near.items()},
        )  # fmt: skip
        book.look_back(values)
        return book

    def known(self, obj: Household) -> Values:
        """Return what is known of a household, as a row would say it."""
        said = {key: getattr(obj, column) or None for key, (column, _n) in COLUMNS.items()}
        return {**said, "size": obj.size, "use": obj.use, "dest_code": obj.place_id[:VILLAGE]}

    def make_many(
        self, values: Sequence[Values], frame: Frame, *, by: User | None
    ) -> list[Household]:
        """Make the households of some rows; one that only its door number tells apart gets both."""
        taken = doors_of({one["dest_code"] for one in values})
        made = []
        for one in values:
            door = one["door"]
            number = door if (one["dest_code"], door) not in taken else one["key"].strip("|")
            taken.add((one["dest_code"], number[:NUMBER]))
            home = Household(place_id=one["dest_code"], number=number[:NUMBER])
            put(home, {**one, "use": one.get("use") or Use.RESIDENT})
            made.append(home)
        copy_in(made)
        return made

    def change_many(
        self, changes: Sequence[tuple[Household, Values]], frame: Frame, *, by: User | None
    ) -> None:
        """Write changed columns; one query."""
        for home, values in changes:
            put(home, values)
        columns = [column for column, _length in COLUMNS.values()]
        update_in([home for home, _values in changes], [*columns, "size", "use"])

    def touched(self, batch: ImportBatch, rows: Sequence[ImportRow]) -> Touched:
        """Add what hangs on a household by now, whoever put it there: it is not empty any more."""
        found = super().touched(batch, rows)
        made = {row.target_key for row in rows if row.action == RowAction.CREATE and row.target_key}
        for relation in Household._meta.related_objects:
            model: Any = relation.related_model
            if not hasattr(model, "pgh_obj"):
                name = relation.field.name
                rows_of = model._default_manager  # noqa: SLF001  whatever its manager is called
                kept = rows_of.filter(**{f"{name}__in": made - set(found)})
                for key in set(kept.values_list(name, flat=True)):
                    found[key] = (str(model._meta.verbose_name), timezone.now())
        return found

    def after(self, batch: ImportBatch, *, by: User | None) -> None:
        """Have it found out who answers for the villages of the list."""
        villages = batch.rows.filter(done=True).values_list("village", flat=True)
        responsibility_changed(set(villages.distinct()) - {""})
        fill_pinyin(batch.place_id)


@dataclass(slots=True)
class HomeBook(RecordBook):
    """The known households of some rows, and those whose address may be the same."""

    near: dict[Key, list[Household]] = field(default_factory=dict)

    def judge(self, values: Mapping[str, Any], *, home: str, decided: str = "") -> Judged:
        """Ask about a near address; who decides to update means the one that was named."""
        if not str(values.get("dest_code") or "").startswith(home):
            return Judged(RowAction.REFUSE, problems=[problem("household_beyond")])
        key: Any = self.kind.key_of(values)
        near = self.near.get(key, [])
        if not near or decided == RowAction.CREATE:
            return RecordBook.judge(self, values, home=home, decided=decided)
        if decided == RowAction.UPDATE and len(near) == 1:
            meant = RecordBook(self.kind, self.frame, {key: near[0]}, self.told, self.base)
            return meant.judge(values, home=home, decided=decided)
        code = "household_near" if len(near) == 1 else "household_near_several"
        names = "、".join(one.number for one in near[:SHOWN])
        return Judged(
            RowAction.ASK,
            near[0].pk if len(near) == 1 else None,
            problems=[problem(code, addresses=names)],
        )


def address_of(parts: Sequence[str | None], whole: str | None) -> Address:
    """Return the address of a row: what its columns name, or the text where they name none."""
    return read_address(*labelled(parts)) or read_address(whole)


def door_of(parts: Sequence[str | None], whole: str | None) -> str:
    """Return how a dwelling is called: 阳光小区3号楼2单元301室, as its columns name it."""
    return ("".join(labelled(parts)) or whole or "")[:NUMBER]


def labelled(parts: Sequence[str | None]) -> list[str]:
    """Return part, building, unit and room with their words where a column gives a number alone."""
    part, building, unit, room = parts
    labels = ("", "号楼", "单元", "室" if building or unit else "号")
    return [
        f"{text}{label}" if label and text.isascii() and text.isalnum() else text
        for text, label in zip((part, building, unit, room), labels, strict=True)
        if text
    ]


def doors_of(villages: Collection[str]) -> set[tuple[str, str]]:
    """Return the door numbers that are taken, by place; one query."""
    homes = Household.objects.filter(place__in=villages, closed_on=None)
    return set(homes.values_list("place", "number"))


def put(home: Household, values: Mapping[str, Any]) -> None:
    """Give a household what a row says; None takes a value away."""
    for key, (column, _length) in COLUMNS.items():
        if key in values:
            setattr(home, column, values[key] or "")
    if "size" in values:
        home.size = values["size"]
    if values.get("use"):
        home.use = values["use"]
