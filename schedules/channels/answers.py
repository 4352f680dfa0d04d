"""What is handed to a channel and what it answers."""

from dataclasses import dataclass
from enum import StrEnum, auto
from urllib.parse import quote

LONGEST = 300  # characters of an answer that are kept


class Outcome(StrEnum):
    """What is known of a message after it was handed over."""

    ACCEPTED = auto()  # the service took it
    DELIVERED = auto()  # the service proves that it arrived
    BUSY = auto()  # surely not taken; worth another try later
    REFUSED = auto()  # surely not taken, and never will be
    UNKNOWN = auto()  # nobody can tell
    BY_HAND = auto()  # a colleague tells it


@dataclass(frozen=True, slots=True)
class Message:
    """A text for one cadre on one channel; `key` is the same for every attempt."""

    key: str
    title: str
    text: str
    url: str
    phone: str = ""
    address: str = ""

    @property
    def wants_address(self) -> bool:
        """Whether the channel's address has a place for the cadre's own."""
        return "{address}" in self.url

    @property
    def target(self) -> str:
        """The channel's address for this cadre."""
        filled = self.url.replace("{address}", quote(self.address, safe="@:/?=&"))
        return filled.replace("{phone}", quote(self.phone))


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of handing a message over; `text` is what the service said."""

    outcome: Outcome
    text: str = ""
