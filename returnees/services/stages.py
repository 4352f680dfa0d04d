"""The gate: a stage closes when its last day is over and all its tests are negative (C-8, A-02)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Case, Exists, F, Max, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Greatest, TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _

from grid.audit import acting
from grid.bulk import update_in
from grid.errors import Refused
from grid.models import Event, User
from returnees.announce import episodes_changed
from returnees.choices import EpisodeState, StageKind, TestResult
from returnees.clock import local_day
from returnees.models import Abnormality, Episode, Stage, Test
from returnees.services.episodes import end_episode
from returnees.services.replanning import lock, refuse_closed, replan_open
from returnees.services.rows import Rows, blocks


class StageNotOverError(Refused):
    """The stage's last day is not over yet."""


class TestMissingError(Refused):
    """A test of the stage is missing or not negative: the stage is held."""

    __test__ = False


class ReleaseNoteMissingError(Refused):
    """A centralised stage closes only with the number of its release note (A-02)."""


class StageRefusedError(Refused):
    """The stage is closed already, or an earlier one is still open."""


@transaction.atomic
def close_stage(
    *,
    stage: Stage,
    by: User | None,
    closed_on: date | None = None,
    release_note: str = "",
    now: datetime | None = None,
) -> Stage:
    """Close a stage by the gate; with the last one the person is released.

    `closed_on` is the day the stage really ended: by default its last day, or the day of the last
    sample where that was taken later. Whatever follows moves with it (C-8).
    """
    now = now or timezone.now()
    day = local_day(now)
    with acting(by=by, why="close stage"):
        episode = lock(stage.episode)
        refuse_closed(episode)
        rows = Rows.of([episode])
        stage = _pick(rows.stages[episode.pk], stage)
        tests = [t for t in rows.tests.get(episode.pk, []) if t.stage_id == stage.pk]
        ended = _check_gate(stage, tests, day)
        closed_on = closed_on or ended
        if not ended <= closed_on <= day:
            raise StageNotOverError(
                _("The stage can have ended between %(first)s and %(last)s, not on %(day)s.")
                % {"first": ended, "last": day, "day": closed_on}
            )
        if stage.kind == StageKind.CENTRALISED and not release_note.strip():
            raise ReleaseNoteMissingError(
                _("A centralised stage closes with its release note; enter the note's number.")
            )
        stage.closed_on, stage.closed_by, stage.release_note = closed_on, by, release_note.strip()
        stage.save(update_fields=["closed_on", "closed_by", "release_note"])
        _after([(episode, stage)], rows, day=day, now=now)
    return stage


def _pick(stages: Sequence[Stage], wanted: Stage) -> Stage:
    """Return the stage as it stands in the database; StageRefusedError when it cannot be closed."""
    stage = next(one for one in stages if one.pk == wanted.pk)
    if stage.closed_on:
        raise StageRefusedError(
            _("This stage was closed already, on %(day)s.") % {"day": stage.closed_on}
        )
    if stage.superseded_on:
        raise StageRefusedError(
            _("This stage was replaced on %(day)s; close the one that runs now.")
            % {"day": stage.superseded_on}
        )
    running = next(one for one in stages if one.is_open)
    if running.pk != stage.pk:
        raise StageRefusedError(
            _("The stage before it (%(kind)s) is still open; close that one first.")
            % {"kind": running.get_kind_display()}
        )
    return stage


def _check_gate(stage: Stage, tests: Sequence[Test], day: date) -> date:
    """Return the earliest day on which the stage can have ended, or refuse."""
    if stage.last_day is not None and day <= stage.last_day:
        raise StageNotOverError(
            _("The stage runs to %(day)s, 24:00; it can be closed on the day after.")
            % {"day": stage.last_day}
        )
    missing = [test for test in tests if blocks(test)]
    counted = [test for test in tests if test.superseded_on is None]
    if missing or (stage.last_day is None and not counted):
        what = missing[0] if missing else None
        raise TestMissingError(
            _("The stage is held: the test of %(day)s is not negative (%(result)s).")
            % {"day": what.planned_on, "result": what.get_result_display()}
            if what
            else _("The stage is held until a test is negative; order one.")
        )
    ends = [stage.last_day] if stage.last_day else []
    ends += [end for test in counted if (end := ended_by(test, stage)) is not None]
    return max(ends)


def ended_by(test: Test, stage: Stage) -> date | None:
    """Return the day on which a negative test let its stage end: that of the sample.

    A hold ends with the result itself (clauses.md 2.0, hold_for_test).
    """
    at = test.result_at if stage.last_day is None else test.sampled_at
    return local_day(at) if at else None


def _after(
    closed: Sequence[tuple[Episode, Stage]], rows: Rows, *, day: date, now: datetime
) -> None:
    """Move what follows a stage that ended late, plan anew, release where nothing is left."""
    for episode, stage in closed:
        late = (stage.closed_on - stage.last_day) if stage.closed_on and stage.last_day else None
        if late:
            move_rows(rows, episode, after=stage, late=late)
    replan_open(ids=[episode.pk for episode, _stage in closed], day=day)
    release_finished(ids=[episode.pk for episode, _stage in closed], now=now)
    episodes_changed(episode.pk for episode, _stage in closed)


def move_rows(rows: Rows, episode: Episode, *, after: Stage, late: timedelta) -> None:
    """Move the open stages and tests after a stage by some days; they stay the same rows."""
    stages = [one for one in rows.stages[episode.pk] if one.is_open and one.pk != after.pk]
    keys = {one.pk for one in stages}
    for one in stages:
        one.day0, one.first_day = one.day0 + late, one.first_day + late
        one.last_day = one.last_day and one.last_day + late
    tests = [
        test
        for test in rows.tests.get(episode.pk, [])
        if test.superseded_on is None
        and test.result != TestResult.NEGATIVE
        and (test.stage_id in keys or test.purpose == "follow_up")
    ]
    for test in tests:
        test.planned_on, test.due_on = test.planned_on + late, test.due_on + late
    update_in(stages, ["day0", "first_day", "last_day"])
    update_in(tests, ["planned_on", "due_on"])


def release_finished(*, ids: Iterable[int], now: datetime) -> int:
    """Release those of these episodes that have no open stage left; set-based."""
    open_stage = Stage.objects.filter(episode=OuterRef("pk")).open()
    return (
        Episode.objects.active()
        .filter(~Exists(open_stage), pk__in=list(ids))
        .update(state=EpisodeState.RELEASED, stage_kind="", closed_at=now)
    )


@transaction.atomic
def release_early(
    *, episode: Episode, by: User | None, why: str, now: datetime | None = None
) -> Episode:
    """Release before the end, against the plan; an override that is recorded with its reason."""
    now = now or timezone.now()
    if not why.strip():
        raise StageRefusedError(_("Say why the person is released early; the reason is recorded."))
    with acting(by=by, why=why):
        episode = lock(episode)
        refuse_closed(episode)
        if not episode.is_active:
            raise StageRefusedError(
                _("%(name)s has not arrived; cancel the report instead.")
                % {"name": episode.person.name}
            )
        end_episode(
            episode,
            EpisodeState.RELEASED,
            why=why,
            day=local_day(now),
            now=now,
            keep_follow_ups=True,
        )
        Event.objects.create(
            kind=Event.Kind.OVERRIDE,
            actor_id=by.pk if by else None,
            actor_name=by.name if by else "portal",
            subject=episode.person.name,
            subject_key=f"episode:{episode.pk}",
            place_id=episode.place_id,
            reason=why[:200],
        )
    return episode


@transaction.atomic
def close_due_stages(
    *, day: date, ids: Sequence[int] | None = None, now: datetime | None = None
) -> int:
    """Close every stage that needs nobody's hand; return how many were closed.

    That is: over by `day`, no test missing, not centralised (that takes a release note), nothing
    abnormal open. Stages over but for a test are held: their plans lose their end until then.
    `ids` restricts it to some episodes.
    """
    now = now or timezone.now()
    closed = 0
    with acting(by=None, why="stages due"):
        while found := list(_due(day, ids)):
            closed += len(found)
            _close(found, day=day, now=now)
        _hold(day, ids)
    return closed


def _close(found: Sequence[Stage], *, day: date, now: datetime) -> None:
    """Close these stages on the days they ended, and bring their episodes on to what follows."""
    by_day: dict[date, list[int]] = {}
    for stage in found:
        stage.closed_on = stage.ends  # type: ignore[attr-defined]
        by_day.setdefault(stage.closed_on, []).append(stage.pk)
    for ended, pks in by_day.items():
        Stage.objects.filter(pk__in=pks).update(closed_on=ended)
    late = [stage for stage in found if stage.closed_on != stage.last_day]
    if late:
        episodes = [stage.episode for stage in late]
        _after(list(zip(episodes, late, strict=True)), Rows.of(episodes), day=day, now=now)
    ids = [stage.episode_id for stage in found]
    release_finished(ids=ids, now=now)
    next_open = Stage.objects.filter(episode=OuterRef("pk")).open().order_by("day0", "n")
    Episode.objects.active().filter(pk__in=ids).update(
        stage_kind=Subquery(next_open.values("kind")[:1])
    )
    episodes_changed(ids)


def _hold(day: date, ids: Sequence[int] | None) -> None:
    """Take the end off the plans whose running stage is over but for a test (C-8)."""
    missing = Test.objects.filter(stage=OuterRef("pk"), superseded_on=None).exclude(
        result=TestResult.NEGATIVE
    )
    stages = Stage.objects.open().filter(
        Exists(missing), last_day__lt=day, episode__state=EpisodeState.ACTIVE
    )
    if ids is not None:
        stages = stages.filter(episode__in=ids)
    held = stages.filter(episode__observation_ends__isnull=False)
    replan_open(ids=set(held.values_list("episode_id", flat=True)), day=day)


def _due(day: date, ids: Sequence[int] | None) -> QuerySet[Stage]:
    """Return the stages that may close by themselves, with the day on which each really ended."""
    tests = Test.objects.filter(stage=OuterRef("pk"), superseded_on=None)
    earlier = Stage.objects.filter(episode=OuterRef("episode")).open()
    earlier = earlier.filter(
        Q(day0__lt=OuterRef("day0")) | Q(day0=OuterRef("day0"), n__lt=OuterRef("n"))
    )
    negative = tests.filter(result=TestResult.NEGATIVE).order_by().values("stage")
    sampled = negative.annotate(on=Max(TruncDate("sampled_at"))).values("on")
    result = negative.annotate(on=Max(TruncDate("result_at"))).values("on")
    over = Q(last_day__lt=day) | Q(Exists(tests), last_day=None)
    stages = Stage.objects.open().filter(over, episode__state=EpisodeState.ACTIVE)
    if ids is not None:
        stages = stages.filter(episode__in=ids)
    return (
        stages.exclude(kind=StageKind.CENTRALISED)
        .filter(~Exists(tests.exclude(result=TestResult.NEGATIVE)))
        .filter(~Exists(earlier))
        .filter(~Exists(Abnormality.objects.filter(episode=OuterRef("episode")).open()))
        .annotate(
            ends=Case(
                When(last_day=None, then=Subquery(result)),
                default=Greatest(F("last_day"), Subquery(sampled)),
            )
        )
        .select_related("episode__person")
        .order_by("pk")
    )
