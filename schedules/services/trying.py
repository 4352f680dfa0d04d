"""Trying a channel: a test message to whoever asks for it."""

import secrets

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from grid.models import User
from schedules.channels import Answer, Message, hand_over
from schedules.models import Channel, Rung


def try_channel(*, channel: Channel, by: User) -> Answer:
    """Hand a test message to a channel and keep what it answered.

    It goes to the phone of whoever tries, and to their own address if their ladder gives one.
    """
    rung = Rung.objects.filter(user=by, channel=channel).first()
    with translation.override(settings.LANGUAGE_CODE):
        message = Message(
            key=f"test:{secrets.token_hex(8)}",
            title=_("Grid portal"),
            text=_("A test message: this channel works."),
            url=channel.url,
            phone=by.phone,
            address=rung.address if rung else "",
        )
    answer = hand_over(channel.kind, message)
    with transaction.atomic():
        channel.tried_at = timezone.now()
        channel.tried = f"{answer.outcome} {answer.text}"[:300]
        channel.save(update_fields=["tried_at", "tried"])
    return answer
