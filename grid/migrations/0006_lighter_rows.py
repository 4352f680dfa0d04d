"""Fewer indexes to keep with every person and every row of a list.

The batch of an import's rows is the first column of their unique constraint. Codes of places are
collated "C": one index serves equality and prefixes alike, a second with pattern operators is read
by nobody. Of the history of persons the row, the household and the moment are asked for.
"""

import django.db.models.deletion
from django.db import migrations, models

_PATTERNS = """
DO $$
DECLARE found regclass;
BEGIN
    FOR found IN
        SELECT x.indexrelid::regclass
        FROM pg_index x
        JOIN pg_opclass o ON o.oid = x.indclass[0] AND o.opcname = 'varchar_pattern_ops'
        JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[0]
        JOIN pg_collation c ON c.oid = a.attcollation AND c.collname = 'C'
        WHERE x.indnatts = 1 AND x.indrelid = ANY('{grid_person,grid_personevent}'::regclass[])
    LOOP
        EXECUTE format('DROP INDEX %s', found);
    END LOOP;
END $$
"""
_UNREAD = """
DO $$
DECLARE found regclass;
BEGIN
    FOR found IN
        SELECT x.indexrelid::regclass
        FROM pg_index x
        JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[0]
        WHERE x.indnatts = 1 AND NOT x.indisunique
            AND x.indrelid = 'grid_personevent'::regclass
            AND a.attname IN ('pgh_context_id', 'place_id')
    LOOP
        EXECUTE format('DROP INDEX %s', found);
    END LOOP;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("grid", "0005_site_history")]

    operations = [
        migrations.AlterField(
            model_name="importrow",
            name="batch",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="rows",
                to="grid.importbatch",
            ),
        ),
        migrations.RunSQL(_PATTERNS, migrations.RunSQL.noop),
        migrations.RunSQL(_UNREAD, migrations.RunSQL.noop),
    ]
