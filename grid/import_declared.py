"""The declared lists as the REST API shows them."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from grid.batches.kinds import ListKind
from grid.choices import Level
from grid.import_words import choices_of, field_name
from grid.imports.lists import Field


class FieldSerializer(serializers.Serializer[Any]):
    """A field of a list: its headings in the field, which are matched whole."""

    key = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    required = serializers.BooleanField()  # type: ignore[assignment]
    headings = serializers.ListField(child=serializers.CharField())
    doubtful = serializers.ListField(
        child=serializers.CharField(), help_text="taken only where nothing better is there"
    )
    choices = serializers.DictField(
        child=serializers.CharField(), help_text="canonical value -> its name"
    )


class ListSerializer(serializers.Serializer[Any]):
    """A list that can be imported."""

    name = serializers.CharField()
    title = serializers.CharField()
    levels = serializers.ListField(
        child=serializers.ChoiceField(choices=Level.choices),
        help_text="levels of the places it can be given for",
    )
    asks_day = serializers.BooleanField()
    list_fields = FieldSerializer(many=True)


def list_of(kind: ListKind) -> Mapping[str, Any]:
    """Return a declared list as `ListSerializer` gives it."""
    return {
        "name": kind.name,
        "title": str(kind.title),
        "levels": [int(level) for level in kind.levels],
        "asks_day": kind.asks_day,
        "list_fields": [_field(field) for field in kind.spec.fields],
    }


def _field(field: Field) -> Mapping[str, Any]:
    return {
        "key": field.key,
        "name": field_name(field),
        "kind": field.kind,
        "required": field.required,
        "headings": field.headings,
        "doubtful": field.doubtful,
        "choices": dict(choices_of(field)),
    }
