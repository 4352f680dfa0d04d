"""Work of this app that runs in a worker; each task is one call of a service."""

from celery import shared_task

from returnees.services.confirming import CONFIRM_TASK, confirm_queued
from returnees.services.screening import SCREEN_TASK, screen_queued


@shared_task(name=SCREEN_TASK)  # type: ignore[untyped-decorator]
def screen(screening: int, user: int | None) -> None:
    """Compute a big re-screening; after a crash it goes on where it stopped."""
    screen_queued(screening=screening, user=user)


@shared_task(name=CONFIRM_TASK)  # type: ignore[untyped-decorator]
def screen_confirm(screening: int, user: int | None) -> None:
    """Re-plan everybody who waits for it; after a crash it goes on where it stopped."""
    confirm_queued(screening=screening, user=user)
