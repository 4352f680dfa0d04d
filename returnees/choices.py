"""Fixed vocabularies of returns, risk and management (docs/glossary.md)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Risk(models.TextChoices):
    """Risk level of an area on a day."""

    LOW = "low", _("Low risk")
    MID = "mid", _("Medium risk")
    HIGH = "high", _("High risk")


class AreaFlag(models.TextChoices):
    """What else a notice may say of an area (A-17, A-18)."""

    KEY_CONCERN = "key_concern", _("Key-concern area")
    LOCAL_CASES = "local_cases", _("Local cases")
    LAND_BORDER = "land_border", _("Land border")
    OUTBREAK_CITY = "outbreak_city", _("Outbreak city")
    HUBEI = "hubei", _("Hubei")
    WUHAN = "wuhan", _("Wuhan")


class HealthCode(models.TextChoices):
    """Colour of the health code."""

    GREEN = "green", _("Green code")
    YELLOW = "yellow", _("Yellow code")
    ORANGE = "orange", _("Orange code")
    RED = "red", _("Red code")
    NONE = "none", _("No code")


class TestResult(models.TextChoices):
    """Result of a nucleic-acid test."""

    __test__ = False  # not a test case, whatever its name

    PENDING = "pending", _("Result pending")
    NEGATIVE = "negative", _("Negative")
    POSITIVE = "positive", _("Positive")
    REFUSED = "refused", _("Refused")
    INVALID = "invalid", _("Invalid, to be repeated")


class Transport(models.TextChoices):
    """How somebody travels."""

    SELF_DRIVE = "self_drive", _("Own car")
    TRAIN = "train", _("Train")
    PLANE = "plane", _("Plane")
    COACH = "coach", _("Coach")
    RIDE_HAILING = "ride_hailing", _("Hired car")
    FERRY = "ferry", _("Ferry")
    OTHER = "other", _("Other")


class Channel(models.TextChoices):
    """Through whom a report or log reached the portal."""

    SELF = "self", _("Reported by the person")
    CADRE = "cadre", _("Entered by a cadre")
    SITE = "site", _("Entered by the isolation site")
    IMPORT = "import", _("Imported list")


class EpisodeState(models.TextChoices):
    """Where a management period stands."""

    EXPECTED = "expected", _("Expected")
    ACTIVE = "active", _("Under management")
    RELEASED = "released", _("Released")
    NO_SHOW = "no_show", _("Did not arrive")
    CANCELLED = "cancelled", _("Cancelled")
    DIVERTED = "diverted", _("Went elsewhere")
    CASE = "case", _("Handed to the hospital")


OPEN_STATES = (EpisodeState.EXPECTED, EpisodeState.ACTIVE)


class StageKind(models.TextChoices):
    """Kinds of stages, strictest first (clauses.md 2.0)."""

    HOSPITAL_REHAB = "hospital_rehab", _("Hospital rehabilitation")
    CENTRALISED = "centralised", _("Centralised observation")
    HOME_SINGLE_ROOM = "home_single_room", _("Single-room observation at home")
    HOME_ISOLATION = "home_isolation", _("Home isolation")
    COMMUTE_ONLY = "commute_only", _("Commuting only")
    HOME_MONITORING = "home_monitoring", _("Health monitoring at home")
    SELF_MONITORING = "self_monitoring", _("Self-monitoring")
    HOLD_FOR_TEST = "hold_for_test", _("Held until the test is negative")


class TestPurpose(models.TextChoices):
    """What a test belongs to."""

    __test__ = False  # not a test case, whatever its name

    ARRIVAL = "arrival", _("On arrival")
    STAGE = "stage", _("Inside the stage")
    FOLLOW_UP = "follow_up", _("Follow-up")
    EXTRA = "extra", _("Additional")


class Symptom(models.TextChoices):
    """Symptoms that count as abnormal (A-38)."""

    FEVER = "fever", _("Fever")
    DRY_COUGH = "dry_cough", _("Dry cough")
    FATIGUE = "fatigue", _("Fatigue")
    RESPIRATORY = "respiratory", _("Other respiratory symptom")
    DIGESTIVE = "digestive", _("Digestive symptom")


class AbnormalityKind(models.TextChoices):
    """What was found (A-38)."""

    SYMPTOM = "symptom", _("Fever or symptom")
    POSITIVE = "positive", _("Positive test")
    REFUSED = "refused", _("Test refused")
    CODE = "code", _("Code no longer green")
    ABSENT = "absent", _("Found absent")


class Outcome(models.TextChoices):
    """How an abnormality ended (clauses.md 5, item 6)."""

    RULED_OUT = "ruled_out", _("Ruled out by test")
    ADMITTED = "admitted", _("Admitted to hospital")
    CORRECTED = "corrected", _("Breach corrected")
    FALSE_ALARM = "false_alarm", _("False alarm")
