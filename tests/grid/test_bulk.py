"""JSON that many rows share has its text made once, and is nobody's to change."""

import json

import pytest

from grid.bulk import Written, _json


def test_the_text_is_made_once_and_says_the_same() -> None:
    shared = Written({"days": [1, 2], "名": "田"})
    assert json.loads(_json(shared) or "") == shared
    assert _json(shared) is _json(shared)


def test_what_many_share_is_not_changed() -> None:
    shared = Written({"a": 1})
    with pytest.raises(TypeError):
        shared["a"] = 2
    assert type(shared | {"a": 2}) is dict
