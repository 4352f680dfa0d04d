"""What can be done with work: derived by day, closed by evidence, told to the cadres."""

from schedules.services.acts import confirm_arrival, enter_result, mark_no_show
from schedules.services.contacts import ContactRefusedError, record_contact
from schedules.services.day import Figures, close_day, end_day, run_day
from schedules.services.digests import send_digests
from schedules.services.duties import sync_duties
from schedules.services.escalation import answer_escalations, escalate
from schedules.services.evidence import close_by_evidence
from schedules.services.inspections import (
    InspectionRefusedError,
    close_inspection,
    escalate_and_inspect,
    inspect,
)
from schedules.services.jobs import heartbeat, job_run
from schedules.services.outbox import queue_due, send_all, send_due, tell_by_hand
from schedules.services.reconcile import reconcile
from schedules.services.responsibility import follow_responsibility
from schedules.services.rounds import RoundEntry, log_health, record_round
from schedules.services.spans import derive_spans
from schedules.services.sweep import sweep
from schedules.services.telling import tell_screened

__all__ = [
    "ContactRefusedError",
    "Figures",
    "InspectionRefusedError",
    "RoundEntry",
    "answer_escalations",
    "close_by_evidence",
    "close_day",
    "close_inspection",
    "confirm_arrival",
    "derive_spans",
    "end_day",
    "enter_result",
    "escalate",
    "escalate_and_inspect",
    "follow_responsibility",
    "heartbeat",
    "inspect",
    "job_run",
    "log_health",
    "mark_no_show",
    "queue_due",
    "reconcile",
    "record_contact",
    "record_round",
    "run_day",
    "send_all",
    "send_digests",
    "send_due",
    "sweep",
    "sync_duties",
    "tell_by_hand",
    "tell_screened",
]
