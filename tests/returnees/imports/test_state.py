"""The comparison itself: what it sees and what it leaves out."""

from grid.models import Person
from returnees.models import AdvanceReport
from tests.cast import World
from tests.factories.returnees import an_episode, in_force, noon
from tests.returnees.imports.state import business_state, differences


def test_the_same_persons_registered_again_are_the_same_state(world: World) -> None:
    in_force()
    an_episode(-2, name="何归来", id_number="", phone="15400000001", reported_at=noon(-4))
    before = business_state()
    AdvanceReport.objects.get().episode.delete()
    AdvanceReport.objects.all().delete()
    Person.objects.filter(name="何归来").delete()

    an_episode(-2, name="何归来", id_number="", phone="15400000001", reported_at=noon(-4))

    assert differences(before, business_state()) == []


def test_a_changed_phone_is_another_state(world: World) -> None:
    in_force()
    episode = an_episode(-2)
    before = business_state()
    episode.person.phone = "15400000009"
    episode.person.derive().save()

    found = differences(before, business_state())

    assert [line[0] for line in found] == ["-", "+"]
    assert "15400000009" in found[1]
