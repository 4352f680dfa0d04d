"""Ways out of the portal: what is handed to a channel, what it answers, who knows how to hand over.

A sender never raises: whatever happens is an answer.
"""

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from schedules.channels import robots, sms, webhook
from schedules.channels.answers import Answer, Message, Outcome
from schedules.choices import BY_HAND, ChannelKind

__all__ = ["SENDERS", "Answer", "Message", "Outcome", "address_fault", "hand_over"]

SENDERS: dict[str, Callable[[Message], Answer]] = {
    ChannelKind.APPRISE: robots.send,
    ChannelKind.WEBHOOK: webhook.send,
    ChannelKind.SMS: sms.send,
}
FAULTS: Mapping[str, Callable[[str], bool]] = {
    ChannelKind.APPRISE: robots.understands,
    ChannelKind.WEBHOOK: lambda url: urlsplit(url).scheme in ("http", "https"),
}


def hand_over(kind: str, message: Message) -> Answer:
    """Hand a message to a channel of this kind and return what came of it."""
    if kind in BY_HAND:
        return Answer(Outcome.BY_HAND)
    if message.wants_address and not message.address:
        return Answer(Outcome.REFUSED, _("The cadre has no address on this channel."))
    try:
        return SENDERS[kind](message)
    except Exception as error:  # noqa: BLE001  a channel's fault is an answer, never the batch's end
        return Answer(Outcome.UNKNOWN, f"{type(error).__name__}: {error}"[:300])


def address_fault(kind: str, url: str) -> str:
    """Return what is wrong with a channel's address, or nothing."""
    if kind in BY_HAND:
        return _("This channel needs no address: leave it empty.") if url else ""
    if not url:
        return _("Give the address of the robot, mailbox or service.")
    if kind == ChannelKind.SMS:
        return sms.fault(url)
    if FAULTS[kind](url):
        return ""
    if kind == ChannelKind.WEBHOOK:
        return _("A webhook's address begins with https:// (or http:// inside your own network).")
    return _("Apprise does not know this address; see its list, e.g. wecombot://, mailtos://.")
