from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('grid', '0002_imports'),
    ]

    operations = [
        migrations.AddField(
            model_name='importrow',
            name='village',
            field=models.CharField(blank=True, default='', max_length=12),
            preserve_default=False,
        ),
    ]
