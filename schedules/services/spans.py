"""From plans to duty spans: a handful of rows an episode, which the morning statement expands."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime

from django.db import connection, transaction
from django.utils import timezone

from policies.spans import Span
from returnees.choices import OPEN_STATES, EpisodeState
from returnees.models import Episode
from returnees.policies import pack_of
from schedules import sql
from schedules.models import Derivation, DutySpan
from schedules.planned import planned_spans
from schedules.services.duties import NO_ROW, Rows, duty_rows, sync_duties

CHUNK = 1000
# What the first three of the six in place are closed by: they stay owed to whoever did not come.
BEFORE_ARRIVAL = {"policy_sent", "contact_reached", "travel_reminder"}
COLUMNS = (
    "episode_id, duty_id, first_day, last_day, every, due_time, due_at, occasion, late, clause"
)


@transaction.atomic
def derive_spans(
    *, episode_ids: list[int] | None = None, now: datetime | None = None, limit: int | None = None
) -> list[tuple[int, bool]]:
    """Rebuild the spans of the episodes whose plan changed since; `limit` is the most at a time.

    Return their ids, each with whether it had no spans before. An episode whose derivation stands
    at its revision is not touched.
    """
    stale = sql.rows(sql.STALE, ids=episode_ids, limit=limit)
    if stale:
        sync_duties()
    for start in range(0, len(stale), CHUNK):
        _derive([pk for pk, _fresh in stale[start : start + CHUNK]], now or timezone.now())
    return [(pk, fresh) for pk, fresh in stale]


def _derive(ids: list[int], now: datetime) -> None:
    episodes = list(
        Episode.objects.filter(pk__in=ids)
        .select_related("report", "policy")
        .only(
            "revision", "state", "classification", "facts", "plan", "arrived_at",
            "registered_at", "closed_at", "observation_ends", "policy__pack", "policy__version",
            "policy__digest", "policy__file", "policy__settings",
            "report__departs_at", "report__arrives_at", "report__reported_at",
        )
    )  # fmt: skip
    before = Derivation.objects.in_bulk(ids)
    derivations = [_derivation(episode, before.get(episode.pk), now) for episode in episodes]
    DutySpan.objects.filter(episode__in=ids).delete()
    _copy(
        (episode.pk, span, duty_rows(pack_of(episode.policy)))
        for episode, derivation in zip(episodes, derivations, strict=True)
        for span in spans_owed(episode, replanned_at=derivation.told_from)
    )
    Derivation.objects.bulk_create(
        derivations,
        update_conflicts=True,
        unique_fields=["episode"],
        update_fields=["revision", "told", "told_from"],
    )


def _derivation(episode: Episode, before: Derivation | None, now: datetime) -> Derivation:
    told = f"{episode.classification}@{episode.policy.version}"
    told_from = before.told_from if before and before.told == told else None
    if before and before.told != told:
        told_from = now
    return Derivation(
        episode_id=episode.pk, revision=episode.revision, told=told, told_from=told_from
    )


def _copy(spans: Iterable[tuple[int, Span, Rows]]) -> None:
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY schedules_dutyspan ({COLUMNS}) FROM STDIN") as copy,
    ):
        for episode, span, rows in spans:
            copy.write_row(
                (
                    episode, rows[span.duty, span.evidence].pk, span.first, span.last, span.every,
                    span.due_time, span.due_at, span.occasion[:48], span.late, span.clause[:12],
                )
            )  # fmt: skip


def spans_owed(episode: Episode, *, replanned_at: datetime | None = None) -> Iterator[Span]:
    """Yield the spans of an episode as its state leaves them: closed ones end (JY-2m)."""
    for span in planned_spans(episode, replanned_at=replanned_at):
        if span.evidence in NO_ROW:
            continue
        owed = _still_owed(span, episode)
        if owed:
            yield owed


def _still_owed(span: Span, episode: Episode) -> Span | None:
    if episode.state in OPEN_STATES or episode.closed_at is None:
        return span
    closed_on = timezone.localdate(episode.closed_at)
    if episode.state == EpisodeState.RELEASED:
        return _after_release(span, closed_on, episode.observation_ends)
    owed = span.evidence in BEFORE_ARRIVAL and span.first <= closed_on
    return span if owed and span.due_at and span.due_at <= episode.closed_at else None


def _after_release(span: Span, closed_on: date, ends: date | None) -> Span | None:
    """Daily duties end with the closing day; tests and follow-ups after the end stay owed."""
    if span.last <= closed_on:
        return span
    if span.first == span.last:
        inside = span.evidence == "test" and ends is not None and span.first <= ends
        return None if inside else span
    return replace(span, last=closed_on) if span.first <= closed_on else None
