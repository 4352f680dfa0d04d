"""From plans to duty spans: a handful of rows an episode, which the morning statement expands."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import orjson
from django.db import connection, transaction
from django.utils import timezone

from policies.span import Span
from returnees.choices import OPEN_STATES, EpisodeState
from returnees.models import AdvanceReport, Episode, PolicyVersion
from returnees.policies import pack_of
from schedules import sql
from schedules.planned import planned_spans
from schedules.services.duties import NO_ROW, duty_rows, sync_duties

CHUNK = 1000
# What the first three of the six in place are closed by: they stay owed to whoever did not come.
BEFORE_ARRIVAL = {"policy_sent", "contact_reached", "travel_reminder"}
COLUMNS = (
    "episode_id, duty_id, first_day, last_day, every, due_time, due_at, occasion, late, clause"
)
# Of a list many people come on the same day in the same way: their spans are the same.
REMEMBERED = 4096


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
        derive = _Deriving(now or timezone.now())
        for start in range(0, len(stale), CHUNK):
            derive.run([pk for pk, _fresh in stale[start : start + CHUNK]])
        # Memory and maker hold each other: a whole import long, nobody would look for them.
        derive.lines.cache_clear()
    return [(pk, fresh) for pk, fresh in stale]


@dataclass(frozen=True, slots=True)
class _Owing:
    """All that the spans of an episode follow from; plan (JSON) and moments (ISO 8601) as text."""

    policy: int
    state: str
    placed: bool
    plan: str
    arrived_at: str | None
    registered_at: str
    closed_at: str | None
    ends: date | None
    departs_at: str | None
    arrives_at: str
    reported_at: str
    told_from: str | None


class _Deriving:
    """Writes the spans of many episodes, working out once what several have in common."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.policies: dict[int, PolicyVersion] = {}
        self.lines = lru_cache(REMEMBERED)(self._lines)

    def run(self, ids: list[int]) -> None:
        """Bring derivations and spans of these episodes up to date, a few statements for all."""
        sql.run(sql.DERIVED, ids=ids, now=self.now)
        sql.run(sql.DROP_SPANS, ids=ids)
        rows = sql.rows(sql.OWING, ids=ids)
        unknown = {policy for _pk, policy, *_rest in rows} - self.policies.keys()
        if unknown:
            self.policies |= PolicyVersion.objects.in_bulk(unknown)
        text = "".join(
            f"{pk}\t{line}" for pk, *values in rows for line in self.lines(_Owing(*values))
        )
        # COPY passes the wrapper by which grid.audit names who writes; spans have no history.
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY schedules_dutyspan ({COLUMNS}) FROM STDIN") as copy,
        ):
            copy.write(text)

    def _lines(self, owing: _Owing) -> list[str]:
        """Return the spans owed as COPY takes them, without the episode in front."""
        episode = _episode(owing, self.policies[owing.policy])
        rows = duty_rows(pack_of(episode.policy))
        return [
            _line(
                rows[span.duty, span.evidence].pk, span.first, span.last, span.every,
                span.due_time, span.due_at, span.occasion[:48], span.late, span.clause[:12],
            )
            for span in spans_owed(episode, replanned_at=_moment(owing.told_from))
        ]  # fmt: skip


def _episode(owing: _Owing, policy: PolicyVersion) -> Episode:
    """Return an episode, not the database's, that owes what follows from these facts."""
    return Episode(
        policy=policy,
        state=owing.state,
        facts={"placed_on": True} if owing.placed else {},
        plan=orjson.loads(owing.plan),
        arrived_at=_moment(owing.arrived_at),
        registered_at=_moment(owing.registered_at),
        closed_at=_moment(owing.closed_at),
        observation_ends=owing.ends,
        report=AdvanceReport(
            departs_at=_moment(owing.departs_at),
            arrives_at=_moment(owing.arrives_at),
            reported_at=_moment(owing.reported_at),
        ),
    )


def _moment(text: str | None) -> Any:
    return datetime.fromisoformat(text) if text else None


_ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def _line(*values: Any) -> str:
    """Return values as a line of COPY's text form."""
    cells = (r"\N" if value is None else str(value).translate(_ESCAPED) for value in values)
    return "\t".join(cells) + "\n"


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
