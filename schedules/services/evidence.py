"""Evidence closes a task, a tick does not."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from grid.models import User
from schedules import evidence_sql, sql
from schedules.choices import CLOSING_OUTCOMES, ContactChannel

# A measure is seen, not told: at home or in the site, by eye (clauses of six in place, item 4).
SEEING = [ContactChannel.VISIT, ContactChannel.VIDEO, ContactChannel.SITE]
FAILED_ATTEMPTS = 3
# Evidence may be entered for an earlier day; this far back it still closes that day's task.
DAYS_BACK = 62
# Rows of each kind of evidence that a sweep looks at: far more than a minute brings.
MOST = 2000
# As many before the last one seen are looked at again: who began earlier may end later.
STRAGGLERS = 500


@transaction.atomic
def close_by_evidence(
    *,
    episode_ids: list[int] | None,
    now: datetime | None = None,
    since: date | None = None,
    by: User | None = None,
) -> int:
    """Close the tasks for which evidence exists, in time or late; return how many.

    `episode_ids` None means all; `since` is the first day looked at. `by` is whoever confirmed an
    arrival just now.
    """
    now = now or timezone.now()
    since = since or timezone.localdate(now) - timedelta(days=DAYS_BACK)
    common = {"ids": episode_ids, "since": since, "now": now}
    logs, tests, contacts = _there_is(episode_ids)
    closed = sql.run(evidence_sql.BY_ARRIVAL, by=by.pk if by else None, **common)
    if logs:
        closed += sql.run(evidence_sql.BY_HEALTH_LOG, **common)
        closed += sql.run(evidence_sql.BY_FIRST_LOG, **common)
    if tests:
        closed += sql.run(evidence_sql.BY_TEST, **common)
    return closed + _close_by_contact(common) if contacts else closed


def close_latest(*, seen: Mapping[str, int], now: datetime) -> tuple[int, dict[str, int]]:
    """Close tasks by what was written since the last look; return how many, and what is seen now.

    What a page writes is closed with it: this is the net for writers who did not say so, or whose
    message was lost. `seen` holds the last key of each kind (evidence_sql.SOURCES); of more than a
    minute brings the next looks take up the rest.
    """
    upto: dict[str, int] = {}
    episodes: set[int] = set()
    for kind, (table, key) in evidence_sql.SOURCES.items():
        ((newest,),) = sql.rows(evidence_sql.NEWEST.format(table=table, key=key))
        known = min(seen.get(kind, newest - MOST), newest)
        after = evidence_sql.AFTER.format(table=table, key=key)
        found = sql.rows(after, after=known - STRAGGLERS, most=MOST)
        upto[kind] = max([known, *(at for at, _episode in found)])
        episodes |= {episode for _at, episode in found}
    closed = close_by_evidence(episode_ids=sorted(episodes), now=now) if episodes else 0
    return closed, upto


def _there_is(ids: list[int] | None) -> tuple[bool, bool, bool]:
    """Say whether there are health logs, tests with a result and contacts; of all, always."""
    if ids is None:
        return True, True, True
    ((logs, tests, contacts),) = sql.rows(evidence_sql.PRESENT, ids=ids)
    return logs, tests, contacts


def _close_by_contact(common: dict[str, Any]) -> int:
    closing = [str(outcome) for outcome in CLOSING_OUTCOMES]
    closed = sql.run(evidence_sql.BY_VISIT, closing=closing, **common)
    # A pass gives each task one contact; a second contact of the kind finds the next task.
    while more := sql.run(
        evidence_sql.BY_CONTACT, closing=closing, seeing=[str(c) for c in SEEING], **common
    ):
        closed += more
    return closed


def raise_unreached(*, episode_ids: list[int], now: datetime) -> int:
    """Mark the open tasks of persons whom three attempts in a row did not reach."""
    _logs, _tests, contacts = _there_is(episode_ids)
    if not contacts:
        return 0
    return sql.run(
        evidence_sql.RAISE,
        ids=episode_ids,
        now=now,
        attempts=FAILED_ATTEMPTS,
        closing=[str(outcome) for outcome in CLOSING_OUTCOMES],
    )
