"""Composition root: settings, URLs, the Celery app and its beat schedule."""
