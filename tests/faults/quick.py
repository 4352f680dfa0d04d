"""The portal's own app with its beat schedule in a hurry: every entry comes each second."""

from datetime import timedelta

from config.celery import app

app.conf.beat_schedule = {
    name: {**entry, "schedule": timedelta(seconds=1)}
    for name, entry in app.conf.beat_schedule.items()
}
app.conf.beat_max_loop_interval = 0.2
