"""An SMS gateway, or any service that takes JSON by POST (docs/reminders.md)."""

import json
from typing import Any

import requests
from requests.exceptions import ConnectTimeout, RequestException
from urllib3.exceptions import NewConnectionError

from schedules.channels.answers import LONGEST, Answer, Message, Outcome

PATIENCE = (5, 10)  # seconds: to connect, for the answer
AGAIN = {429, 503}
KNOWN_ALREADY = 409
MOST = 4096  # bytes of an answer that are looked at


def send(message: Message) -> Answer:
    """Post a message; 2xx and 409 mean taken, `{"delivered": true}` in the answer proves arrival.

    429, 503 and a refused connection mean: surely not taken. Other 4xx refuse for good. Of a broken
    connection, a missing answer or another 5xx nobody knows.
    """
    try:
        with requests.post(
            message.target,
            json={
                "key": message.key,
                "to": message.address or message.phone,
                "title": message.title,
                "text": message.text,
            },
            headers={"Idempotency-Key": message.key},
            timeout=PATIENCE,
            allow_redirects=False,
            stream=True,
        ) as answer:
            return _read(answer)
    except RequestException as error:
        return lost(error)


def lost(error: RequestException) -> Answer:
    """Return what a broken connection tells: never made, nothing was taken; else nobody knows."""
    never = isinstance(error, ConnectTimeout) or _never_connected(error)
    # Only the kind: the address in the text may hold a secret.
    return Answer(Outcome.BUSY if never else Outcome.UNKNOWN, type(error).__name__)


def _read(answer: requests.Response) -> Answer:
    said = answer.raw.read(MOST, decode_content=True).decode("utf-8", "replace")
    status, text = answer.status_code, f"{answer.status_code} {said}"[:LONGEST]
    if status == KNOWN_ALREADY or (answer.ok and status < 300):
        return Answer(Outcome.DELIVERED if _delivered(said) else Outcome.ACCEPTED, text)
    if status in AGAIN:
        return Answer(Outcome.BUSY, text)
    return Answer(Outcome.UNKNOWN if status >= 500 else Outcome.REFUSED, text)


def _delivered(said: str) -> bool:
    try:
        found: Any = json.loads(said)
    except ValueError:
        return False
    return isinstance(found, dict) and found.get("delivered") is True


def _never_connected(error: RequestException) -> bool:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError)
