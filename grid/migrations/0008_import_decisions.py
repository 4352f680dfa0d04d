"""Decisions about rows of an import are kept with its file while it is read another way."""

from django.db import migrations

import grid.fields


class Migration(migrations.Migration):
    """Add grid_importfile.decisions."""

    dependencies = [("grid", "0007_sealed_understanding")]

    operations = [
        migrations.AddField(
            "importfile", "decisions", grid.fields.SealedJSONField(editable=True, null=True)
        ),
    ]
