"""Derived rows keep the key to their episode after all: it costs less than it is worth (ADR 0014)."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

DERIVED = ("schedules_task", "schedules_dutyspan", "schedules_derivation")


def drop_orphans(_apps: Any, editor: Any) -> None:
    """Delete rows whose episode went while nothing held them: they are derived from nothing."""
    for table in DERIVED:
        editor.execute(
            f"DELETE FROM {table} d WHERE NOT EXISTS "  # noqa: S608  our own names only
            "(SELECT FROM returnees_episode e WHERE e.id = d.episode_id)"
        )
    editor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # tables with checks due cannot be altered


class Migration(migrations.Migration):
    """Put the constraints back that 0009 took away."""

    dependencies = [("schedules", "0010_sms_channel")]

    operations = [
        migrations.RunPython(drop_orphans, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="derivation",
            name="episode",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                primary_key=True,
                related_name="+",
                serialize=False,
                to="returnees.episode",
            ),
        ),
        migrations.AlterField(
            model_name="dutyspan",
            name="episode",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="spans",
                to="returnees.episode",
            ),
        ),
        migrations.AlterField(
            model_name="task",
            name="episode",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="tasks",
                to="returnees.episode",
            ),
        ),
    ]
