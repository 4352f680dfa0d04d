"""The reference: a stock django-import-export resource that writes one bare table."""

import tablib
from django.db import models
from import_export.resources import ModelResource

from grid.batches.kinds import Values


class BareRow(models.Model):
    """The one bare table that the stock import writes."""

    name = models.CharField(max_length=60)
    id_type = models.CharField(max_length=18, blank=True)
    id_number = models.CharField(max_length=30, blank=True)
    sex = models.CharField(max_length=1, blank=True)
    birth = models.DateField(null=True)
    phone = models.CharField(max_length=20, blank=True)
    hukou = models.CharField(max_length=200, blank=True)
    origin = models.CharField(max_length=200, blank=True)
    origin_code = models.CharField(max_length=12, blank=True)
    dest_code = models.CharField(max_length=15)
    dest_detail = models.CharField(max_length=120, blank=True)
    return_date = models.DateField()
    transport = models.CharField(max_length=20, blank=True)
    transport_no = models.CharField(max_length=20, blank=True)
    stay_history = models.CharField(max_length=200, blank=True)
    health_code = models.CharField(max_length=10, blank=True)
    nat_date = models.DateField(null=True)
    nat_result = models.CharField(max_length=10, blank=True)
    isolation = models.CharField(max_length=20, blank=True)
    responsible = models.CharField(max_length=60, blank=True)
    responsible_phone = models.CharField(max_length=20, blank=True)
    grid_worker = models.CharField(max_length=60, blank=True)
    remark = models.CharField(max_length=200, blank=True)

    class Meta:
        app_label = "grid"  # the stock import asks for an app that is installed
        db_table = "bench_barerow"
        managed = False


class StockResource(ModelResource):
    """The stock resource, nothing set."""

    class Meta:
        model = BareRow


COLUMNS = [field.name for field in BareRow._meta.concrete_fields if not field.primary_key]


def as_csv(rows: list[Values]) -> str:
    """Return clean rows as the stock import takes them."""
    data = tablib.Dataset(headers=COLUMNS)
    for row in rows:
        data.append(["" if row.get(name) is None else str(row[name]) for name in COLUMNS])
    return str(data.export("csv"))


def stock(text: str, *, dry_run: bool = False) -> None:
    """Import with the stock resource, as its documentation shows."""
    data = tablib.Dataset().load(text, format="csv")
    result = StockResource().import_data(data, dry_run=dry_run, raise_errors=True)
    assert not result.has_errors()
