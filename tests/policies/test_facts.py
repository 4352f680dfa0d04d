"""Facts are refused with one sentence that names the fact and the mending."""

from typing import Any

import pytest

from policies.errors import FactsError
from policies.facts import Facts
from tests.policies.people import event, overseas, returnee, stay


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({}, "facts.arrives_at: is missing"),
        ({"contact": "close"}, "facts.placed_on: is missing"),
        ({"patient": "discharged"}, "facts.patient_anchor: is missing"),
        (
            {"contact": "close", "placed_on": "2021-01-20", "exposed_on": "2021-01-21"},
            "facts.exposed_on: 2021-01-21 lies after facts.placed_on 2021-01-20",
        ),
        (returnee(exposd_on="2021-01-20"), "did you mean exposed_on"),
        (returnee(arrives_at="2021-01-20"), "facts.arrives_at: is '2021-01-20'; give a time with"),
        (returnee(arrives_at="2021-01-20T10:00:00"), "give a time with its offset"),
        (returnee(departs_at="2021-01-21T10:00:00+08:00"), "facts.departs_at: lies after"),
        (
            returnee(history=stay(left="2021-01-21")),
            r"history\[0\].last_day: 2021-01-21 lies",
        ),
        (returnee(history=[{"place": "A", "last_day": "2021-01-19"}]), "risk: is missing"),
        (returnee(history=[{"place": "A", "risk": "low"}]), "last_day: is missing"),
        (returnee(history=stay(risk="severe")), "risk: is 'severe'; use one of low, mid, high"),
        (returnee(history=stay("famous")), "flags: holds 'famous'; use only key_concern"),
        (returnee(history={}), "facts.history: is {}; give a list"),
        (returnee(overseas=overseas(-1)), "quarantine_days: is -1; give a whole number"),
        (returnee(overseas=overseas(entered_on="2021-01-21")), "entered_on: 2021-01-21 lies after"),
        (returnee(overseas={"quarantine_days": 3}), "entered_on: is missing"),
        (returnee(health_code="blue"), "health_code: is 'blue'; use one of green"),
        (returnee(home_single_room="yes"), "home_single_room: is 'yes'; give true or false"),
        (returnee(contact="distant"), "contact: is 'distant'; use one of close"),
        (returnee(helth_code="green"), "helth_code: is not known; did you mean health_code"),
        (returnee(certificate={"sampled_on": "soon"}), "sampled_on: is 'soon'; give a date"),
        (returnee(arrives_at="9999-12-31T10:00:00+08:00"), "give a time with its offset"),
        (
            returnee(events=[event("rain", "2021-01-21")]),
            r"events\[0\].type: is 'rain'; use one",
        ),
        (
            returnee(events=[{"type": "contact_identified", "level": "close"}]),
            r"events\[0\].date: is missing",
        ),
        (
            returnee(events=[event("contact_identified", "2021-01-19", level="close")]),
            r"events\[0\].date: 2021-01-19 lies before 2021-01-20",
        ),
        (
            returnee(events=[event("samples", "2021-01-21", at=["2021-01-21T10:00:00+08:00"])]),
            "give a list of 2 times",
        ),
        (returnee(events=[event("area_risk_changed", "2021-01-21", to="mid")]), "place: is miss"),
    ],
)
def test_a_wrong_fact_is_refused_with_its_place(facts: dict[str, Any], sentence: str) -> None:
    with pytest.raises(FactsError, match=sentence):
        Facts.parse(facts)


def test_null_counts_as_absent_and_what_is_not_ours_passes() -> None:
    known = Facts.parse(
        returnee(overseas=None, history=None, home_single_room=None, events=None, name="王小明")
    )

    assert known.home_single_room
    assert known.fit_for_centralised
    assert (known.overseas, known.history, known.events) == (None, (), ())


def test_the_arrival_date_is_that_of_shanghai() -> None:
    known = Facts.parse(returnee(arrives_at="2021-01-20T16:30:00+00:00"))

    assert str(known.arrival) == "2021-01-21"


def test_without_an_arrival_stays_and_overseas_facts_are_not_looked_at() -> None:
    known = Facts.parse(
        {
            "contact": "close",
            "placed_on": "2021-01-01",
            "history": stay(risk="high", left="2021-05-01"),
            "overseas": overseas(entered_on="2021-05-01"),
        }
    )

    assert known.arrival is None
