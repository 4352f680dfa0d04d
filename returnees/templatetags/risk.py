"""Levels and flags by name, in words and as tones."""

from django import template

from returnees.choices import Mark
from returnees.risk_pages import tone_of

register = template.Library()


@register.filter
def mark_label(mark: str) -> str:
    """Return a level or flag in words."""
    return str(Mark(mark).label) if mark in Mark.values else ""


@register.filter
def mark_tone(mark: str) -> str:
    """Return the tone of a level's or flag's pill."""
    return tone_of(mark)
