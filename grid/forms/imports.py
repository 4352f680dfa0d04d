"""Forms of imports: what is uploaded, which sheet, what a row that asks is answered."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grid.batches.kinds import ListKind
from grid.batches.registry import kinds_for
from grid.choices import Level, RowAction
from grid.days import today
from grid.forms.cadres import PlaceChoice
from grid.forms.fields import DateInput, PlaceField
from grid.import_words import choices_of, field_of, key_name
from grid.models import ImportBatch, Place, User
from grid.permissions import Permission
from grid.scope import under

MOST = 300  # places in a drop-down; beyond them villages are searched for
LONGEST = 200_000  # characters of a pasted text: a group of 2,000 people writes less
HIGHEST = 2_147_483_647  # row number
FIRST_LIST = "returnees"  # offered first: it is what arrives every night
OPTIONS = ("validate_only", "whole", "overwrite")
HAND_EDITS = "hand_edits"
KEEP = "keep"  # decides an update, but what was edited by hand since stays
DECISIONS = (RowAction.CREATE, RowAction.UPDATE, RowAction.SKIP, KEEP)
MOST_DECIDED = 1000  # rows decided at once


class OptionsForm(forms.Form):
    """How the list is imported, beside what most want."""

    validate_only = forms.BooleanField(
        label=_("Only check; nothing can be imported until this is lifted"), required=False
    )
    whole = forms.BooleanField(
        label=_("All or nothing: as long as one row asks or cannot be imported, none is"),
        required=False,
    )
    overwrite = forms.BooleanField(
        label=_("The list overrides changes made by hand since the last list"), required=False
    )

    def chosen(self) -> dict[str, bool]:
        """Return the options as a batch keeps them."""
        return {name: bool(self.cleaned_data[name]) for name in OPTIONS}


class ListPlaceForm(forms.Form):
    """A kind of list the user may import, and a place of its levels where they may.

    Where there are more places than a drop-down is for, it ends at the townships and villages are
    searched for; the place of a valid form is the village where one was chosen.
    """

    list_name = forms.ChoiceField(label=_("Kind of list"))
    place = PlaceChoice(label=_("For"), queryset=Place.objects.none())
    village = PlaceField(
        label=_("or for one village of it"),
        required=False,
        help_text=_("Search for it; the list is then the village's own."),
    )
    place_help: Any = ""

    def __init__(self, *args: Any, user: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.user = user
        offered = sorted(kinds_for(user), key=lambda kind: kind.name != FIRST_LIST)
        self.kinds = {kind.name: kind for kind in offered}
        names: Any = self.fields["list_name"]
        names.choices = [(kind.name, kind.title) for kind in self.kinds.values()]
        names.initial = next(iter(self.kinds), "")
        places: Any = self.fields["place"]
        places.help_text = self.place_help
        places.queryset = places_for_imports(user, self.kinds.values())
        if len(places.queryset.values_list("pk", flat=True)[: MOST + 1]) > MOST:
            places.queryset = places.queryset.filter(level__lte=Level.TOWNSHIP)
            village: Any = self.fields["village"]
            village.of(user, Permission.IMPORT, deepest=Level.VILLAGE)
        else:
            del self.fields["village"]
        places.initial = places.queryset.first()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        village, _text = data.get("village") or (None, "")
        kind = self.kinds.get(data.get("list_name", ""))
        if village is not None:
            data["place"] = village
        if kind is not None and data.get("place") is not None:
            self._check_place(kind, data["place"], "place" if village is None else "village")
        return data

    def _check_place(self, kind: ListKind, place: Place, named: str) -> None:
        if place.level not in kind.levels:
            levels = "、".join(str(Level(level).label) for level in kind.levels)
            said = _("This list is given for one of these: %(levels)s.") % {"levels": levels}
            self.add_error(named, said)
        elif not self.user.can(kind.permission, place):
            self.add_error(named, _("You may not import this list for this place."))


class UploadForm(ListPlaceForm, OptionsForm):
    """A file or a pasted text, which list it is, the place it is for, the day it is judged on."""

    place_help = _("Rows of other villages are asked about.")
    file = forms.FileField(
        label=_("File"),
        required=False,
        allow_empty_file=True,  # the reading says what to do about it
        help_text=_("Excel (.xlsx) or CSV, as it comes; columns are recognised by their headings."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xlsm,.csv,.txt,.tsv"}),
    )
    text = forms.CharField(
        label=_("Or paste a text"),
        required=False,
        max_length=LONGEST,
        strip=False,
        help_text=_("A sign-up chain from a chat, or cells copied out of a spreadsheet."),
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    as_of = forms.DateField(
        label=_("Judged as of"),
        widget=DateInput(),
        initial=today,
        help_text=_("Dates without a year, and tomorrow in a sign-up chain, are counted from it."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if bool(data.get("file")) == bool((data.get("text") or "").strip()):
            both = bool(data.get("file"))
            self.add_error(
                "file",
                _("Choose either a file or a text, not both.")
                if both
                else _("Choose a file, or paste the list as text."),
            )
        return data

    @property
    def has_options(self) -> bool:
        """Whether an option was chosen, so that the page shows them open."""
        return any(self[name].value() for name in OPTIONS)

    def source(self) -> tuple[bytes, str]:
        """Return content and name of what was uploaded; a pasted text is named by its day."""
        file = self.cleaned_data["file"]
        if file:
            return file.read(), file.name
        text = self.cleaned_data["text"]
        return text.encode(), str(_("pasted %(day)s.txt")) % {"day": f"{today():%m-%d}"}


def places_for_imports(user: User, kinds: Any) -> Any:
    """Return the places the user may import one of the lists for, from the top down."""
    levels = {level for kind in kinds for level in kind.levels}
    rows = Place.objects.none()
    for permission in {kind.permission for kind in kinds}:
        rows = rows | Place.objects.visible_to(user, permission)
    return rows.filter(closed=False, level__in=levels).order_by("code")


class SheetForm(forms.Form):
    """The sheet of the file that is to be read."""

    sheet = forms.CharField(max_length=100)


class DecideForm(forms.Form):
    """What becomes of one row that asks, of the ticked ones, or of all with the same question."""

    row = forms.IntegerField(required=False, min_value=1, max_value=HIGHEST)
    action = forms.ChoiceField(choices=[(one, one) for one in DECISIONS])
    all = forms.BooleanField(required=False)
    code = forms.CharField(required=False, max_length=40)
    numbers = forms.TypedMultipleChoiceField(required=False, coerce=int)

    def __init__(self, data: Any, *, batch: ImportBatch):
        super().__init__(data)
        self.batch = batch
        ticked: Any = self.fields["numbers"]
        ticked.choices = [(one, one) for one in data.getlist("numbers") if _is_number(one)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("row"):
            data["numbers"] = [data["row"]]
        elif data.get("all") and data.get("code"):
            rows = self.batch.rows.filter(kind="data", action=RowAction.ASK)
            rows = rows.filter(problems__contains=[{"code": data["code"]}])
            numbers = rows.order_by("number").values_list("number", flat=True)
            data["numbers"] = list(numbers[:MOST_DECIDED])
        if not data.get("numbers") and not self.errors:
            raise forms.ValidationError(_("Tick at least one row."))
        return data


def _is_number(text: str) -> bool:
    return text.isdecimal() and int(text[:10]) <= HIGHEST


class AnswerForm(forms.Form):
    """The values that a waiting row asks for; one field for each key of its list's `decides`.

    Whether edits by hand stay is answered by a button, not by a field.
    """

    def __init__(
        self, *args: Any, kind: ListKind, batch: ImportBatch, keys: Sequence[str], **kwargs: Any
    ):
        super().__init__(*args, **kwargs)
        for key in keys:
            if key != HAND_EDITS:
                self.fields[key] = answer_field(kind, batch, key)

    def values(self) -> dict[str, Any]:
        """Return what was answered, as the canonical values of a row."""
        return {
            key: answered
            for key, value in self.cleaned_data.items()
            if (answered := canonical(value)) not in (None, "")
        }


def canonical(value: Any) -> Any:
    """Return an answer as it stands in a row: days in ISO, places by code."""
    if isinstance(value, tuple):  # a place that was searched for, and the text
        return value[0].code if value[0] else ""
    return value.isoformat() if hasattr(value, "isoformat") else value


def answer_field(kind: ListKind, batch: ImportBatch, key: str) -> forms.Field:
    """Return the field in which one value is answered: a village, a place, a choice, a day."""
    label = key_name(kind.spec, key)
    field = field_of(kind.spec, key)
    if field and field.kind == "village":
        places = [("", _("choose the village")), *villages_of(batch.place_id)]
        return forms.ChoiceField(label=label, choices=places, required=False)
    if field and field.kind == "origin":
        return PlaceField(label=label, required=False)
    if field and (choices := choices_of(field)):
        return forms.ChoiceField(label=label, choices=[("", "—"), *choices], required=False)
    if field and field.kind in ("date", "window_date"):
        return forms.DateField(label=label, widget=DateInput(), required=False)
    return forms.CharField(label=label, max_length=200, required=False)


def villages_of(place: str) -> list[tuple[str, str]]:
    """Return code and name of the villages of a place; in a county each with its township."""
    rows = Place.objects.filter(under(place[:12], "code"), closed=False)
    found: Mapping[str, str] = dict(
        rows.filter(level__in=(Level.TOWNSHIP, Level.VILLAGE))
        .order_by("code")
        .values_list("code", "name")
    )
    wide = len(place) < 9
    return [
        (code, f"{found.get(code[:9], '')}{name}" if wide else name)
        for code, name in found.items()
        if len(code) == 12
    ]
