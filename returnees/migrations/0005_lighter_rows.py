"""Fewer indexes to keep with every return.

A return's village is the first column of another index. Codes of places are collated "C": one index
serves equality and prefixes alike, a second with pattern operators is read by nobody. Of the
history of returns the row itself and what it hangs on are asked for, and nothing else.
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
        WHERE x.indnatts = 1 AND x.indrelid = 'returnees_advancereport'::regclass
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
            AND x.indrelid = ANY(
                '{returnees_advancereportevent,returnees_stayevent,returnees_certificateevent,
                  returnees_episodeevent,returnees_stageevent,returnees_testevent}'::regclass[]
            )
            AND a.attname NOT IN ('pgh_obj_id', 'report_id', 'person_id', 'episode_id')
    LOOP
        EXECUTE format('DROP INDEX %s', found);
    END LOOP;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("grid", "0006_lighter_rows"), ("returnees", "0004_verifications")]

    operations = [
        migrations.AlterField(
            model_name="episode",
            name="place",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="episodes",
                to="grid.place",
                verbose_name="village of the stay",
            ),
        ),
        migrations.RunSQL(_PATTERNS, migrations.RunSQL.noop),
        migrations.RunSQL(_UNREAD, migrations.RunSQL.noop),
    ]
