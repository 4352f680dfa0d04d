# Written by makemigrations; the step with data is by hand.

import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


# A row used to hold a level and any number of flags; now each of them has its own row and dates.
ONE_MARK_A_ROW = """
UPDATE returnees_riskarea SET mark = level;
INSERT INTO returnees_riskarea (place_id, part, mark, since, until, source, level, flags)
    SELECT place_id, '', flag, since, until, source, 'low', '{}'
    FROM returnees_riskarea, unnest(flags) AS flag;
DELETE FROM returnees_riskarea WHERE mark = 'low' AND cardinality(flags) > 0;
INSERT INTO returnees_riskareaevent
    (pgh_created_at, pgh_label, pgh_context_id, pgh_obj_id, id, place_id, part, mark, since, until,
     source, flags)
    SELECT pgh_created_at, pgh_label, pgh_context_id, pgh_obj_id, id, place_id, '', flag, since,
        until, source, '{}'
    FROM returnees_riskareaevent, unnest(flags) AS flag;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('grid', '0001_initial'),
        ('grid', '__first__'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('returnees', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='PolicyPack',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=8, verbose_name='notice')),
                ('version', models.CharField(max_length=20, verbose_name='version')),
                ('title_zh', models.CharField(max_length=120, verbose_name='title')),
                ('title_en', models.CharField(max_length=160, verbose_name='title in English')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('text', models.TextField(verbose_name='file')),
                ('added_at', models.DateTimeField(auto_now_add=True, verbose_name='added at')),
                ('added_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('base', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='returnees.policypack', verbose_name='lies over')),
            ],
            options={
                'verbose_name': 'notice file',
                'verbose_name_plural': 'notice files',
                'ordering': ['key', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='PolicyPackEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('key', models.CharField(max_length=8, verbose_name='notice')),
                ('version', models.CharField(max_length=20, verbose_name='version')),
                ('title_zh', models.CharField(max_length=120, verbose_name='title')),
                ('title_en', models.CharField(max_length=160, verbose_name='title in English')),
                ('digest', models.CharField(editable=False, max_length=64)),
                ('text', models.TextField(verbose_name='file')),
                ('added_at', models.DateTimeField(auto_now_add=True, verbose_name='added at')),
                ('added_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('base', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='returnees.policypack', verbose_name='lies over')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='returnees.policypack')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='RiskListVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='list of')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('published', 'Published'), ('discarded', 'Discarded')], default='draft', max_length=10, verbose_name='state')),
                ('covers', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('level', 'Risk levels'), ('key_concern', 'Key-concern area'), ('local_cases', 'Local cases'), ('land_border', 'Land border'), ('outbreak_city', 'Outbreak city'), ('hubei', 'Hubei'), ('wuhan', 'Wuhan')], max_length=16), size=None, verbose_name='states in full')),
                ('source', models.CharField(blank=True, max_length=200, verbose_name='source')),
                ('text', models.TextField(blank=True, verbose_name='text as pasted')),
                ('digest', models.CharField(editable=False, max_length=64)),
                ('made_at', models.DateTimeField(auto_now_add=True, verbose_name='made at')),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='published at')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                ('published_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='published by')),
            ],
            options={
                'verbose_name': 'risk list',
                'verbose_name_plural': 'risk lists',
                'ordering': ['-day', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('published_at', None), ('state', 'published'), _connector='XOR'), name='risk_list_published_with_time')],
            },
        ),
        migrations.CreateModel(
            name='RiskListVersionEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('day', models.DateField(verbose_name='list of')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('published', 'Published'), ('discarded', 'Discarded')], default='draft', max_length=10, verbose_name='state')),
                ('covers', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('level', 'Risk levels'), ('key_concern', 'Key-concern area'), ('local_cases', 'Local cases'), ('land_border', 'Land border'), ('outbreak_city', 'Outbreak city'), ('hubei', 'Hubei'), ('wuhan', 'Wuhan')], max_length=16), size=None, verbose_name='states in full')),
                ('source', models.CharField(blank=True, max_length=200, verbose_name='source')),
                ('text', models.TextField(blank=True, verbose_name='text as pasted')),
                ('digest', models.CharField(editable=False, max_length=64)),
                ('made_at', models.DateTimeField(auto_now_add=True, verbose_name='made at')),
                ('published_at', models.DateTimeField(blank=True, null=True, verbose_name='published at')),
                ('made_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='returnees.risklistversion')),
                ('published_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='published by')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='RiskEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.PositiveIntegerField(verbose_name='row')),
                ('text', models.CharField(max_length=300, verbose_name='as written')),
                ('mark', models.CharField(choices=[('low', 'Low risk'), ('mid', 'Medium risk'), ('high', 'High risk'), ('key_concern', 'Key-concern area'), ('local_cases', 'Local cases'), ('land_border', 'Land border'), ('outbreak_city', 'Outbreak city'), ('hubei', 'Hubei'), ('wuhan', 'Wuhan')], max_length=16, verbose_name='level or flag')),
                ('state', models.CharField(choices=[('resolved', 'Place known'), ('open', 'To be decided'), ('left_out', 'Left out')], max_length=10, verbose_name='state')),
                ('part', models.CharField(blank=True, max_length=200, verbose_name='only this part')),
                ('choices', models.JSONField(default=list)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('place', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grid.place', verbose_name='place')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='entries', to='returnees.risklistversion')),
            ],
            options={
                'verbose_name': 'line of a risk list',
                'verbose_name_plural': 'lines of a risk list',
                'ordering': ['row', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'resolved'), _negated=True), ('place__isnull', False), _connector='OR'), name='risk_entry_resolved_with_place')],
            },
        ),
        migrations.CreateModel(
            name='RiskEntryEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('row', models.PositiveIntegerField(verbose_name='row')),
                ('text', models.CharField(max_length=300, verbose_name='as written')),
                ('mark', models.CharField(choices=[('low', 'Low risk'), ('mid', 'Medium risk'), ('high', 'High risk'), ('key_concern', 'Key-concern area'), ('local_cases', 'Local cases'), ('land_border', 'Land border'), ('outbreak_city', 'Outbreak city'), ('hubei', 'Hubei'), ('wuhan', 'Wuhan')], max_length=16, verbose_name='level or flag')),
                ('state', models.CharField(choices=[('resolved', 'Place known'), ('open', 'To be decided'), ('left_out', 'Left out')], max_length=10, verbose_name='state')),
                ('part', models.CharField(blank=True, max_length=200, verbose_name='only this part')),
                ('choices', models.JSONField(default=list)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('decided_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='returnees.riskentry')),
                ('place', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='grid.place', verbose_name='place')),
                ('version', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='returnees.risklistversion')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ControlZone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateField(verbose_name='closed since')),
                ('until', models.DateField(blank=True, null=True, verbose_name='until (not included)')),
                ('last_case_on', models.DateField(verbose_name='last case on')),
                ('approved_by', models.CharField(max_length=80, verbose_name='approved by')),
                ('reference', models.CharField(blank=True, max_length=80, verbose_name='decision number')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='zones', to='grid.place', verbose_name='place')),
            ],
            options={
                'verbose_name': 'closed zone',
                'verbose_name_plural': 'closed zones',
                'ordering': ['place_id', '-since'],
                'constraints': [models.CheckConstraint(condition=models.Q(('until', None), ('until__gt', models.F('since')), _connector='OR'), name='zone_dates_in_order'), models.UniqueConstraint(condition=models.Q(('until', None)), fields=('place',), name='one_open_zone_per_place', violation_error_message='This place is closed already.')],
            },
        ),
        migrations.CreateModel(
            name='ControlZoneEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('since', models.DateField(verbose_name='closed since')),
                ('until', models.DateField(blank=True, null=True, verbose_name='until (not included)')),
                ('last_case_on', models.DateField(verbose_name='last case on')),
                ('approved_by', models.CharField(max_length=80, verbose_name='approved by')),
                ('reference', models.CharField(blank=True, max_length=80, verbose_name='decision number')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('made_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='returnees.controlzone')),
                ('place', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='grid.place', verbose_name='place')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ExitPermit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('destination', models.CharField(max_length=120, verbose_name='wants to go to')),
                ('leaves_on', models.DateField(verbose_name='leaves on')),
                ('returns_on', models.DateField(blank=True, null=True, verbose_name='returns on')),
                ('necessity', models.CharField(blank=True, max_length=200, verbose_name='why it is necessary')),
                ('sampled_on', models.DateField(blank=True, null=True, verbose_name='certificate sampled on')),
                ('result', models.CharField(blank=True, choices=[('pending', 'Result pending'), ('negative', 'Negative'), ('positive', 'Positive'), ('refused', 'Refused'), ('invalid', 'Invalid, to be repeated')], max_length=8, verbose_name='result')),
                ('state', models.CharField(choices=[('asked', 'Asked for'), ('granted', 'Granted'), ('refused', 'Refused by the notice'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn')], max_length=10, verbose_name='state')),
                ('rule', models.CharField(blank=True, max_length=32, verbose_name='rule')),
                ('verdict', models.JSONField(default=dict)),
                ('asked_at', models.DateTimeField(auto_now_add=True, verbose_name='asked at')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided at')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='exit_permits', to='grid.person', verbose_name='person')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grid.place', verbose_name='lives in')),
                ('policy', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='returnees.policyversion')),
            ],
            options={
                'verbose_name': 'exit permit',
                'verbose_name_plural': 'exit permits',
                'ordering': ['-asked_at', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('returns_on', None), ('returns_on__gte', models.F('leaves_on')), _connector='OR'), name='permit_dates_in_order', violation_error_message='The return lies before the departure.'), models.CheckConstraint(condition=models.Q(('state', 'asked'), ('decided_at__isnull', False), _connector='OR'), name='permit_decided_with_time')],
            },
        ),
        migrations.CreateModel(
            name='ExitPermitEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('destination', models.CharField(max_length=120, verbose_name='wants to go to')),
                ('leaves_on', models.DateField(verbose_name='leaves on')),
                ('returns_on', models.DateField(blank=True, null=True, verbose_name='returns on')),
                ('necessity', models.CharField(blank=True, max_length=200, verbose_name='why it is necessary')),
                ('sampled_on', models.DateField(blank=True, null=True, verbose_name='certificate sampled on')),
                ('result', models.CharField(blank=True, choices=[('pending', 'Result pending'), ('negative', 'Negative'), ('positive', 'Positive'), ('refused', 'Refused'), ('invalid', 'Invalid, to be repeated')], max_length=8, verbose_name='result')),
                ('state', models.CharField(choices=[('asked', 'Asked for'), ('granted', 'Granted'), ('refused', 'Refused by the notice'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn')], max_length=10, verbose_name='state')),
                ('rule', models.CharField(blank=True, max_length=32, verbose_name='rule')),
                ('verdict', models.JSONField(default=dict)),
                ('asked_at', models.DateTimeField(auto_now_add=True, verbose_name='asked at')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided at')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('asked_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='grid.person', verbose_name='person')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='returnees.exitpermit')),
                ('place', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='grid.place', verbose_name='lives in')),
                ('policy', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='returnees.policyversion')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Away',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(blank=True, max_length=120, verbose_name='is in, as written')),
                ('since', models.DateField(blank=True, null=True, verbose_name='away since')),
                ('returns_on', models.DateField(blank=True, null=True, verbose_name='means to return on')),
                ('employer', models.CharField(blank=True, max_length=80, verbose_name='unit')),
                ('occupation', models.CharField(blank=True, max_length=60, verbose_name='occupation')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('asked_on', models.DateField(blank=True, null=True, verbose_name='last asked on')),
                ('advised_at', models.DateTimeField(blank=True, null=True, verbose_name='advised not to come at')),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='ended on')),
                ('noted_at', models.DateTimeField(auto_now_add=True, verbose_name='noted at')),
                ('advised_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('home', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grid.place', verbose_name='village')),
                ('noted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='absences', to='grid.person', verbose_name='person')),
                ('place', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grid.place', verbose_name='is in')),
                ('report', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='returnees.advancereport')),
            ],
            options={
                'verbose_name': 'resident away',
                'verbose_name_plural': 'residents away',
                'ordering': [models.OrderBy(models.F('returns_on'), nulls_last=True), 'pk'],
                'indexes': [models.Index(condition=models.Q(('ended_on', None)), fields=['home'], name='away_open'), models.Index(condition=models.Q(('ended_on', None)), fields=['place'], name='away_where')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_on', None)), fields=('person',), name='one_open_absence_per_person', violation_error_message='This person is in the ledger already.')],
            },
        ),
        migrations.CreateModel(
            name='AwayEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('text', models.CharField(blank=True, max_length=120, verbose_name='is in, as written')),
                ('since', models.DateField(blank=True, null=True, verbose_name='away since')),
                ('returns_on', models.DateField(blank=True, null=True, verbose_name='means to return on')),
                ('employer', models.CharField(blank=True, max_length=80, verbose_name='unit')),
                ('occupation', models.CharField(blank=True, max_length=60, verbose_name='occupation')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note')),
                ('asked_on', models.DateField(blank=True, null=True, verbose_name='last asked on')),
                ('advised_at', models.DateTimeField(blank=True, null=True, verbose_name='advised not to come at')),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='ended on')),
                ('noted_at', models.DateTimeField(auto_now_add=True, verbose_name='noted at')),
                ('advised_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('home', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='grid.place', verbose_name='village')),
                ('noted_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='grid.person', verbose_name='person')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='returnees.away')),
                ('place', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='grid.place', verbose_name='is in')),
                ('report', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='returnees.advancereport')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Override',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.CharField(max_length=32, verbose_name='class')),
                ('was', models.CharField(max_length=32, verbose_name='class before')),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
                ('state', models.CharField(choices=[('proposed', 'Proposed'), ('in_force', 'In force'), ('declined', 'Declined'), ('withdrawn', 'Taken back')], max_length=10, verbose_name='state')),
                ('asked_at', models.DateTimeField(auto_now_add=True, verbose_name='proposed at')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided at')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note of the decision')),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='proposed by')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('episode', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='overrides', to='returnees.episode')),
            ],
            options={
                'verbose_name': 'override',
                'verbose_name_plural': 'overrides',
                'ordering': ['-asked_at', '-pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ('proposed', 'in_force'))), fields=('episode',), name='one_override_per_episode', violation_error_message='There is an override of this person already.'), models.CheckConstraint(condition=models.Q(('state', 'proposed'), ('decided_at__isnull', False), _connector='OR'), name='override_decided_with_time')],
            },
        ),
        migrations.CreateModel(
            name='OverrideEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('row', models.CharField(max_length=32, verbose_name='class')),
                ('was', models.CharField(max_length=32, verbose_name='class before')),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
                ('state', models.CharField(choices=[('proposed', 'Proposed'), ('in_force', 'In force'), ('declined', 'Declined'), ('withdrawn', 'Taken back')], max_length=10, verbose_name='state')),
                ('asked_at', models.DateTimeField(auto_now_add=True, verbose_name='proposed at')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided at')),
                ('note', models.CharField(blank=True, max_length=200, verbose_name='note of the decision')),
                ('asked_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='proposed by')),
                ('decided_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('episode', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='returnees.episode')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='returnees.override')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Screening',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='day')),
                ('state', models.CharField(choices=[('waiting', 'Being computed'), ('preview', 'Preview'), ('open', 'To be confirmed'), ('closed', 'Closed')], max_length=10, verbose_name='state')),
                ('found_at', models.DateTimeField(blank=True, null=True, verbose_name='looked for at')),
                ('figures', models.JSONField(default=dict)),
                ('error', models.CharField(blank=True, max_length=300)),
                ('made_at', models.DateTimeField(auto_now_add=True, verbose_name='made at')),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('policy', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='screening', to='returnees.policyversion', verbose_name='notice')),
                ('risk_list', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='screening', to='returnees.risklistversion', verbose_name='risk list')),
                ('zone', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='screening', to='returnees.controlzone', verbose_name='zone')),
            ],
            options={
                'verbose_name': 're-screening',
                'verbose_name_plural': 're-screenings',
                'ordering': ['-made_at'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('policy', None), ('risk_list__isnull', False), ('zone', None)), models.Q(('policy__isnull', False), ('risk_list', None), ('zone', None)), models.Q(('policy', None), ('risk_list', None), ('zone__isnull', False)), _connector='OR'), name='screening_has_one_origin')],
            },
        ),
        migrations.CreateModel(
            name='ScreeningItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('touch', models.CharField(choices=[('certain', 'Certain'), ('possible', 'To be asked')], max_length=10, verbose_name='touched')),
                ('why', models.JSONField(default=list)),
                ('before', models.JSONField(default=dict)),
                ('after', models.JSONField(default=dict)),
                ('changes', models.BooleanField(default=False, verbose_name='the plan changes')),
                ('state', models.CharField(choices=[('pending', 'To be confirmed'), ('applied', 'Re-planned'), ('left', 'Left as it is'), ('refused', 'Could not be re-planned')], default='pending', max_length=10, verbose_name='state')),
                ('problem', models.CharField(blank=True, max_length=300, verbose_name='problem')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided at')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('episode', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='screenings', to='returnees.episode')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='grid.place', verbose_name='village')),
                ('screening', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='returnees.screening')),
            ],
            options={
                'verbose_name': 'person touched',
                'verbose_name_plural': 'persons touched',
                'ordering': ['place_id', 'pk'],
                'indexes': [models.Index(fields=['screening', 'state', 'place'], name='screening_open')],
                'constraints': [models.UniqueConstraint(fields=('screening', 'episode'), name='screened_once')],
            },
        ),
        migrations.CreateModel(
            name='ScreeningItemEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('touch', models.CharField(choices=[('certain', 'Certain'), ('possible', 'To be asked')], max_length=10, verbose_name='touched')),
                ('why', models.JSONField(default=list)),
                ('before', models.JSONField(default=dict)),
                ('after', models.JSONField(default=dict)),
                ('changes', models.BooleanField(default=False, verbose_name='the plan changes')),
                ('state', models.CharField(choices=[('pending', 'To be confirmed'), ('applied', 'Re-planned'), ('left', 'Left as it is'), ('refused', 'Could not be re-planned')], default='pending', max_length=10, verbose_name='state')),
                ('problem', models.CharField(blank=True, max_length=300, verbose_name='problem')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided at')),
                ('decided_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('episode', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='returnees.episode')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='returnees.screeningitem')),
                ('place', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='grid.place', verbose_name='village')),
                ('screening', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='returnees.screening')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='policyversion',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='policyversion',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='policyversion',
            name='delete_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='riskarea',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='riskarea',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='riskarea',
            name='delete_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='stay',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='stay',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='stay',
            name='delete_delete',
        ),
        migrations.RemoveConstraint(
            model_name='policyversion',
            name='one_policy_in_force_per_place',
        ),
        migrations.RemoveConstraint(
            model_name='riskarea',
            name='one_open_risk_per_place',
        ),
        migrations.AddField(
            model_name='policyversion',
            name='made_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by'),
        ),
        migrations.AddField(
            model_name='policyversion',
            name='proposed',
            field=models.BooleanField(default=False, verbose_name='proposal'),
        ),
        migrations.AddField(
            model_name='policyversion',
            name='settings',
            field=models.JSONField(blank=True, default=dict, verbose_name='readings'),
        ),
        migrations.AddField(
            model_name='policyversionevent',
            name='made_by',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by'),
        ),
        migrations.AddField(
            model_name='policyversionevent',
            name='proposed',
            field=models.BooleanField(default=False, verbose_name='proposal'),
        ),
        migrations.AddField(
            model_name='policyversionevent',
            name='settings',
            field=models.JSONField(blank=True, default=dict, verbose_name='readings'),
        ),
        migrations.AddField(
            model_name='riskarea',
            name='last_case_on',
            field=models.DateField(blank=True, null=True, verbose_name='last case on'),
        ),
        migrations.AddField(
            model_name='riskarea',
            name='mark',
            field=models.CharField(choices=[('low', 'Low risk'), ('mid', 'Medium risk'), ('high', 'High risk'), ('key_concern', 'Key-concern area'), ('local_cases', 'Local cases'), ('land_border', 'Land border'), ('outbreak_city', 'Outbreak city'), ('hubei', 'Hubei'), ('wuhan', 'Wuhan')], default='low', max_length=16, verbose_name='level or flag'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='riskarea',
            name='part',
            field=models.CharField(blank=True, max_length=200, verbose_name='only this part'),
        ),
        migrations.AddField(
            model_name='riskareaevent',
            name='last_case_on',
            field=models.DateField(blank=True, null=True, verbose_name='last case on'),
        ),
        migrations.AddField(
            model_name='riskareaevent',
            name='part',
            field=models.CharField(blank=True, max_length=200, verbose_name='only this part'),
        ),
        # The history is append-only: its column is renamed, not written.
        migrations.RenameField(
            model_name='riskareaevent',
            old_name='level',
            new_name='mark',
        ),
        migrations.AlterField(
            model_name='riskareaevent',
            name='mark',
            field=models.CharField(choices=[('low', 'Low risk'), ('mid', 'Medium risk'), ('high', 'High risk'), ('key_concern', 'Key-concern area'), ('local_cases', 'Local cases'), ('land_border', 'Land border'), ('outbreak_city', 'Outbreak city'), ('hubei', 'Hubei'), ('wuhan', 'Wuhan')], max_length=16, verbose_name='level or flag'),
        ),
        migrations.RunSQL(
            sql=ONE_MARK_A_ROW,
            reverse_sql='',
        ),
        migrations.RemoveField(
            model_name='riskareaevent',
            name='flags',
        ),
        migrations.RemoveField(
            model_name='riskarea',
            name='flags',
        ),
        migrations.RemoveField(
            model_name='riskarea',
            name='level',
        ),
        migrations.AddField(
            model_name='stay',
            name='asked_on',
            field=models.DateField(blank=True, null=True, verbose_name='asked on'),
        ),
        migrations.AddField(
            model_name='stay',
            name='unclear',
            field=models.BooleanField(default=False, verbose_name='to be asked where exactly'),
        ),
        migrations.AddField(
            model_name='stayevent',
            name='asked_on',
            field=models.DateField(blank=True, null=True, verbose_name='asked on'),
        ),
        migrations.AddField(
            model_name='stayevent',
            name='unclear',
            field=models.BooleanField(default=False, verbose_name='to be asked where exactly'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='policyversion',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "returnees_policyversionevent" ("digest", "file_id", "id", "made_by_id", "pack", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "proposed", "settings", "since", "until", "version") VALUES (NEW."digest", NEW."file_id", NEW."id", NEW."made_by_id", NEW."pack", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."place_id", NEW."proposed", NEW."settings", NEW."since", NEW."until", NEW."version"); RETURN NULL;', hash='04a47145176c21a885b0f4c475eff402fd8fb015', operation='INSERT', pgid='pgtrigger_insert_insert_6caea', table='returnees_policyversion', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='policyversion',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "returnees_policyversionevent" ("digest", "file_id", "id", "made_by_id", "pack", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "proposed", "settings", "since", "until", "version") VALUES (NEW."digest", NEW."file_id", NEW."id", NEW."made_by_id", NEW."pack", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."place_id", NEW."proposed", NEW."settings", NEW."since", NEW."until", NEW."version"); RETURN NULL;', hash='efc9729b023444aae22ff65fd967d512633c01a3', operation='UPDATE', pgid='pgtrigger_update_update_0c178', table='returnees_policyversion', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='policyversion',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "returnees_policyversionevent" ("digest", "file_id", "id", "made_by_id", "pack", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "proposed", "settings", "since", "until", "version") VALUES (OLD."digest", OLD."file_id", OLD."id", OLD."made_by_id", OLD."pack", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."place_id", OLD."proposed", OLD."settings", OLD."since", OLD."until", OLD."version"); RETURN NULL;', hash='43fbd0a75f371bf930b7cb342d543d2ada18e036', operation='DELETE', pgid='pgtrigger_delete_delete_abf15', table='returnees_policyversion', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='riskarea',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "returnees_riskareaevent" ("ended_by_id", "id", "last_case_on", "mark", "opened_by_id", "part", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "since", "source", "until") VALUES (NEW."ended_by_id", NEW."id", NEW."last_case_on", NEW."mark", NEW."opened_by_id", NEW."part", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."place_id", NEW."since", NEW."source", NEW."until"); RETURN NULL;', hash='9d3ce8ed72cc9a1e366d2dd6fd6223aa7b6e3942', operation='INSERT', pgid='pgtrigger_insert_insert_5d1bb', table='returnees_riskarea', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='riskarea',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "returnees_riskareaevent" ("ended_by_id", "id", "last_case_on", "mark", "opened_by_id", "part", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "since", "source", "until") VALUES (NEW."ended_by_id", NEW."id", NEW."last_case_on", NEW."mark", NEW."opened_by_id", NEW."part", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."place_id", NEW."since", NEW."source", NEW."until"); RETURN NULL;', hash='1936ae8f92059e3b35c77dd1e3e35fbd2b06124a', operation='UPDATE', pgid='pgtrigger_update_update_e18c3', table='returnees_riskarea', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='riskarea',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "returnees_riskareaevent" ("ended_by_id", "id", "last_case_on", "mark", "opened_by_id", "part", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "since", "source", "until") VALUES (OLD."ended_by_id", OLD."id", OLD."last_case_on", OLD."mark", OLD."opened_by_id", OLD."part", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."place_id", OLD."since", OLD."source", OLD."until"); RETURN NULL;', hash='dd10be6c89d1a504bdb2c303be07d00a49441488', operation='DELETE', pgid='pgtrigger_delete_delete_f46d8', table='returnees_riskarea', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='stay',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "returnees_stayevent" ("asked_on", "first_day", "flags", "id", "last_day", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "report_id", "risk", "text", "unclear") VALUES (NEW."asked_on", NEW."first_day", NEW."flags", NEW."id", NEW."last_day", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."place_id", NEW."report_id", NEW."risk", NEW."text", NEW."unclear"); RETURN NULL;', hash='c5a7c649e0a6cf8e933bb1c7ebf43a28a72c675c', operation='INSERT', pgid='pgtrigger_insert_insert_70364', table='returnees_stay', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='stay',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "returnees_stayevent" ("asked_on", "first_day", "flags", "id", "last_day", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "report_id", "risk", "text", "unclear") VALUES (NEW."asked_on", NEW."first_day", NEW."flags", NEW."id", NEW."last_day", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."place_id", NEW."report_id", NEW."risk", NEW."text", NEW."unclear"); RETURN NULL;', hash='60050beb67772caf8de7a0e0ec1e6735b5ba6323', operation='UPDATE', pgid='pgtrigger_update_update_bd27b', table='returnees_stay', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='stay',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "returnees_stayevent" ("asked_on", "first_day", "flags", "id", "last_day", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "report_id", "risk", "text", "unclear") VALUES (OLD."asked_on", OLD."first_day", OLD."flags", OLD."id", OLD."last_day", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."place_id", OLD."report_id", OLD."risk", OLD."text", OLD."unclear"); RETURN NULL;', hash='a01ba3639b6406108b3215367ab0edd2d78be1cb', operation='DELETE', pgid='pgtrigger_delete_delete_b79d5', table='returnees_stay', when='AFTER')),
        ),
        migrations.AddField(
            model_name='policyversion',
            name='file',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='returnees.policypack', verbose_name='file'),
        ),
        migrations.AddField(
            model_name='policyversionevent',
            name='file',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='returnees.policypack', verbose_name='file'),
        ),
        migrations.AddConstraint(
            model_name='policyversion',
            constraint=models.UniqueConstraint(condition=models.Q(('proposed', False), ('until', None)), fields=('place',), name='one_policy_in_force_per_place'),
        ),
        migrations.AddField(
            model_name='riskarea',
            name='ended_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='ended', to='returnees.risklistversion', verbose_name='ended by'),
        ),
        migrations.AddField(
            model_name='riskarea',
            name='opened_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='opened', to='returnees.risklistversion', verbose_name='begun by'),
        ),
        migrations.AddField(
            model_name='riskareaevent',
            name='ended_by',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='returnees.risklistversion', verbose_name='ended by'),
        ),
        migrations.AddField(
            model_name='riskareaevent',
            name='opened_by',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='returnees.risklistversion', verbose_name='begun by'),
        ),
        migrations.AddIndex(
            model_name='riskarea',
            index=models.Index(fields=['since', 'until'], name='risk_area_dates'),
        ),
        migrations.AddConstraint(
            model_name='riskarea',
            constraint=models.UniqueConstraint(condition=models.Q(('mark__in', ('low', 'mid', 'high')), ('until', None)), fields=('place', 'part'), name='one_open_level_per_area', violation_error_message='This place has an open level already; end it first.'),
        ),
        migrations.AddConstraint(
            model_name='riskarea',
            constraint=models.UniqueConstraint(condition=models.Q(('until', None), models.Q(('mark__in', ('low', 'mid', 'high')), _negated=True)), fields=('place', 'part', 'mark'), name='one_open_flag_per_area', violation_error_message='This place carries the flag already.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='away',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "returnees_awayevent" ("advised_at", "advised_by_id", "asked_on", "employer", "ended_on", "home_id", "id", "note", "noted_at", "noted_by_id", "occupation", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "report_id", "returns_on", "since", "text") VALUES (NEW."advised_at", NEW."advised_by_id", NEW."asked_on", NEW."employer", NEW."ended_on", NEW."home_id", NEW."id", NEW."note", NEW."noted_at", NEW."noted_by_id", NEW."occupation", NEW."person_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."place_id", NEW."report_id", NEW."returns_on", NEW."since", NEW."text"); RETURN NULL;', hash='9b2ad7a9b97fd8217f73c7b8e937253f1cd6fdb2', operation='INSERT', pgid='pgtrigger_insert_insert_718d1', table='returnees_away', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='away',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "returnees_awayevent" ("advised_at", "advised_by_id", "asked_on", "employer", "ended_on", "home_id", "id", "note", "noted_at", "noted_by_id", "occupation", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "report_id", "returns_on", "since", "text") VALUES (NEW."advised_at", NEW."advised_by_id", NEW."asked_on", NEW."employer", NEW."ended_on", NEW."home_id", NEW."id", NEW."note", NEW."noted_at", NEW."noted_by_id", NEW."occupation", NEW."person_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."place_id", NEW."report_id", NEW."returns_on", NEW."since", NEW."text"); RETURN NULL;', hash='2c56a65d9a6b6f7c5339f88f63cfbd3860b14ef8', operation='UPDATE', pgid='pgtrigger_update_update_40b81', table='returnees_away', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='away',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "returnees_awayevent" ("advised_at", "advised_by_id", "asked_on", "employer", "ended_on", "home_id", "id", "note", "noted_at", "noted_by_id", "occupation", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "report_id", "returns_on", "since", "text") VALUES (OLD."advised_at", OLD."advised_by_id", OLD."asked_on", OLD."employer", OLD."ended_on", OLD."home_id", OLD."id", OLD."note", OLD."noted_at", OLD."noted_by_id", OLD."occupation", OLD."person_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."place_id", OLD."report_id", OLD."returns_on", OLD."since", OLD."text"); RETURN NULL;', hash='c811c03c77e9262f01c86f73c3b3f557c1bb8826', operation='DELETE', pgid='pgtrigger_delete_delete_6eca1', table='returnees_away', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='awayevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='738459a6aa60baa5e5951eca6cd797f46a74e617', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_6b248', table='returnees_awayevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='controlzone',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "returnees_controlzoneevent" ("approved_by", "id", "last_case_on", "made_by_id", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "reference", "since", "until") VALUES (NEW."approved_by", NEW."id", NEW."last_case_on", NEW."made_by_id", NEW."note", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."place_id", NEW."reference", NEW."since", NEW."until"); RETURN NULL;', hash='414ac3919b53199a2c758eee7d4410cc59a0cb1a', operation='INSERT', pgid='pgtrigger_insert_insert_56d35', table='returnees_controlzone', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='controlzone',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "returnees_controlzoneevent" ("approved_by", "id", "last_case_on", "made_by_id", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "reference", "since", "until") VALUES (NEW."approved_by", NEW."id", NEW."last_case_on", NEW."made_by_id", NEW."note", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."place_id", NEW."reference", NEW."since", NEW."until"); RETURN NULL;', hash='12db1ee403aaec42d3a7cae4358b27a2d9e63184', operation='UPDATE', pgid='pgtrigger_update_update_98f6c', table='returnees_controlzone', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='controlzone',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "returnees_controlzoneevent" ("approved_by", "id", "last_case_on", "made_by_id", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "reference", "since", "until") VALUES (OLD."approved_by", OLD."id", OLD."last_case_on", OLD."made_by_id", OLD."note", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."place_id", OLD."reference", OLD."since", OLD."until"); RETURN NULL;', hash='c1a2f1239abf09479eade1e3138b2ff841f521fd', operation='DELETE', pgid='pgtrigger_delete_delete_dbf21', table='returnees_controlzone', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='controlzoneevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='659cfc84f19629580c011965456ba00d7e88183f', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a11c0', table='returnees_controlzoneevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='exitpermit',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "returnees_exitpermitevent" ("asked_at", "asked_by_id", "decided_at", "decided_by_id", "destination", "id", "leaves_on", "necessity", "note", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "policy_id", "result", "returns_on", "rule", "sampled_on", "state", "verdict") VALUES (NEW."asked_at", NEW."asked_by_id", NEW."decided_at", NEW."decided_by_id", NEW."destination", NEW."id", NEW."leaves_on", NEW."necessity", NEW."note", NEW."person_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."place_id", NEW."policy_id", NEW."result", NEW."returns_on", NEW."rule", NEW."sampled_on", NEW."state", NEW."verdict"); RETURN NULL;', hash='c3043b4a3a167f3bf61266101f2b5f9cb3a9581f', operation='INSERT', pgid='pgtrigger_insert_insert_2c3c4', table='returnees_exitpermit', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='exitpermit',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "returnees_exitpermitevent" ("asked_at", "asked_by_id", "decided_at", "decided_by_id", "destination", "id", "leaves_on", "necessity", "note", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "policy_id", "result", "returns_on", "rule", "sampled_on", "state", "verdict") VALUES (NEW."asked_at", NEW."asked_by_id", NEW."decided_at", NEW."decided_by_id", NEW."destination", NEW."id", NEW."leaves_on", NEW."necessity", NEW."note", NEW."person_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."place_id", NEW."policy_id", NEW."result", NEW."returns_on", NEW."rule", NEW."sampled_on", NEW."state", NEW."verdict"); RETURN NULL;', hash='42f61aab5ae77f4b1bc8c6cfac968b2ad4e61f09', operation='UPDATE', pgid='pgtrigger_update_update_c2aa7', table='returnees_exitpermit', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='exitpermit',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "returnees_exitpermitevent" ("asked_at", "asked_by_id", "decided_at", "decided_by_id", "destination", "id", "leaves_on", "necessity", "note", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "policy_id", "result", "returns_on", "rule", "sampled_on", "state", "verdict") VALUES (OLD."asked_at", OLD."asked_by_id", OLD."decided_at", OLD."decided_by_id", OLD."destination", OLD."id", OLD."leaves_on", OLD."necessity", OLD."note", OLD."person_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."place_id", OLD."policy_id", OLD."result", OLD."returns_on", OLD."rule", OLD."sampled_on", OLD."state", OLD."verdict"); RETURN NULL;', hash='08e5d620aaf7b8a2ec74785c6058243111e7f51b', operation='DELETE', pgid='pgtrigger_delete_delete_a3437', table='returnees_exitpermit', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='exitpermitevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='8ab37a68f4b1887640a72a5280faa73168d50f30', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d6648', table='returnees_exitpermitevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='override',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "returnees_overrideevent" ("asked_at", "asked_by_id", "decided_at", "decided_by_id", "episode_id", "id", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "row", "state", "was") VALUES (NEW."asked_at", NEW."asked_by_id", NEW."decided_at", NEW."decided_by_id", NEW."episode_id", NEW."id", NEW."note", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reason", NEW."row", NEW."state", NEW."was"); RETURN NULL;', hash='8ac91f8b0eb2e3f0ce42e5332c2c818f2b508e81', operation='INSERT', pgid='pgtrigger_insert_insert_8af9d', table='returnees_override', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='override',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "returnees_overrideevent" ("asked_at", "asked_by_id", "decided_at", "decided_by_id", "episode_id", "id", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "row", "state", "was") VALUES (NEW."asked_at", NEW."asked_by_id", NEW."decided_at", NEW."decided_by_id", NEW."episode_id", NEW."id", NEW."note", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason", NEW."row", NEW."state", NEW."was"); RETURN NULL;', hash='a3c6ad9d6a4bf4e0fbf25f47fbd961b13806a683', operation='UPDATE', pgid='pgtrigger_update_update_64fd6', table='returnees_override', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='override',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "returnees_overrideevent" ("asked_at", "asked_by_id", "decided_at", "decided_by_id", "episode_id", "id", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "row", "state", "was") VALUES (OLD."asked_at", OLD."asked_by_id", OLD."decided_at", OLD."decided_by_id", OLD."episode_id", OLD."id", OLD."note", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reason", OLD."row", OLD."state", OLD."was"); RETURN NULL;', hash='6b24b59af7219de2b68f3b873b211241e721833a', operation='DELETE', pgid='pgtrigger_delete_delete_23c0a', table='returnees_override', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='overrideevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='eef964261ff895e2d860bdff6502f184351fbb7b', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d10ee', table='returnees_overrideevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='policypack',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "returnees_policypackevent" ("added_at", "added_by_id", "base_id", "digest", "id", "key", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "text", "title_en", "title_zh", "version") VALUES (NEW."added_at", NEW."added_by_id", NEW."base_id", NEW."digest", NEW."id", NEW."key", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."text", NEW."title_en", NEW."title_zh", NEW."version"); RETURN NULL;', hash='e820a3b2d496c04ca8706827178cbba01fd5d93e', operation='INSERT', pgid='pgtrigger_insert_insert_95b41', table='returnees_policypack', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='policypack',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "returnees_policypackevent" ("added_at", "added_by_id", "base_id", "digest", "id", "key", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "text", "title_en", "title_zh", "version") VALUES (NEW."added_at", NEW."added_by_id", NEW."base_id", NEW."digest", NEW."id", NEW."key", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."text", NEW."title_en", NEW."title_zh", NEW."version"); RETURN NULL;', hash='130f4ea51ee4a7387cec6f15852403b68e024669', operation='UPDATE', pgid='pgtrigger_update_update_448f1', table='returnees_policypack', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='policypack',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "returnees_policypackevent" ("added_at", "added_by_id", "base_id", "digest", "id", "key", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "text", "title_en", "title_zh", "version") VALUES (OLD."added_at", OLD."added_by_id", OLD."base_id", OLD."digest", OLD."id", OLD."key", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."text", OLD."title_en", OLD."title_zh", OLD."version"); RETURN NULL;', hash='0dad9c950cdd5009687202725a92b12bb2f3a9a9', operation='DELETE', pgid='pgtrigger_delete_delete_1bc48', table='returnees_policypack', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='policypackevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='e0a6331e48a54d0ba1d9293aacf6e01fcdd83c5a', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_b688e', table='returnees_policypackevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='risklistversion',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "returnees_risklistversionevent" ("covers", "day", "digest", "id", "made_at", "made_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "published_by_id", "source", "state", "text") VALUES (NEW."covers", NEW."day", NEW."digest", NEW."id", NEW."made_at", NEW."made_by_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."published_at", NEW."published_by_id", NEW."source", NEW."state", NEW."text"); RETURN NULL;', hash='b4a7b2f15763784c935c2e78f07310f9d5d8cb18', operation='INSERT', pgid='pgtrigger_insert_insert_f95d6', table='returnees_risklistversion', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='risklistversion',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "returnees_risklistversionevent" ("covers", "day", "digest", "id", "made_at", "made_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "published_by_id", "source", "state", "text") VALUES (NEW."covers", NEW."day", NEW."digest", NEW."id", NEW."made_at", NEW."made_by_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."published_at", NEW."published_by_id", NEW."source", NEW."state", NEW."text"); RETURN NULL;', hash='9c57e9a0bc3a46280633d567545da674292adc92', operation='UPDATE', pgid='pgtrigger_update_update_e0255', table='returnees_risklistversion', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='risklistversion',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "returnees_risklistversionevent" ("covers", "day", "digest", "id", "made_at", "made_by_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "published_by_id", "source", "state", "text") VALUES (OLD."covers", OLD."day", OLD."digest", OLD."id", OLD."made_at", OLD."made_by_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."published_at", OLD."published_by_id", OLD."source", OLD."state", OLD."text"); RETURN NULL;', hash='e94f049bb0755158ff700651cee953d9385b61e4', operation='DELETE', pgid='pgtrigger_delete_delete_0c5a0', table='returnees_risklistversion', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='riskentryevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='25ed62219fe13f442003dfbaffe6d7e6f3341e44', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_06bcb', table='returnees_riskentryevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='riskentry',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "returnees_riskentryevent" ("choices", "decided_at", "decided_by_id", "id", "mark", "part", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "row", "state", "text", "version_id") VALUES (NEW."choices", NEW."decided_at", NEW."decided_by_id", NEW."id", NEW."mark", NEW."part", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."place_id", NEW."row", NEW."state", NEW."text", NEW."version_id"); RETURN NULL;', hash='187a5884330b657807765fd65048bc90c687908e', operation='INSERT', pgid='pgtrigger_insert_insert_bd646', table='returnees_riskentry', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='riskentry',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "returnees_riskentryevent" ("choices", "decided_at", "decided_by_id", "id", "mark", "part", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "row", "state", "text", "version_id") VALUES (NEW."choices", NEW."decided_at", NEW."decided_by_id", NEW."id", NEW."mark", NEW."part", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."place_id", NEW."row", NEW."state", NEW."text", NEW."version_id"); RETURN NULL;', hash='068431cd95f675e05faac02fca842959bbc34380', operation='UPDATE', pgid='pgtrigger_update_update_188ae', table='returnees_riskentry', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='riskentry',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "returnees_riskentryevent" ("choices", "decided_at", "decided_by_id", "id", "mark", "part", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "row", "state", "text", "version_id") VALUES (OLD."choices", OLD."decided_at", OLD."decided_by_id", OLD."id", OLD."mark", OLD."part", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."place_id", OLD."row", OLD."state", OLD."text", OLD."version_id"); RETURN NULL;', hash='2c7aa98f76d898ac0670ed2ef1a75a082ef98db2', operation='DELETE', pgid='pgtrigger_delete_delete_0893d', table='returnees_riskentry', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='risklistversionevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='de7cf8a32f96e7d66f65d36319aa1343d4522811', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_c8f8e', table='returnees_risklistversionevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='screeningitem',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "returnees_screeningitemevent" ("after", "before", "changes", "decided_at", "decided_by_id", "episode_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "problem", "screening_id", "state", "touch", "why") VALUES (NEW."after", NEW."before", NEW."changes", NEW."decided_at", NEW."decided_by_id", NEW."episode_id", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."place_id", NEW."problem", NEW."screening_id", NEW."state", NEW."touch", NEW."why"); RETURN NULL;', hash='57e0ac06f0ad9d382beeadf9ee2fca56cf91abc3', operation='INSERT', pgid='pgtrigger_insert_insert_740d2', table='returnees_screeningitem', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='screeningitem',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "returnees_screeningitemevent" ("after", "before", "changes", "decided_at", "decided_by_id", "episode_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "problem", "screening_id", "state", "touch", "why") VALUES (NEW."after", NEW."before", NEW."changes", NEW."decided_at", NEW."decided_by_id", NEW."episode_id", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."place_id", NEW."problem", NEW."screening_id", NEW."state", NEW."touch", NEW."why"); RETURN NULL;', hash='37f4efa7fcc1c1bc1811cc5b51fab2136cb8aec1', operation='UPDATE', pgid='pgtrigger_update_update_ffef4', table='returnees_screeningitem', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='screeningitem',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "returnees_screeningitemevent" ("after", "before", "changes", "decided_at", "decided_by_id", "episode_id", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place_id", "problem", "screening_id", "state", "touch", "why") VALUES (OLD."after", OLD."before", OLD."changes", OLD."decided_at", OLD."decided_by_id", OLD."episode_id", OLD."id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."place_id", OLD."problem", OLD."screening_id", OLD."state", OLD."touch", OLD."why"); RETURN NULL;', hash='4f5707beaa3f4c34f731544a5123394438f3496a', operation='DELETE', pgid='pgtrigger_delete_delete_0075a', table='returnees_screeningitem', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='screeningitemevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='2703c182976a32a7ca163f5637ce748cb82e1e80', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_8f5ba', table='returnees_screeningitemevent', when='BEFORE')),
        ),
    ]
