"""Models of returns and management periods."""

from returnees.models.episodes import Abnormality, Episode, HealthLog, Stage, Test
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
