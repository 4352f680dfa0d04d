"""The garbage collector is told to look seldom, and as often as ever afterwards."""

import gc

import pytest

from grid.collecting import SELDOM, seldom


def test_it_looks_seldom_and_then_as_ever() -> None:
    usual = gc.get_threshold()
    with seldom():
        assert gc.get_threshold() == SELDOM
    assert gc.get_threshold() == usual


def test_it_looks_as_ever_after_an_error() -> None:
    usual = gc.get_threshold()
    with pytest.raises(ZeroDivisionError), seldom():
        _ = 1 // 0
    assert gc.get_threshold() == usual
