"""Settled texts of cells are sealed, in the readings and in their history: people may be named."""

from typing import Any

from django.db import migrations, models

import grid.fields

MANY = 500
KEPT = ("ImportMapping", "ImportMappingEvent")


def _move(apps: Any, editor: Any, source: str, target: str) -> None:
    """Move the values; what stood in the open is emptied with the same update."""
    for name in KEPT:
        model = apps.get_model("grid", name)
        table = editor.quote_name(model._meta.db_table)
        # A change of their form is no act of anybody; history itself refuses every change.
        editor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        moved = []
        for one in model.objects.only("pk", source, target).iterator(chunk_size=MANY):
            setattr(one, target, getattr(one, source))
            setattr(one, source, {})
            moved.append(one)
        model.objects.bulk_update(moved, [source, target], batch_size=MANY)
        editor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def seal(apps: Any, editor: Any) -> None:
    """Move what stands in the open into the sealed column."""
    _move(apps, editor, "values_open", "values")


def unseal(apps: Any, editor: Any) -> None:
    """Move it back."""
    _move(apps, editor, "values", "values_open")


def _each(operation: Any, *told: Any) -> list[Any]:
    return [operation(name.lower(), *told) for name in KEPT]


class Migration(migrations.Migration):
    """Seal grid_importmapping.values and what grid_importmappingevent keeps of it."""

    dependencies = [("grid", "0008_import_decisions")]

    operations = [
        *_each(migrations.RenameField, "values", "values_open"),
        *_each(migrations.AlterField, "values_open", models.JSONField(blank=True, default=dict)),
        *_each(
            migrations.AddField,
            "values",
            grid.fields.SealedJSONField(
                blank=True, default=dict, editable=True, verbose_name="values"
            ),
        ),
        migrations.RunPython(seal, unseal),
        *_each(migrations.RemoveField, "values_open"),
    ]
