"""Taking people back under management who were let go: the area they left was raised (A-35)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from grid.errors import Refused
from returnees.choices import OPEN_STATES, EpisodeState
from returnees.models import Episode
from returnees.screening.summary import differ
from returnees.services.replanning import ClosedEpisodeError, refuse_closed

Plans = Mapping[int, Mapping[str, Any]]


class NothingLeftError(Refused):
    """Somebody was released, and what is new asks for nothing more."""


def reopen(episodes: Sequence[Episode]) -> Plans:
    """Open locked episodes that ended by release, not yet written; return their plans until now.

    Refuses any other end, and whoever has another open episode. A new plan has to follow.
    """
    plans = {episode.pk: episode.plan for episode in episodes}
    for episode in episodes:
        if episode.state != EpisodeState.RELEASED:
            refuse_closed(episode)
        episode.state, episode.closed_at, episode.closed_why = EpisodeState.ACTIVE, None, ""
        episode.plan = {}  # so that it counts as changed: rows are taken up again
    people = [episode.person_id for episode in episodes]
    open_now = Episode.objects.filter(person__in=people, state__in=OPEN_STATES)
    taken = set(open_now.values_list("person_id", flat=True)) if people else set()
    for episode in episodes:
        if episode.person_id in taken or people.count(episode.person_id) > 1:
            raise ClosedEpisodeError(
                _("%(name)s has another open episode; decide there.")
                % {"name": episode.person.name}
            )
    return plans


def refuse_idle(episodes: Sequence[Episode], plans: Plans) -> None:
    """Refuse, after planning anew, to open an episode in which nothing is left to do."""
    for episode in episodes:
        plan = plans.get(episode.pk)
        if plan is not None and not (episode.stage_kind and differ(plan, episode.plan)):
            raise NothingLeftError(
                _("%(name)s was released, and nothing would be left to do; the release stands.")
                % {"name": episode.person.name}
            )
