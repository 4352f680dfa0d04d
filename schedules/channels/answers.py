"""What is handed to a channel and what it answers."""

from dataclasses import dataclass
from urllib.parse import quote

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

LONGEST = 300  # characters of an answer that are kept


class Outcome(TextChoices):
    """What is known of a message after it was handed over."""

    ACCEPTED = "accepted", _("taken by the service")
    DELIVERED = "delivered", _("arrived, as the service proves")
    BUSY = "busy", _("not taken, worth another try")
    REFUSED = "refused", _("refused")
    UNKNOWN = "unknown", _("nobody knows whether it was taken")
    BY_HAND = "by_hand", _("told by a colleague")


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

    @property
    def went(self) -> bool:
        """Whether the message is on its way, or in a colleague's hands."""
        return self.outcome in (Outcome.ACCEPTED, Outcome.DELIVERED, Outcome.BY_HAND)
