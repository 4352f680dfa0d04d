"""Models of returns and management periods."""

from returnees.models.away import Away
from returnees.models.episodes import Episode, Stage, Test
from returnees.models.health import Abnormality, HealthLog
from returnees.models.laboratory import LabReport
from returnees.models.overrides import Override
from returnees.models.policies import PolicyPack, PolicyVersion
from returnees.models.reports import AdvanceReport, Certificate, Stay
from returnees.models.risk import RiskArea, RiskEntry, RiskListVersion
from returnees.models.screening import Screening, ScreeningItem
from returnees.models.verifications import Verification, VerificationAttempt
from returnees.models.zones import ControlZone, ExitPermit

__all__ = [
    "Abnormality",
    "AdvanceReport",
    "Away",
    "Certificate",
    "ControlZone",
    "Episode",
    "ExitPermit",
    "HealthLog",
    "LabReport",
    "Override",
    "PolicyPack",
    "PolicyVersion",
    "RiskArea",
    "RiskEntry",
    "RiskListVersion",
    "Screening",
    "ScreeningItem",
    "Stage",
    "Stay",
    "Test",
    "Verification",
    "VerificationAttempt",
]
