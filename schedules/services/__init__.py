"""What can be done with work: derived by day, closed by evidence, told to the cadres."""

from schedules.services.contacts import ContactRefusedError, record_contact
from schedules.services.day import Figures, close_day, run_day
from schedules.services.digests import send_digests
from schedules.services.duties import sync_duties
from schedules.services.evidence import close_by_evidence
from schedules.services.jobs import heartbeat, job_run
from schedules.services.reconcile import reconcile
from schedules.services.responsibility import follow_responsibility
from schedules.services.spans import derive_spans
from schedules.services.sweep import sweep

__all__ = [
    "ContactRefusedError",
    "Figures",
    "close_by_evidence",
    "close_day",
    "derive_spans",
    "follow_responsibility",
    "heartbeat",
    "job_run",
    "reconcile",
    "record_contact",
    "run_day",
    "send_digests",
    "sweep",
    "sync_duties",
]
