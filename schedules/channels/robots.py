"""WeCom, DingTalk and Feishu robots, mail and a hundred more, through Apprise addresses."""

import logging

import apprise

from schedules.channels.answers import LONGEST, Answer, Message, Outcome

# Apprise says no more than yes or no; its log tells a refusal from a broken connection.
NOBODY_ANSWERED = ("connection error", "timed out", "timeout", "socket")

# Its log names addresses, which hold secrets: it is listened to here and goes nowhere else.
logging.getLogger("apprise").propagate = False


def understands(url: str) -> bool:
    """Say whether Apprise knows what to do with an address."""
    return bool(apprise.Apprise().add(url.replace("{address}", "a@b.cn").replace("{phone}", "1")))


def send(message: Message) -> Answer:
    """Hand a message to the service behind its Apprise address."""
    service = apprise.Apprise()
    if not service.add(message.target):
        return Answer(Outcome.REFUSED, "Apprise does not know this address.")
    with apprise.LogCapture(level=logging.WARNING) as log:  # type: ignore[no-untyped-call]
        taken = service.notify(title=message.title, body=message.text)
        said = " ".join(log.getvalue().split())[:LONGEST]
    if taken:
        return Answer(Outcome.ACCEPTED)
    lost = any(word in said.lower() for word in NOBODY_ANSWERED)
    return Answer(Outcome.UNKNOWN if lost else Outcome.BUSY, said)
