"""Identity and phone numbers: form, check digit, what they say, how they are masked.

Only the check digit, the date and the province are checked: the county code of an ID is the one
in force when the number was first given, often not in force at birth.
"""

import re
from datetime import date
from functools import lru_cache

from stdnum.iso7064 import mod_11_2

ID_FORM = re.compile(r"^\d{17}[\dX]$")
MOBILE = re.compile(r"^1[3-9]\d{9}$")
LANDLINE = re.compile(r"^0\d{2,3}-?\d{7,8}$")


def normalise_id(number: str) -> str:
    """Return the number without blanks and with a capital X."""
    return number.replace(" ", "").upper()


def birth_of(number: str) -> date | None:
    """Return the birth date an 18-digit ID number states, or None."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def sex_of(number: str) -> str:
    """Return "M" or "F" as the 17th digit says."""
    return "M" if int(number[16]) % 2 else "F"


# Asked of each number of a list as its report is looked at and as its person is written.
@lru_cache(maxsize=4096)
def is_valid(number: str) -> bool:
    """Say whether form, date and check digit (ISO 7064 MOD 11-2) of an ID number hold."""
    return bool(
        ID_FORM.match(number) and birth_of(number) is not None and mod_11_2.is_valid(number)
    )


def is_phone(number: str) -> bool:
    """Say whether this is a mainland mobile or landline number."""
    return bool(MOBILE.match(number) or LANDLINE.match(number))


def mask_id(number: str) -> str:
    """Return the number with its middle hidden: first six and last two stay."""
    if len(number) < 9:
        return "*" * len(number)
    return number[:6] + "*" * (len(number) - 8) + number[-2:]


def mask_phone(number: str) -> str:
    """Return the number with its middle hidden: first three and last four stay."""
    if len(number) < 8:
        return "*" * len(number)
    return number[:3] + "*" * (len(number) - 7) + number[-4:]
