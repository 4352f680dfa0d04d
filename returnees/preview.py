"""What a report would lead to, without writing anything."""

from django.db import transaction

from grid.models import User
from returnees.models import Episode
from returnees.services.inputs import ReportInput
from returnees.services.reports import register_report


def preview_report(*, report: ReportInput, by: User | None) -> Episode:
    """Return the episode as it would be registered; the transaction is rolled back.

    The same code registers, so preview and result cannot differ. Raises Refused as it would.
    """
    with transaction.atomic():
        episode = register_report(report=report, by=by)
        transaction.set_rollback(True)
    return episode
