"""The list of returnees as the import machine knows it."""

from collections.abc import Hashable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from grid.batches.kinds import Frame, Judged, ListKind, Merged, Touched, Values
from grid.batches.records import plain
from grid.imports.lists import Context
from grid.imports.results import Row
from grid.imports.text import is_nothing
from grid.models import ImportBatch, ImportRow, Place, User
from grid.permissions import Permission
from grid.scope import active_on, under
from returnees.classes import class_title
from returnees.imports.apply import before_of, change, register
from returnees.imports.exported import moment_of, unquoted
from returnees.imports.known import KnownBook
from returnees.imports.list import RETURNEES
from returnees.imports.loading import LIST, known_book
from returnees.imports.takeback import take_back_returns, touched_returns
from returnees.imports.values import NEVER_COMPARED, plain_values
from returnees.imports.words import MESSAGES
from returnees.models import Episode, PolicyVersion
from returnees.policies import NoPolicyInForceError, fill_gap, pack_in_force

COUNTY = 6  # digits of a county's code


class ReturneeKind(ListKind):
    """Returnees: a row is a return of a person, registered or changed as if by hand."""

    name = LIST
    title = _("List of returnees")
    spec = RETURNEES
    model = Episode
    shows = ("name", "id_number", "phone", "dest_code", "origin", "return_date")
    decides = ("dest_code", "origin_code", "hand_edits")
    template_fields = (
        "seq", "name", "sex", "id_type", "id_number", "phone", "origin", "dest_village",
        "dest_detail", "return_date", "transport", "transport_no", "stay_history", "health_code",
        "nat_date", "nat_result", "hukou", "contact_local", "remark",
    )  # fmt: skip
    place_key = "dest_code"
    never_compared = NEVER_COMPARED
    nightly = True
    side_by_side = True  # a return is its person's alone
    read_as = {
        "dest_code": "dest_village",
        "origin_code": "origin",
        "stays": "stay_history",
    }
    follows = _("Each new return is planned at once and its daily work begins.")
    messages = MESSAGES

    def values(self, row: Row, context: Context) -> Values:
        """Return what a row says, cut to what is kept, with the place its history names."""
        values = plain_values(row.values)
        history = values.get("stay_history")
        if history and not is_nothing(history):
            code = context.places.origin(history).code
            if code and code != values.get("origin_code"):
                values["stays"] = [code]
        exported = values.pop("exported_at", None)
        if values.get("record"):
            values |= unquoted(values)
            values["exported_at"] = moment_of(exported)
        return values

    def same(self, values: Mapping[str, Any]) -> Hashable | None:
        """Return the document, or the record number of a row of our export without one."""
        found = super().same(values)
        return values.get("record") if found is None else found

    def book(self, values: Sequence[Values], frame: Frame, *, lock: bool = False) -> KnownBook:
        """Load what is known of the persons of these rows."""
        return known_book(values, frame, lock=lock)

    def before(self, values: Mapping[str, Any], judged: Judged) -> Values:
        """Return the columns a row is about to replace, as they stand."""
        return before_of(values, judged)

    def create(
        self, rows: Sequence[tuple[ImportRow, Judged]], frame: Frame, *, by: User | None
    ) -> None:
        """Register the returns of these rows."""
        register([(row, plain(row), judged) for row, judged in rows], frame, by=by)

    def update(self, merged: Sequence[Merged], frame: Frame, *, by: User | None) -> None:
        """Change persons and returns, and plan anew."""
        change(merged, frame, by=by)

    def touched(self, batch: ImportBatch, rows: Sequence[ImportRow]) -> Touched:
        """Tell it from the history of returns, persons and all that hangs below them."""
        return touched_returns(batch, rows)

    def take_back(
        self, batch: ImportBatch, rows: Sequence[ImportRow], frame: Frame, *, by: User | None
    ) -> None:
        """Delete the returns that were made, put back what was replaced, plan anew."""
        take_back_returns(batch, rows, frame)

    def prepare(self, batch: ImportBatch, *, by: User | None) -> list[str]:
        """Put the default notice in force in a county that has none on the days of the list."""
        county = batch.place_id[:COUNTY]
        first = batch.as_of - timedelta(days=settings.GRID["import_days_back"])
        try:
            pack_in_force(county, first)
        except NoPolicyInForceError:
            pack, place = settings.GRID["default_pack"], Place.objects.get(pk=county)
            fill_gap(pack=pack, place=place, since=first, by=by)
            return [
                gettext("No notice was in force in %(place)s: %(pack)s is now, since %(since)s.")
                % {"place": place.name, "pack": pack, "since": first}
            ]
        return []

    def bar(self, batch: ImportBatch) -> str:
        """Say that no notice binds any place of the list on its day: no return could be planned."""
        try:
            pack_in_force(batch.place_id, batch.as_of)
        except NoPolicyInForceError:
            below = PolicyVersion.objects.binding().filter(under(batch.place_id))
            if below.filter(active_on(batch.as_of)).exists():
                return ""
            sentence = gettext(
                "No notice is in force in %(place)s on %(day)s; put one in force first, "
                "then confirm."
            )
            return sentence % {"place": batch.place.name, "day": batch.as_of}
        return ""

    def bar_lifted_at(self, batch: ImportBatch, user: User) -> tuple[str, str]:
        """Return the page of the notices, for those who may propose one there."""
        if not user.can(Permission.PROPOSE, batch.place):
            return "", ""
        return reverse("policy-list"), gettext("Notices")

    def shown_at(self, batch: ImportBatch) -> str:
        """Return the list of returnees narrowed to the batch."""
        return f"{reverse('returnee-list')}?batch={batch.pk}"

    def responsible(self, rows: Sequence[ImportRow]) -> dict[int, str]:
        """Return the responsible cadre of each row's return: not the importer's (JY-2j)."""
        return self._of_returns(rows, "responsible__name")

    def category(self, rows: Sequence[ImportRow]) -> dict[int, str]:
        """Return the class each row's return was given by the notice."""
        found = self._of_returns(rows, "classification")
        return {number: class_title(name) for number, name in found.items()}

    def _of_returns(self, rows: Sequence[ImportRow], column: str) -> dict[int, str]:
        keys = {row.target_key for row in rows if row.target_key is not None}
        found = dict(Episode.objects.filter(pk__in=keys).values_list("pk", models.F(column)))
        return {
            row.number: found[row.target_key] or ""
            for row in rows
            if row.target_key is not None and row.target_key in found
        }
