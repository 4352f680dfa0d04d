from django.conf import settings
from django.db import migrations, models
import django.db.models.deletion
import grid.fields

# Imports of before were checked whole when they came; taken back, all but the rows left went.
CARRY_OVER = """
UPDATE grid_importbatch SET checked_at = uploaded_at;
UPDATE grid_importrow r SET undone = true FROM grid_importbatch b
 WHERE b.id = r.batch_id AND b.state = 'undone' AND r.done AND r.action IN ('create', 'update')
   AND NOT EXISTS (
       SELECT 1 FROM jsonb_array_elements(coalesce(b.summary -> 'left', '[]')) one
        WHERE (one ->> 'row')::int = r.number);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('grid', '0001_initial'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        migrations.RenameField('importrow', 'episode_key', 'target_key'),
        migrations.RemoveField('importrow', 'report_key'),
        migrations.CreateModel(
            name='ImportFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content', grid.fields.SealedBytesField()),
                ('sheets', models.JSONField(default=list)),
            ],
            options={
                'verbose_name': 'file of an import',
                'verbose_name_plural': 'files of imports',
            },
        ),
        migrations.CreateModel(
            name='ImportMapping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('list_name', models.CharField(max_length=30, verbose_name='list')),
                ('layout', models.CharField(editable=False, max_length=32)),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('columns', models.JSONField(blank=True, default=dict, verbose_name='columns')),
                ('values', models.JSONField(blank=True, default=dict, verbose_name='values')),
                ('saved_at', models.DateTimeField(auto_now=True, verbose_name='saved at')),
            ],
            options={
                'verbose_name': 'reading of a list',
                'verbose_name_plural': 'readings of lists',
            },
        ),
        migrations.CreateModel(
            name='ImportMappingEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('list_name', models.CharField(max_length=30, verbose_name='list')),
                ('layout', models.CharField(editable=False, max_length=32)),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('columns', models.JSONField(blank=True, default=dict, verbose_name='columns')),
                ('values', models.JSONField(blank=True, default=dict, verbose_name='values')),
                ('saved_at', models.DateTimeField(auto_now=True, verbose_name='saved at')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='importbatch',
            name='beat_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='importbatch',
            name='cancel_asked',
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name='importbatch',
            name='checked_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='checked at'),
        ),
        migrations.AddField(
            model_name='importbatch',
            name='error',
            field=models.TextField(blank=True, verbose_name='what went wrong'),
        ),
        migrations.AddField(
            model_name='importbatch',
            name='options',
            field=models.JSONField(blank=True, default=dict, verbose_name='options'),
        ),
        migrations.AddField(
            model_name='importbatch',
            name='sheet',
            field=models.CharField(blank=True, max_length=100, verbose_name='sheet'),
        ),
        migrations.AddField(
            model_name='importrow',
            name='undone',
            field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name='importbatch',
            name='state',
            field=models.CharField(choices=[('checking', 'Being checked'), ('checked', 'Checked, waiting for confirmation'), ('committing', 'Being committed'), ('committed', 'Committed'), ('cancelled', 'Cancelled'), ('discarded', 'Discarded'), ('undoing', 'Being taken back'), ('undone', 'Taken back'), ('failed', 'Failed')], max_length=12, verbose_name='state'),
        ),
        migrations.AddIndex(
            model_name='importrow',
            index=models.Index(condition=models.Q(('target_key__isnull', False)), fields=['target_key'], name='import_row_target'),
        ),
        migrations.AddField(
            model_name='importfile',
            name='batch',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='file', to='grid.importbatch'),
        ),
        migrations.AddField(
            model_name='importmapping',
            name='saved_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by'),
        ),
        migrations.AddField(
            model_name='importbatch',
            name='mapping',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='grid.importmapping', verbose_name='reading'),
        ),
        migrations.AddIndex(
            model_name='importbatch',
            index=models.Index(fields=['list_name', 'as_of', 'place'], name='import_sent'),
        ),
        migrations.AddField(
            model_name='importmappingevent',
            name='pgh_context',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context'),
        ),
        migrations.AddField(
            model_name='importmappingevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='grid.importmapping'),
        ),
        migrations.AddField(
            model_name='importmappingevent',
            name='saved_by',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by'),
        ),
        migrations.AddConstraint(
            model_name='importmapping',
            constraint=models.UniqueConstraint(fields=('list_name', 'layout'), name='import_mapping_once'),
        ),
        migrations.RunSQL(CARRY_OVER, migrations.RunSQL.noop),
    ]
