"""Returns for tests: reports with believable defaults, registered through the services."""

from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any

from stdnum.iso7064 import mod_11_2

from grid.days import at, today
from grid.models import Place
from returnees.models import Episode, PolicyVersion, RiskArea
from returnees.policies import activate_policy
from returnees.services.inputs import ReportInput, StayInput
from returnees.services.reports import register_report
from tests.cast import COUNTY, VILLAGE

ELSEWHERE = "980101"  # 望潮区: where returnees come from
_numbers = count(1)


def id_number(n: int | None = None) -> str:
    """Return a valid ID number of a person who does not exist."""
    n = next(_numbers) if n is None else n
    body = f"419999{1950 + n % 50}{1 + n % 12:02d}{1 + n % 28:02d}{n % 1000:03d}"
    return body + mod_11_2.calc_check_digit(body)


def noon(days: int = 0) -> datetime:
    """Return noon of today or of so many days from today."""
    return at(today() + timedelta(days=days), time(12))


def in_force(pack: str = "JY", place: str = COUNTY) -> PolicyVersion:
    """Put a notice in force long since."""
    return activate_policy(
        pack=pack,
        place=Place.objects.get(pk=place),
        since=today() - timedelta(days=300),
        by=None,
    )


def at_risk(
    place: str, *marks: str, days: int = 90, until: date | None = None, part: str = ""
) -> list[RiskArea]:
    """Put a place at risk since so many days ago: each level or flag is a row of its own."""
    since = today() - timedelta(days=days)
    return [
        RiskArea.objects.create(place_id=place, mark=mark, since=since, until=until, part=part)
        for mark in marks
    ]


def a_report(days: int = 1, **changes: Any) -> ReportInput:
    """Return a report of somebody who arrives at noon in so many days; arrived when past."""
    n = next(_numbers)
    arrives = changes.pop("arrives_at", noon(days))
    values = {
        "place_code": VILLAGE,
        "arrives_at": arrives,
        "name": f"何归来{n}",
        "id_number": id_number(n),
        "phone": f"1541{n:07d}",
        "origin_code": ELSEWHERE,
        "origin_text": "海岳省临沧湾市望潮区",
        "reported_at": min(arrives - timedelta(days=2), noon(-1)),
        "stays": (StayInput(last_day=arrives.date(), place_code=ELSEWHERE, text="望潮区"),),
        "health_code": "green",
        "arrived": days < 0,
    }
    return ReportInput(**{**values, **changes})


def an_episode(days: int = -1, **changes: Any) -> Episode:
    """Register such a report; under management where the arrival is past."""
    return register_report(report=a_report(days, **changes), by=None)
