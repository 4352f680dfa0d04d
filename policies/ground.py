"""What a cell of a pack rests on, and words in both languages."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """The same words in Chinese and English."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Ground:
    """What a cell rests on: a clause id with its quote, and the reading where the clause is open.

    `silent` marks a figure the clause does not state: it is the pack's own choice.
    """

    rests_on: str
    quote: str = ""
    reading: str = ""
    text: Words | None = None
    silent: bool = False
