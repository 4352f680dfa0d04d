"""What the REST API of imports takes and gives."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from grid.batches.registry import all_kinds
from grid.choices import BatchState, RowAction
from grid.import_rows import told
from grid.import_words import field_of, shown_value
from grid.models import ImportBatch, ImportRow

LONGEST = 200_000  # characters of a pasted text: a group of 2,000 people writes less
MOST_DECIDED = 1000  # rows of one decision
MODES = ("check", "validate", "commit")
FIGURES = ("rows", "created", "updated", "unchanged", "duplicates", "waiting", "invalid", "skipped")
DECISIONS = [str(one) for one in (RowAction.CREATE, RowAction.UPDATE, RowAction.SKIP)]
HIDDEN = frozenset(("_params", "origin_level"))  # values that serve the machine alone


class ErrorSerializer(serializers.Serializer[Any]):
    """Why not: the one shape of every refusal."""

    detail = serializers.CharField(help_text="one sentence: what, where, how to mend it")
    code = serializers.CharField(help_text="stable; a file's own codes are in docs/import-codes.md")
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="what is wrong with each field of the request (400 alone)",
    )


class MappingInput(serializers.Serializer[Any]):
    """How to read the list: columns by their keys, texts by field."""

    columns = serializers.DictField(
        child=serializers.CharField(allow_null=True),
        required=False,
        help_text="key of a column -> field it feeds; null: it feeds nothing",
    )
    values = serializers.DictField(
        child=serializers.DictField(child=serializers.CharField()),
        required=False,
        help_text="field -> text of the list -> the canonical value it stands for",
    )


class OptionsInput(serializers.Serializer[Any]):
    """How a list is read and committed."""

    list = serializers.CharField(
        default="returnees", help_text="name of the list: /api/imports/lists/"
    )
    place = serializers.CharField(
        required=False, help_text="code of the place it is for; your own, where that is one place"
    )
    as_of = serializers.DateField(required=False, help_text="the day it is judged on; today")
    mode = serializers.ChoiceField(
        choices=MODES,
        default="check",
        help_text=(
            "check: wait for a confirmation; validate: it can never be committed; "
            "commit: write what is certain at once"
        ),
    )
    whole = serializers.BooleanField(
        default=False, help_text="all rows or none: refused while any row asks or is refused"
    )
    overwrite = serializers.BooleanField(
        default=False, help_text="the list wins over later edits by hand"
    )
    sheet = serializers.CharField(
        default="", allow_blank=True, max_length=100, help_text="name of the sheet; the likeliest"
    )
    mapping = serializers.JSONField(
        required=False,
        help_text='{"columns": {key: field or null}, "values": {field: {text: value}}}',
    )

    def validate_list(self, name: str) -> str:
        """Refuse a list that nobody declared."""
        names = [kind.name for kind in all_kinds()]
        if name not in names:
            raise serializers.ValidationError(
                _("There is no list called %(name)s; choose one of %(names)s.")
                % {"name": name, "names": ", ".join(names)}
            )
        return name

    def validate_mapping(self, value: Any) -> dict[str, Any]:
        """Refuse what is no mapping, naming the part."""
        given = MappingInput(data=value)
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)


class UploadInput(OptionsInput):
    """A list as a file (multipart) or as pasted text."""

    file = serializers.FileField(
        required=False, allow_empty_file=True, help_text="CSV, TXT or XLSX as it comes"
    )
    text = serializers.CharField(
        required=False,
        max_length=LONGEST,
        trim_whitespace=False,
        help_text="a sign-up chain (接龙), or rows copied from a table",
    )

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """Ask for exactly one of file and text."""
        if ("file" in data) == bool(data.get("text", "").strip()):
            raise serializers.ValidationError(
                {"file": _("Send the list either as file or as text, one of the two.")}
            )
        return data


class TextInput(OptionsInput):
    """A list as pasted text (for the schema: what JSON can carry)."""

    text = serializers.CharField(max_length=LONGEST)


class DecisionInput(serializers.Serializer[Any]):
    """What becomes of rows that wait."""

    rows = serializers.ListField(
        child=serializers.IntegerField(min_value=1),
        min_length=1,
        max_length=MOST_DECIDED,
        help_text="their numbers",
    )
    action = serializers.ChoiceField(
        choices=DECISIONS,
        help_text="create or update: import it; skip: leave it out",
    )
    values = serializers.DictField(
        child=serializers.CharField(),
        required=False,
        help_text="what the row asked, such as dest_code; for a single row",
    )

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """Take values for one row alone."""
        if data.get("values") and len(set(data["rows"])) > 1:
            raise serializers.ValidationError(
                {"values": _("Values can be given for one row at a time.")}
            )
        return data


class ProblemsInput(serializers.Serializer[Any]):
    """In which form the problems are wanted."""

    kind = serializers.ChoiceField(choices=("json", "csv", "xlsx"), default="json")


class ProblemSerializer(serializers.Serializer[Any]):
    """One thing to say about a cell, a row (no column) or the file (no row); numbers masked."""

    row = serializers.IntegerField(required=False, help_text="as the spreadsheet counts")
    column = serializers.CharField(help_text="the heading as it stands in the file")
    code = serializers.CharField(help_text="docs/import-codes.md")
    severity = serializers.ChoiceField(choices=("error", "warning", "question", "note"))
    message = serializers.CharField()


class ProblemsAnswer(serializers.Serializer[Any]):
    """The problems of an import, by row."""

    problems = ProblemSerializer(many=True)


class ProgressSerializer(serializers.Serializer[Any]):
    """How far what runs has come, in rows."""

    done = serializers.IntegerField()
    total = serializers.IntegerField()


class BatchSerializer(serializers.ModelSerializer[ImportBatch]):
    """An import with its state and figures."""

    list = serializers.CharField(source="list_name")
    place_name = serializers.CharField(source="place.name")
    uploaded_by_name = serializers.CharField(source="uploaded_by.name", default="")
    state = serializers.ChoiceField(choices=BatchState.choices)
    state_name = serializers.CharField(source="get_state_display")
    options = serializers.DictField(child=serializers.BooleanField())
    figures = serializers.SerializerMethodField()
    progress = serializers.SerializerMethodField()

    class Meta:
        model = ImportBatch
        fields = [
            "id", "list", "file_name", "place", "place_name", "uploaded_by_name", "uploaded_at",
            "as_of", "state", "state_name", "options", "sheet", "figures", "progress", "error",
        ]  # fmt: skip

    def get_figures(self, batch: ImportBatch) -> dict[str, int]:
        """Return the counted rows by name: rows, created, updated, unchanged, …"""
        return {name: batch.summary.get(name, 0) for name in FIGURES}

    def get_progress(self, batch: ImportBatch) -> dict[str, int]:
        """Return done and total rows."""
        figures = batch.summary
        return {
            "done": figures.get("done", 0),
            "total": figures.get("total", figures.get("rows", 0)),
        }


class BatchDetailSerializer(BatchSerializer):
    """The same with what was understood of the file, and the rows an undo had to leave."""

    understood = serializers.DictField(
        child=serializers.JSONField(),
        help_text="encoding, sheet, header_rows, columns, counts, problems and open questions",
    )
    left = serializers.SerializerMethodField()

    class Meta(BatchSerializer.Meta):
        fields = [*BatchSerializer.Meta.fields, "understood", "left"]

    def get_left(self, batch: ImportBatch) -> list[dict[str, Any]]:
        """Return the rows an undo left, each with who has worked with it since."""
        return [dict(one) for one in batch.summary.get("left", ())]


class RowSerializer(serializers.ModelSerializer[ImportRow]):
    """A row as understood, its fate and its problems; ID numbers and phones are masked."""

    action_name = serializers.CharField(source="get_action_display")
    values = serializers.SerializerMethodField()
    problems = serializers.SerializerMethodField()

    class Meta:
        model = ImportRow
        fields = [
            "number", "kind", "verdict", "action", "action_name", "duplicate", "decided", "done",
            "undone", "values", "problems",
        ]  # fmt: skip

    def get_values(self, row: ImportRow) -> dict[str, str]:
        """Return what was understood, by field, as people read it; masked."""
        kind, place = self.context["kind"], self.context["place"]
        return {
            key: shown_value(field_of(kind.spec, key), value, place)
            for key, value in (row.values or {}).items()
            if key not in HIDDEN and value not in (None, "", [])
        }

    def get_problems(self, row: ImportRow) -> list[dict[str, str]]:
        """Return what there is to say: column, code, severity, message."""
        return told_problems(row)


def told_problems(row: ImportRow) -> list[dict[str, str]]:
    """Return the problems of a row in words; numbers in them masked."""
    return [
        {"column": one.column, "code": one.code, "severity": one.severity, "message": one.message}
        for one in told(row)
    ]
