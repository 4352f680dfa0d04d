"""Derived rows are not looked up again by the episode they are made from (ADR 0014)."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("returnees", "0005_lighter_rows"),
        ("schedules", "0008_channel_once"),
    ]

    operations = [
        migrations.AlterField(
            model_name="derivation",
            name="episode",
            field=models.OneToOneField(
                db_constraint=False,
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
                db_constraint=False,
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
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="tasks",
                to="returnees.episode",
            ),
        ),
    ]
