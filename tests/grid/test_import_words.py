"""Every field, value and code of every registered list has a name people can read."""

import pytest
from django.utils import translation

from grid.batches.kinds import ListKind
from grid.batches.registry import all_kinds
from grid.import_labels import ENGLISH, SHORT
from grid.import_words import code_label, field_of, key_name, said_once
from grid.imports.messages import MESSAGES

KINDS = all_kinds()  # as the apps registered them: tests may add lists of their own
LISTS = [pytest.param(kind, id=kind.name) for kind in KINDS]


@pytest.mark.parametrize("kind", LISTS)
def test_every_field_of_every_list_has_an_english_name(kind: ListKind) -> None:
    assert [field.key for field in kind.spec.fields if field.key not in ENGLISH] == []
    with translation.override("en"):
        names = [key_name(kind.spec, field.key) for field in kind.spec.fields]
    assert [name for name in names if not name.isascii()] == []


@pytest.mark.parametrize("kind", LISTS)
def test_every_value_that_is_shown_or_asked_for_has_a_name(kind: ListKind) -> None:
    keys = {*kind.shows, *kind.decides, *kind.read_as, *kind.template_fields}
    with translation.override("en"):
        assert [key for key in keys if key_name(kind.spec, key) == key] == []


@pytest.mark.parametrize("kind", LISTS)
def test_every_list_says_what_its_commit_leads_to(kind: ListKind) -> None:
    assert str(kind.follows).endswith((".", "。"))


def test_every_code_is_named_in_a_few_words() -> None:
    codes = {*MESSAGES, *(code for kind in KINDS for code in kind.messages)}

    assert sorted(codes - SHORT.keys()) == []
    with translation.override("en"):
        assert [code for code in codes if len(code_label(code)) > 40] == []


def test_a_value_without_a_column_of_its_own_is_named_in_the_readers_language() -> None:
    cadres = next(kind for kind in KINDS if kind.name == "cadres")

    assert field_of(cadres.spec, "dest_code") is None
    with translation.override("zh-hans"):
        assert key_name(cadres.spec, "dest_code") == "村（社区）"


def test_what_every_one_of_several_rows_says_is_said_once() -> None:
    assert said_once([["a", "b"], ["b", "c"], ["d", "b"]]) == ["b"]
    assert said_once([["a"], ["a"]]) == []
    assert said_once([["a"], [], ["a"]]) == []
    assert said_once([]) == []
