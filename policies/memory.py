"""What a pack remembers: values that many people share, made once."""

from collections.abc import Callable, Hashable
from typing import Any

from policies.pack import Pack

LIMIT = 8192


def remembered(pack: Pack, key: Hashable, make: Callable[[], Any]) -> Any:
    """Return the value of a key, made on the first asking; keys hold what decides the value."""
    found = pack.cache.get(key)
    if found is None:
        # A pack meets a few thousand keys; a flood of odd ones must not fill the memory.
        if len(pack.cache) >= LIMIT:
            pack.cache.clear()
        found = pack.cache[key] = make()
    return found
