"""What the frame of every page shows of the user's work."""

from django import template
from django.utils.translation import gettext as _

from grid.models import Place, User
from schedules.models import Reminder

register = template.Library()


@register.simple_tag
def home_place_name(user: User) -> str:
    """Return the name of the place where the user's widest post is; the unit without a post."""
    if user.is_superuser:
        return _("All places")
    name = Place.objects.filter(pk=user.home_place).values_list("name", flat=True).first()
    return name or user.unit or user.name


@register.simple_tag
def unread_notices(user: User) -> int:
    """Return the number of digests the user has not marked as read."""
    return Reminder.objects.filter(user=user, channel="portal", read_at=None).count()
