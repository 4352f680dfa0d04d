"""How many messages wait at the broker, queue by queue."""

from django.conf import settings
from redis import Redis, RedisError

QUEUES = ("celery", "reconcile", "reminders", "imports")
WAIT = 2  # seconds for the broker to answer


def lengths(*queues: str) -> dict[str, int]:
    """Return how many messages wait in these queues; a broker that is down raises RedisError."""
    with Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=WAIT, socket_timeout=WAIT
    ) as broker:
        return {queue: int(broker.llen(queue)) for queue in queues}


def waiting_in(*queues: str) -> int:
    """Return how many messages wait in these queues together; none where nobody can tell."""
    try:
        return sum(lengths(*queues).values())
    except (RedisError, OSError):
        return 0
