"""What templates ask about returns."""

from django import template

from returnees.classes import class_title

register = template.Library()
register.filter("class_title", class_title)
