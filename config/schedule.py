"""The beat schedule as code, in Asia/Shanghai time; a test compares it with the registry."""

from datetime import timedelta

from celery.schedules import crontab

# A message that waited longer than the next tick is worth nothing: the next one does the same work.
MINUTE = {"expires": 55}

BEAT_SCHEDULE = {
    "heartbeat": {
        "task": "schedules.heartbeat",
        "schedule": timedelta(seconds=20),
        "options": {"expires": 18},
    },
    "sweep": {"task": "schedules.sweep", "schedule": timedelta(minutes=1), "options": MINUTE},
    "escalation": {
        "task": "schedules.escalate",
        "schedule": timedelta(minutes=5),
        "options": {"expires": 290},
    },
    "morning-run": {"task": "schedules.run_day", "schedule": crontab(hour="0", minute="5")},
    # The times of digests stand in the database, place by place.
    "digests": {
        "task": "schedules.send_digests",
        "schedule": timedelta(minutes=1),
        "options": MINUTE,
    },
    "evening-closing": {"task": "schedules.close_day", "schedule": crontab(hour="0", minute="1")},
}
