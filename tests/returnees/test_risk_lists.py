"""Risk lists: what they change, how they are drafted, decided and published."""

from grid.days import today
from returnees.choices import EntryState, ListState
from returnees.models import RiskEntry, RiskListVersion
from returnees.services.risk_lists import changes_of
from tests.cast import World
from tests.factories.returnees import at_risk


def a_draft(
    *entries: tuple[str, str, str], covers: tuple[str, ...] = ("level",)
) -> RiskListVersion:
    """Return a draft of today that names these places, parts and marks."""
    version = RiskListVersion.objects.create(day=today(), covers=list(covers))
    RiskEntry.objects.bulk_create(
        RiskEntry(
            version=version,
            row=row,
            text=place,
            mark=mark,
            state=EntryState.RESOLVED,
            place_id=place,
            part=part,
        )
        for row, (place, part, mark) in enumerate(entries, start=1)
    )
    return version


def told(version: RiskListVersion) -> list[tuple[str, str, str, str, bool]]:
    return [(c.place, c.part, c.mark, c.was, c.raises) for c in changes_of(version)]


def test_a_draft_is_compared_with_what_is_in_force(world: World) -> None:
    at_risk("98", "local_cases")
    at_risk("9801", "mid")
    at_risk("980101", "high")
    at_risk("980101", "mid", part="3号楼")

    version = a_draft(("9801", "", "high"), ("980101", "", "mid"), ("99", "", "low"))

    assert told(version) == [
        ("9801", "", "high", "mid", True),
        ("980101", "", "mid", "high", False),
        ("980101", "3号楼", "", "mid", False),
        ("99", "", "low", "", False),
    ]


def test_what_a_list_does_not_cover_stays(world: World) -> None:
    at_risk("9801", "mid", "key_concern")

    version = a_draft(("980101", "", "key_concern"), covers=("key_concern",))

    assert told(version) == [
        ("9801", "", "", "key_concern", False),
        ("980101", "", "key_concern", "", True),
    ]


def test_a_published_list_tells_by_the_areas_it_began_and_ended(world: World) -> None:
    version = a_draft()
    version.state, version.published_at = ListState.PUBLISHED, "2021-01-01T08:00:00+08:00"
    version.save()
    for area in at_risk("9801", "mid", days=5, until=today()) + at_risk(
        "98", "mid", days=5, until=today()
    ):
        area.ended_by = version
        area.save()
    for area in at_risk("9801", "high", days=0):
        area.opened_by = version
        area.save()

    assert told(version) == [("98", "", "", "mid", False), ("9801", "", "high", "mid", True)]


def test_a_list_put_away_changes_nothing(world: World) -> None:
    version = a_draft(("9801", "", "high"))
    version.state = ListState.DISCARDED

    assert changes_of(version) == []
