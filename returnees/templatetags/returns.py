"""What templates ask about returns."""

from django import template

from returnees.choices import StageKind
from returnees.classes import class_title

register = template.Library()
register.filter("class_title", class_title)


@register.filter
def stage_title(kind: str) -> str:
    """Return the name of a kind of stage; the kind itself if unknown."""
    return str(StageKind(kind).label) if kind in StageKind.values else kind
