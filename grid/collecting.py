"""Letting the garbage collector look seldom while thousands of rows are at hand.

Rows, plans and cells hang together in no circles: they are freed as their last user lets go of
them. To look through all of them again after every 700 new objects, as the collector does by
itself, takes a sixth of the time in which a list is written.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

YOUNG = 1  # generation: what was made meanwhile, not all there is
SELDOM = (100_000, 20, 20)  # new objects; of a thousand rows at hand there are as many


@contextmanager
def seldom() -> Iterator[None]:
    """Look for circles every 100,000 new objects, and once at the end. For the whole process."""
    before = gc.get_threshold()
    gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.collect(YOUNG)
