"""Whether the portal works: database, broker, and a beat that was heard a moment ago."""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis import Redis, RedisError

from schedules.models import JobRun

FRESH = timedelta(seconds=90)
WAIT = 2  # seconds for the broker to answer


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 while everything is there, else 503 with what is missing."""
    found = {name: check() for name, check in CHECKS.items()}
    missing = [name for name, good in found.items() if not good]
    return JsonResponse(
        {"status": "missing" if missing else "ok", "missing": missing, **found},
        status=503 if missing else 200,
    )


def database() -> bool:
    """Say whether the database answers a query."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True


def broker() -> bool:
    """Say whether the broker answers."""
    client = Redis.from_url(settings.REDIS_URL, socket_connect_timeout=WAIT, socket_timeout=WAIT)
    try:
        return bool(client.ping())
    except (RedisError, OSError):
        return False
    finally:
        client.close()


def beat() -> bool:
    """Say whether a worker finished a heartbeat that beat sent within the last 90 seconds."""
    try:
        return JobRun.objects.filter(
            name="heartbeat", error="", finished_at__gt=timezone.now() - FRESH
        ).exists()
    except Error:
        return False


CHECKS: dict[str, Callable[[], bool]] = {"database": database, "broker": broker, "beat": beat}
