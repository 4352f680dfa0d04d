"""Derived rows point where the rows they are made from do: nothing is looked up again for each."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("grid", "0001_initial"),
        ("schedules", "0003_outbox"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="dutyspan",
            name="duty",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="schedules.duty",
            ),
        ),
        migrations.AlterField(
            model_name="task",
            name="duty",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="schedules.duty",
                verbose_name="duty",
            ),
        ),
        migrations.AlterField(
            model_name="task",
            name="holder",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tasks",
                to=settings.AUTH_USER_MODEL,
                verbose_name="cadre",
            ),
        ),
        migrations.AlterField(
            model_name="task",
            name="place",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="grid.place",
                verbose_name="village",
            ),
        ),
    ]
