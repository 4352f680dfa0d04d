"""A small list of its own for the tests of the machine: flats, told by village and door number."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q

from grid.batches.kinds import Frame, Values
from grid.batches.records import RecordKind
from grid.bulk import copy_in, update_in
from grid.errors import Refused
from grid.imports import common
from grid.imports.lists import Field, ListSpec
from grid.imports.text import words
from grid.models import Household, User

HEADINGS = ("序号", "目的地街道乡镇", "目的地社区村", "门牌", "户主", "说明", "用途")
FLATS = ListSpec(
    "flats",
    (
        common.SEQ,
        Field("dest_township", "township", words("目的地街道乡镇")),
        Field("dest_village", "village", words("目的地社区村"), required=True),
        Field("number", "text", words("门牌"), required=True),
        Field("head", "text", words("户主")),
        Field("note", "text", words("说明")),
        Field("use", "choice", words("用途"), choices={"shop": words("商铺"), "rented": ("出租",)}),
        Field("extra", "text", words("补充情况"), doubtful=words("其他情况")),
    ),
)
COLUMNS = {"head": "head_name", "note": "note", "use": "use"}


class CursedError(Refused):
    """No flat may be called so."""


class FlatKind(RecordKind):
    """Flats: a row is one household, told by village and door number."""

    name = "flats"
    title = "Flats"
    spec = FLATS
    model = Household
    shows = ("dest_code", "number", "head")
    decides = ("dest_code",)
    place_key = "dest_code"

    def same(self, values: Mapping[str, Any]) -> Hashable | None:
        """Return village and door number."""
        return self.key_of(values)

    def key_of(self, values: Mapping[str, Any]) -> Hashable | None:
        """Return village and door number."""
        village, number = values.get("dest_code"), values.get("number")
        return (village, number) if village and number else None

    def records(self, keys: Collection[Any], home: str, *, lock: bool) -> Mapping[Hashable, Any]:
        """Return the households with these doors; one query."""
        wanted = Q(place__in={key[0] for key in keys}, number__in={key[1] for key in keys})
        rows = Household.objects.filter(wanted, closed_on=None).order_by("pk")
        rows = rows.select_for_update(of=("self",)) if lock else rows
        return {(one.place_id, one.number): one for one in rows}

    def known(self, obj: Household) -> Values:
        """Return what stands in a household's columns."""
        told = {key: getattr(obj, name) for key, name in COLUMNS.items()}
        return {"dest_code": obj.place_id, "number": obj.number, **told}

    def make_many(self, values: Sequence[Values], frame: Frame, *, by: User | None) -> Any:
        """Write the households, all at once."""
        if any(one.get("head") == "无名" for one in values):
            raise CursedError("Nobody is called 无名; give the name of the head.")
        return copy_in([_flat(one) for one in values])

    @transaction.atomic
    def change_many(
        self, changes: Sequence[tuple[Any, Values]], frame: Frame, *, by: User | None
    ) -> None:
        """Write the changed columns, all at once."""
        for obj, values in changes:
            for key in values.keys() & COLUMNS.keys():
                setattr(obj, COLUMNS[key], values[key] or "")
        update_in([obj for obj, _values in changes], list(COLUMNS.values()))


def _flat(values: Values) -> Household:
    told = {name: values.get(key) or "" for key, name in COLUMNS.items()}
    told["use"] = told["use"] or "resident"
    return Household(place_id=values["dest_code"], number=values["number"], **told)


def flat(number: object, **changes: str) -> dict[str, str]:
    """Return a line about the flat with this door number; other columns by heading."""
    line = {"目的地街道乡镇": "河口镇", "目的地社区村": "东关村", "门牌": str(number)}
    return {**line, "户主": f"户主{number}", **changes}


def flats(*lines: Mapping[str, str], headings: Sequence[str] = HEADINGS) -> bytes:
    """Return the bytes of a list with these lines; the first stands in row 2."""
    rows = [headings, *([line.get(heading, "") for heading in headings] for line in lines)]
    return "\r\n".join(",".join(row) for row in rows).encode()
