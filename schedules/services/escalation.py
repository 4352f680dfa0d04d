"""What is not done in time climbs the tiers: village, block, county (JY-16c), each told once.

A level that nobody holds is passed over; whoever holds two levels is told once. What is settled
closes by itself.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.choices import Tier
from grid.errors import Refused
from grid.models import User
from grid.responsibility import tier_holders
from returnees.models import Abnormality, PolicyVersion
from returnees.policies import report_within
from schedules import sql
from schedules.choices import Matter
from schedules.models import Escalation, Reminder
from schedules.services.jobs import job_run

KIND = "escalation"
UPWARD = (Tier.VILLAGE, Tier.BLOCK, Tier.COUNTY)
OLDEST = timedelta(days=3)  # what is older has long been told to everybody
NTH = ("", *"bcdefghijklmnopqrstuvwxyz")  # notices of a matter in one minute
# Subjects looked at together, the newest first. A run goes on to older ones until it has told of so
# many; those of which nobody above is left to tell must not stand before the others.
MOST = 5000

# A subject is past more steps than it has been told on.
OWED = """(SELECT count(*) FROM unnest(%(steps)s::interval[]) AS step
        WHERE {since} + step <= %(now)s) > coalesce(cardinality(x.tiers), 0)
    AND (%(after)s::timestamptz IS NULL OR ({since}, {key}) < (%(after)s, %(key)s::bigint))"""
# Subjects past the limit of a matter: (task, abnormality, episode, place, since, tiers told).
TASKS = """
SELECT t.id, NULL::bigint, t.episode_id, t.place_id, {since}, coalesce(x.tiers, '{{}}'), x.users
FROM schedules_task t
JOIN schedules_duty y ON y.key = t.duty_id
LEFT JOIN LATERAL (
    SELECT array_agg(s.tier) AS tiers, array_agg(s.user_id) AS users
    FROM schedules_escalation s WHERE s.task_id = t.id AND s.matter = %(matter)s
) x ON true
WHERE t.state = 'pending' AND t.due_day >= %(oldest)s AND {condition} AND {owed}
ORDER BY {since} DESC, t.id DESC LIMIT %(most)s
"""
FINDINGS = """
SELECT NULL::bigint, a.id, a.episode_id, a.place_id, {since}, coalesce(x.tiers, '{{}}'), x.users
FROM returnees_abnormality a
JOIN returnees_episode e ON e.id = a.episode_id
JOIN unnest(%(policies)s::bigint[], %(within)s::interval[]) AS w (policy, within)
    ON w.policy = e.policy_id
LEFT JOIN LATERAL (
    SELECT array_agg(s.tier) AS tiers, array_agg(s.user_id) AS users
    FROM schedules_escalation s WHERE s.abnormality_id = a.id
) x ON true
WHERE a.closed_at IS NULL AND a.reported_at IS NULL AND {since} <= %(first)s AND {owed}
ORDER BY {since} DESC, a.id DESC LIMIT %(most)s
"""
OF_TASKS = {
    Matter.CHECK: ("t.due_at", "y.evidence = 'health_log' AND t.due_at <= %(first)s"),
    Matter.UNREACHED: ("t.raised_at", "t.raised_at <= %(first)s"),
    Matter.OVERDUE: (
        "t.due_at",
        "y.evidence <> 'health_log' AND t.raised_at IS NULL AND t.due_at <= %(first)s",
    ),
}
SETTLED = """
UPDATE schedules_escalation s
SET closed_at = %(now)s
WHERE s.closed_at IS NULL AND (
    EXISTS (
        SELECT FROM schedules_task t WHERE t.id = s.task_id AND t.state <> 'pending'
            -- what was missed stays somebody's to answer for
            AND (t.state <> 'missed' OR s.answered_at IS NOT NULL)
    )
    OR EXISTS (
        SELECT FROM returnees_abnormality a WHERE a.id = s.abnormality_id
            AND (a.reported_at IS NOT NULL OR a.closed_at IS NOT NULL)
    )
)
"""


class AnswerRefusedError(Refused):
    """The answer says nothing, or nothing waits for it."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Something not done past its limit, and whom it has been told to so far."""

    task: int | None
    abnormality: int | None
    episode: int
    place: str
    since: datetime
    tiers: frozenset[int]
    users: frozenset[int]


def escalate(*, now: datetime | None = None) -> int:
    """Tell the next tiers of everything past its limit; return how many rows are new.

    Safe to repeat and in parallel: a tier is told of a subject once.
    """
    now = now or timezone.now()
    with job_run("escalate", day=timezone.localdate(now)) as job, transaction.atomic():
        # One at a time: each cadre gets one list, not two halves of it.
        sql.rows("SELECT pg_advisory_xact_lock(hashtext('schedules.escalate'))")
        settled = sql.run(SETTLED, now=now)
        told = {matter: _escalate(matter, now) for matter in Matter}
        job.figures = {"settled": settled, **{str(key): n for key, n in told.items() if n}}
    return sum(told.values())


def _escalate(matter: Matter, now: datetime) -> int:
    steps = [timedelta(hours=n) for n in settings.GRID["escalation_steps"][matter]]
    made: list[Escalation] = []
    last: Subject | None = None
    while len(made) < MOST:
        subjects = _past_limit(matter, now, steps, last)
        made += _climb(matter, subjects, steps, now)
        if len(subjects) < MOST:
            break
        last = subjects[-1]
    _tell(matter, made, now)
    return len(made)


def _climb(
    matter: Matter, subjects: Sequence[Subject], steps: Sequence[timedelta], now: datetime
) -> list[Escalation]:
    if not subjects:
        return []
    holders = tier_holders({one.place for one in subjects}, timezone.localdate(now))
    rows = [row for one in subjects for row in _levels(matter, one, holders[one.place], steps, now)]
    return list(Escalation.objects.bulk_create(rows, ignore_conflicts=True))


def _past_limit(
    matter: Matter, now: datetime, steps: Sequence[timedelta], last: Subject | None
) -> list[Subject]:
    """Return what has not been told to every tier that is due, what comes after `last`."""
    given: dict[str, Any] = {
        "now": now,
        "first": now - steps[0],
        "steps": list(steps),
        "most": MOST,
        "matter": str(matter),
        "after": last and last.since,
        "key": last and (last.task or last.abnormality),
    }
    if matter == Matter.ABNORMAL:
        limits = _report_limits()
        given |= {"policies": list(limits), "within": list(limits.values())}
        since, key, statement, condition = "a.found_at + w.within", "a.id", FINDINGS, ""
    else:
        given["oldest"] = timezone.localdate(now) - OLDEST
        since, condition = OF_TASKS[matter]
        key, statement = "t.id", TASKS
    owed = OWED.format(since=since, key=key)
    found = sql.rows(statement.format(since=since, condition=condition, owed=owed), **given)
    return [
        Subject(task, finding, episode, place, since, frozenset(tiers), frozenset(users or ()))
        for task, finding, episode, place, since, tiers, users in found
    ]


def _report_limits() -> dict[int, timedelta]:
    """Return, by notice, within what time its findings are reported upward (JY-2s, A-38)."""
    waiting = Abnormality.objects.open().filter(reported_at=None).order_by()
    policies = waiting.values_list("episode__policy", flat=True).distinct()
    versions = PolicyVersion.objects.filter(pk__in=policies)
    return {version.pk: report_within(version) for version in versions}


def _levels(
    matter: Matter,
    subject: Subject,
    holders: dict[Tier, int],
    steps: Sequence[timedelta],
    now: datetime,
) -> list[Escalation]:
    """Return the rows that are due of one subject: a tier each, nobody twice."""
    rows: list[Escalation] = []
    told = set(subject.users)
    for tier, step in zip(UPWARD, steps, strict=True):
        user = holders.get(tier)
        if now < subject.since + step or tier in subject.tiers or user is None or user in told:
            continue
        told.add(user)
        rows.append(
            Escalation(
                matter=matter,
                task_id=subject.task,
                abnormality_id=subject.abnormality,
                episode_id=subject.episode,
                place_id=subject.place,
                tier=tier,
                user_id=user,
                since=subject.since,
                told_at=now,
            )
        )
    return rows


def _tell(matter: Matter, rows: Iterable[Escalation], now: datetime) -> None:
    """Give each cadre one notice with the list of what climbed to them in this run."""
    lists: dict[int, list[Escalation]] = defaultdict(list)
    for row in rows:
        lists[row.user_id].append(row)
    if not lists:
        return
    local = timezone.localtime(now)
    slot = f"{matter[:2]}{local:%H:%M}"
    # A second run in the same minute that finds more says so in a notice of its own.
    same = Reminder.objects.in_portal().filter(kind=KIND, day=local.date(), slot__startswith=slot)
    before = Counter(same.filter(user__in=lists).values_list("user", flat=True))
    notices = [
        Reminder(
            user_id=user,
            kind=KIND,
            day=local.date(),
            slot=slot + NTH[min(before[user], len(NTH) - 1)],
            body={
                "matter": str(matter),
                "count": len(own),
                "episodes": [row.episode_id for row in own[:5]],
            },
            sent_at=now,
        )
        for user, own in sorted(lists.items())
    ]
    Reminder.objects.bulk_create(notices)
    # The column stamps itself with the clock; the notice is of the moment that was given.
    Reminder.objects.filter(pk__in=[one.pk for one in notices]).update(created_at=now)


@transaction.atomic
def answer_escalations(
    *, keys: Iterable[int], answer: str, by: User, now: datetime | None = None
) -> int:
    """Note what a cadre says to what was told to them; return how many were answered."""
    text = answer.strip()
    if not text:
        raise AnswerRefusedError(_("Say what is being done about it."))
    own = Escalation.objects.unanswered().filter(pk__in=list(keys), user=by)
    answered: int = own.update(answered_at=now or timezone.now(), answer=text[:200])
    if not answered:
        raise AnswerRefusedError(_("None of these waits for your answer any more."))
    return answered
