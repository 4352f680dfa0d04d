"""Digests that a cadre has seen."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from grid.models import User
from schedules.models import Reminder


@transaction.atomic
def mark_read(*, user: User, upto: datetime, now: datetime | None = None) -> int:
    """Mark the user's digests made up to a moment as read; return how many were new.

    `upto` is the newest one that was shown: what came in between stays unread.
    """
    fresh = Reminder.objects.filter(user=user, read_at=None, created_at__lte=upto)
    return fresh.update(read_at=now or timezone.now())
