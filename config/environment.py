"""The environment as settings read it: a variable that is missing or odd says what to do."""

from datetime import time

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()


def needed(name: str) -> str:
    """Return the variable, or stop with a sentence that says how to get it."""
    value: str = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(
            f"{name} is not set: start the portal through `make run` or `manage.py`, which make it "
            "once in var/secrets, or set it in the environment (docs/operations.md)."
        )
    return value


def clock(name: str, default: str) -> time:
    """Return the variable as an hour of the day, or stop with a sentence."""
    try:
        return time.fromisoformat(env.str(name, default=default))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: give an hour such as {default}.") from error


def celery_url(url: str) -> str:
    """Return kombu's form of a redis-py socket address (unix://path?db=n)."""
    if url.startswith("unix://"):
        path, _sep, query = url.removeprefix("unix://").partition("?")
        return f"redis+socket://{path}?virtual_host={query.removeprefix('db=') or '0'}"
    return url
