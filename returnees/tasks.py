"""Work of this app that runs in a worker; each task is one call of a service."""

from celery import shared_task

from returnees.services.imports import TASK, commit_queued


@shared_task(name=TASK)  # type: ignore[untyped-decorator]
def import_commit(batch: str, user: int | None) -> None:
    """Commit a big import; after a crash it goes on where it stopped."""
    commit_queued(batch=batch, user=user)
