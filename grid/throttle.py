"""How often one address may do what needs no account."""

from django.core.cache import cache
from django.http import HttpRequest

HOUR = 3600  # seconds


def too_many(request: HttpRequest, what: str, per_hour: int) -> bool:
    """Count an act of this address; say whether it is one too many this hour."""
    key = f"{what}:{request.META.get('REMOTE_ADDR', '')}"
    cache.add(key, 0, timeout=HOUR)
    try:
        return bool(cache.incr(key) > per_hour)
    except ValueError:  # it ran out between the two calls
        return False
