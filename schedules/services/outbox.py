"""Sending what the outbox holds: claimed with a lease, looked at once more, handed over, settled.

A worker claims some rows for a few minutes by a conditional update; whoever claimed a row last may
settle it. Of a row whose lease ran out nobody knows whether it went: channels that honour keys get
it again, the others once more and then it stays unknown.
"""

import time as clock
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from celery import current_app
from django.db import connection, transaction
from django.utils import timezone

from grid.models import User
from schedules.channels import Answer, Message, Outcome, hand_over
from schedules.choices import ReminderState
from schedules.models import Reminder
from schedules.queues import waiting_in
from schedules.reminding import Told, told_now
from schedules.services.jobs import job_run
from schedules.services.ladders import URGENT, after_quiet, climb, first_rungs

# So few that whoever waits for a worker meanwhile does not notice.
BATCH = 100
LEASE = timedelta(minutes=5)
# A batch that takes longer gives the rest back: its lease must never run out under it, and a
# channel that hangs shall not keep the worker.
SLICE = 20.0  # seconds
WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))
MOST_UNKNOWN = 2  # attempts without an answer, where a channel may show a message twice
TASK = "schedules.send_reminders"
# Between two batches sending gives way to what is short and has its hour, and after a while to
# imports, whose helpers give way after as long (grid.batches.committing). Plans that changed wait
# for none of it: a process of their own takes nothing else (config.runtime.up).
HURRIED, PATIENT = ("celery",), ("celery", "imports")
TURN = 5.0  # seconds
# A sender rests after a batch for as long as it kept a processor busy: beside two of them on two
# processors whoever else has work finds one free. Where channels take their time it is nothing.
REST = 1.0

CLAIM = """
UPDATE schedules_reminder r
SET lease_until = %(until)s, attempts = r.attempts + 1,
    unknowns = r.unknowns + CASE WHEN r.lease_until IS NULL THEN 0 ELSE 1 END
FROM (
    SELECT id FROM schedules_reminder
    WHERE state = 'waiting' AND not_before <= %(now)s
        AND (lease_until IS NULL OR lease_until < %(now)s)
    ORDER BY not_before
    LIMIT %(most)s
    FOR UPDATE SKIP LOCKED
) due
WHERE r.id = due.id
RETURNING r.id
"""
# Only the holder of the lease settles: `attempts` is its token.
SETTLE = """
UPDATE schedules_reminder r
SET state = v.state, answer = v.answer, not_before = v.not_before, sent_at = v.sent_at,
    unknowns = v.unknowns, attempts = v.attempts, lease_until = NULL
FROM unnest(
    %(ids)s::bigint[], %(tokens)s::int[], %(states)s::text[], %(answers)s::text[],
    %(not_before)s::timestamptz[], %(sent_at)s::timestamptz[], %(unknowns)s::int[],
    %(attempts)s::int[]
) AS v (id, token, state, answer, not_before, sent_at, unknowns, attempts)
WHERE r.id = v.id AND r.attempts = v.token AND r.state = 'waiting'
RETURNING r.id
"""


@dataclass(slots=True)
class Settled:
    """A claimed message and what is to be written of it."""

    row: Reminder
    token: int
    climbs: bool = False


def send_due(*, now: datetime | None = None, most: int = BATCH) -> int:
    """Send what is due, one batch; return how many were settled.

    Safe in parallel and at any hour: rows in other hands are skipped, rows nobody holds any more
    are taken up.
    """
    now = now or timezone.now()
    claimed = claim(now=now, most=most)
    if not claimed:
        return 0
    texts = told_now(claimed, now=now)
    started, done = clock.monotonic(), 0
    several: list[Settled] = []
    for row in claimed:
        if clock.monotonic() - started > SLICE:
            several.append(_given_back(row))
            continue
        one = _send(row, texts.get(row.pk), now)
        done += 1
        if row.via and row.via.honours_keys:
            several.append(one)  # told again it would show once: the batch is one statement
        else:
            settle([one], now=now)
    settle(several, now=now)
    return done


def claim(*, now: datetime, most: int = BATCH) -> list[Reminder]:
    """Take some messages that are due for the length of a lease, in a transaction of its own."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CLAIM, {"now": now, "until": now + LEASE, "most": most})
        keys = [key for (key,) in cursor.fetchall()]
    rows = Reminder.objects.filter(pk__in=keys).select_related("user", "via")
    return list(rows.order_by("not_before", "pk"))


def settle(done: Sequence[Settled], *, now: datetime) -> int:
    """Write what came of some messages; those that failed climb to the next rung."""
    if not done:
        return 0
    rows = [one.row for one in done]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            SETTLE,
            {
                "ids": [row.pk for row in rows],
                "tokens": [one.token for one in done],
                "states": [str(row.state) for row in rows],
                "answers": [row.answer for row in rows],
                "not_before": [row.not_before for row in rows],
                "sent_at": [row.sent_at for row in rows],
                "unknowns": [row.unknowns for row in rows],
                "attempts": [row.attempts for row in rows],
            },
        )
        written = {key for (key,) in cursor.fetchall()}
        climb([one.row for one in done if one.climbs and one.row.pk in written], now=now)
    return len(written)


def _send(row: Reminder, told: Told | None, now: datetime) -> Settled:
    """Hand one message over, or drop it where there is nothing left to say."""
    if row.kind not in URGENT and (open_at := after_quiet(now)) > now:
        return _given_back(row, open_at)  # it should have gone before: a backlog, an outage
    one = Settled(row, token=row.attempts)
    if told is None or row.via is None or not row.via.is_active:
        row.state = ReminderState.DROPPED
        one.climbs = told is not None
        return one
    honours = row.via.honours_keys
    if row.unknowns >= MOST_UNKNOWN and not honours:
        return _unknown(one, row.answer)
    message = Message(
        key=row.key,
        title=told.title,
        text=told.text,
        url=row.via.url,
        phone=row.user.phone,
        address=told.address,
    )
    return _answered(one, hand_over(row.via.kind, message), now)


def _answered(one: Settled, answer: Answer, now: datetime) -> Settled:
    row = one.row
    row.answer = answer.text[:300]
    match answer.outcome:
        case Outcome.ACCEPTED | Outcome.DELIVERED:
            delivered = answer.outcome == Outcome.DELIVERED
            row.state = ReminderState.DELIVERED if delivered else ReminderState.SENT
            row.sent_at = now
        case Outcome.BY_HAND:
            row.state = ReminderState.BY_HAND
        case Outcome.REFUSED:
            row.state, one.climbs = ReminderState.FAILED, True
        case Outcome.UNKNOWN:
            row.unknowns += 1
            if row.unknowns >= MOST_UNKNOWN and not (row.via and row.via.honours_keys):
                return _unknown(one, row.answer)
            return _again(one, now)
        case Outcome.BUSY:
            return _again(one, now)
    return one


def _again(one: Settled, now: datetime) -> Settled:
    """Try again after a while; after the last wait the ladder is climbed."""
    row = one.row
    if row.attempts > len(WAITS):
        row.state, one.climbs = ReminderState.FAILED, True
    else:
        later = now + WAITS[row.attempts - 1]
        row.not_before = later if row.kind in URGENT else after_quiet(later)
    return one


def _unknown(one: Settled, answer: str) -> Settled:
    """Leave a message whose outcome nobody knows as that, and try the next channel."""
    one.row.state, one.row.answer, one.climbs = ReminderState.UNKNOWN, answer, True
    return one


def _given_back(row: Reminder, until: datetime | None = None) -> Settled:
    """Leave a message to the next batch, or until a moment, as if it had not been claimed."""
    one = Settled(row, token=row.attempts)
    row.attempts -= 1
    row.not_before = until or row.not_before
    return one


def queue_due(*, now: datetime | None = None, workers: int = 2) -> int:
    """Put messages of the portal on their first rung and wake workers if any are due.

    Called every minute: what a lost message or a dead worker left is taken up here. A moment that
    is given is handed on to the workers.
    """
    given = {"now": now.isoformat()} if now else {}
    now = now or timezone.now()
    made = first_rungs(now=now)
    due = Reminder.objects.filter(state=ReminderState.WAITING, not_before__lte=now)
    waiting = due.count()
    for _worker in range(min(workers, -(-waiting // BATCH))):
        _wake(given)
    return made


def _wake(given: dict[str, str]) -> None:
    current_app.send_task(TASK, kwargs=given, expires=55)


def send_all(*, now: datetime | None = None) -> int:
    """Send batches until nothing is due; return how many messages were settled.

    A batch that was cut short ends the round: the next minute goes on. Between two batches it
    rests, gives way to whoever waits for a process, and goes on after them: neither the jobs of the
    clock nor a list that is imported wait for a hundred thousand digests.
    """
    sent, started = 0, clock.monotonic()
    with job_run("send_reminders") as job:
        used = clock.thread_time()
        while done := send_due(now=now):
            sent += done
            if done < BATCH:
                break
            rest(used=clock.thread_time() - used)
            used = clock.thread_time()
            if waiting_in(*(PATIENT if clock.monotonic() - started >= TURN else HURRIED)):
                _wake({"now": now.isoformat()} if now else {})
                break
        job.figures = {"settled": sent}
    return sent


def rest(*, used: float) -> None:
    """Leave the processors to others, after so many seconds of one of them."""
    clock.sleep(REST * used)


@transaction.atomic
def tell_by_hand(*, rows: Iterable[Reminder], by: User, now: datetime | None = None) -> int:
    """Note that a colleague has told these cadres; return how many were still to be told."""
    keys = [row.pk for row in rows]
    return (
        Reminder.objects.by_hand()
        .filter(pk__in=keys)
        .update(state=ReminderState.TOLD, told_by=by, sent_at=now or timezone.now())
    )
