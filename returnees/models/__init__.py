"""Models of returns and management periods."""

from returnees.models.episodes import Episode, Stage, Test
from returnees.models.health import Abnormality, HealthLog
from returnees.models.reports import AdvanceReport, Certificate, Stay
from returnees.models.risk import PolicyVersion, RiskArea

__all__ = [
    "Abnormality",
    "AdvanceReport",
    "Certificate",
    "Episode",
    "HealthLog",
    "PolicyVersion",
    "RiskArea",
    "Stage",
    "Stay",
    "Test",
]
