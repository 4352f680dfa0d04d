"""What was understood of a file is sealed: texts of its cells are in it, perhaps of people."""

from typing import Any

from django.db import migrations

import grid.fields

MANY = 500


def _copy(apps: Any, source: str, target: str) -> None:
    model = apps.get_model("grid", "ImportBatch")
    batches = []
    for batch in model.objects.only("pk", source, target).iterator(chunk_size=MANY):
        setattr(batch, target, getattr(batch, source))
        batches.append(batch)
        if len(batches) == MANY:
            model.objects.bulk_update(batches, [target])
            batches = []
    model.objects.bulk_update(batches, [target])


def seal(apps: Any, _editor: Any) -> None:
    """Copy what stands in the open into the sealed column."""
    _copy(apps, "understood_open", "understood")


def unseal(apps: Any, _editor: Any) -> None:
    """Copy it back."""
    _copy(apps, "understood", "understood_open")


class Migration(migrations.Migration):
    """Seal grid_importbatch.understood."""

    dependencies = [("grid", "0006_lighter_rows")]

    operations = [
        migrations.RenameField("importbatch", "understood", "understood_open"),
        migrations.AddField(
            "importbatch",
            "understood",
            grid.fields.SealedJSONField(default=dict, editable=True),
        ),
        migrations.RunPython(seal, unseal),
        migrations.RemoveField("importbatch", "understood_open"),
    ]
