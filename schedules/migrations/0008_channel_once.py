"""A ladder names a channel once: a message is said once on each, a second step was never taken."""

from django.db import migrations, models

# Of two steps on one channel the lower one stays.
_SPARE = """
DELETE FROM schedules_rung r USING schedules_rung lower
WHERE lower.channel_id = r.channel_id AND lower.position < r.position
    AND (lower.user_id = r.user_id OR lower.place_id = r.place_id)
"""
_TWICE = "This ladder has a step on the channel already: choose another channel."


class Migration(migrations.Migration):
    """Unique channels of a ladder."""

    dependencies = [("schedules", "0007_inspections")]

    operations = [
        migrations.RunSQL(_SPARE, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "rung",
            models.UniqueConstraint(
                name="channel_once_for_user",
                fields=["user", "channel"],
                violation_error_message=_TWICE,
            ),
        ),
        migrations.AddConstraint(
            "rung",
            models.UniqueConstraint(
                name="channel_once_for_place",
                fields=["place", "channel"],
                violation_error_message=_TWICE,
            ),
        ),
    ]
