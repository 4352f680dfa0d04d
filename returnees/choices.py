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


LEVELS = tuple(Risk.values)  # low, mid, high: in order


class Mark(models.TextChoices):
    """What a risk list says of an area: a level, or one of the flags."""

    LOW = Risk.LOW.value, Risk.LOW.label
    MID = Risk.MID.value, Risk.MID.label
    HIGH = Risk.HIGH.value, Risk.HIGH.label
    KEY_CONCERN = AreaFlag.KEY_CONCERN.value, AreaFlag.KEY_CONCERN.label
    LOCAL_CASES = AreaFlag.LOCAL_CASES.value, AreaFlag.LOCAL_CASES.label
    LAND_BORDER = AreaFlag.LAND_BORDER.value, AreaFlag.LAND_BORDER.label
    OUTBREAK_CITY = AreaFlag.OUTBREAK_CITY.value, AreaFlag.OUTBREAK_CITY.label
    HUBEI = AreaFlag.HUBEI.value, AreaFlag.HUBEI.label
    WUHAN = AreaFlag.WUHAN.value, AreaFlag.WUHAN.label


class Aspect(models.TextChoices):
    """What a risk list can state in full: the levels, or one of the flags."""

    LEVEL = "level", _("Risk levels")
    KEY_CONCERN = AreaFlag.KEY_CONCERN.value, AreaFlag.KEY_CONCERN.label
    LOCAL_CASES = AreaFlag.LOCAL_CASES.value, AreaFlag.LOCAL_CASES.label
    LAND_BORDER = AreaFlag.LAND_BORDER.value, AreaFlag.LAND_BORDER.label
    OUTBREAK_CITY = AreaFlag.OUTBREAK_CITY.value, AreaFlag.OUTBREAK_CITY.label
    HUBEI = AreaFlag.HUBEI.value, AreaFlag.HUBEI.label
    WUHAN = AreaFlag.WUHAN.value, AreaFlag.WUHAN.label


class ListState(models.TextChoices):
    """Where a risk list stands."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    DISCARDED = "discarded", _("Discarded")


class EntryState(models.TextChoices):
    """Where a line of a risk list stands."""

    RESOLVED = "resolved", _("Place known")
    OPEN = "open", _("To be decided")
    LEFT_OUT = "left_out", _("Left out")


class ScreeningState(models.TextChoices):
    """Where a re-screening stands."""

    WAITING = "waiting", _("Being computed")
    PREVIEW = "preview", _("Preview")
    OPEN = "open", _("To be confirmed")
    CLOSED = "closed", _("Closed")


class Touch(models.TextChoices):
    """How surely somebody is touched."""

    CERTAIN = "certain", _("Certain")
    POSSIBLE = "possible", _("To be asked")


class ItemState(models.TextChoices):
    """What was decided about a person touched."""

    PENDING = "pending", _("To be confirmed")
    APPLIED = "applied", _("Re-planned")
    LEFT = "left", _("Left as it is")
    REFUSED = "refused", _("Could not be re-planned")


class PermitState(models.TextChoices):
    """Where a request to leave stands."""

    ASKED = "asked", _("Asked for")
    GRANTED = "granted", _("Granted")
    REFUSED = "refused", _("Refused by the notice")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class OverrideState(models.TextChoices):
    """Where an override stands."""

    PROPOSED = "proposed", _("Proposed")
    IN_FORCE = "in_force", _("In force")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Taken back")


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


class Swab(models.TextChoices):
    """Where a sample was taken from."""

    THROAT = "throat", _("Throat swab")
    NASAL = "nasal", _("Nasal swab")
    ANAL = "anal", _("Anal swab")
    SPUTUM = "sputum", _("Sputum")
    OTHER = "other", _("Other")


class Relation(models.TextChoices):
    """How a letter says somebody met a case, or a place at risk."""

    CLOSE = "close", _("Close contact")
    SECONDARY = "secondary", _("Contact of a contact")
    GENERAL = "general", _("General contact")
    SPACETIME = "spacetime", _("Same place at the same time")
    SAME_TRIP = "same_trip", _("Same train, flight or bus")
    RISK_AREA = "risk_area", _("Comes from an area at risk")
    OTHER = "other", _("Other")


class VerificationState(models.TextChoices):
    """What was found out about somebody a letter asks about."""

    TO_VERIFY = "to_verify", _("To be verified")
    HERE = "here", _("Is here")
    NOT_HERE = "not_here", _("Is not here")
    ELSEWHERE = "elsewhere", _("Went elsewhere")
    NOT_REACHABLE = "unreachable", _("Cannot be reached")
    ALREADY = "already", _("Under management already")


class AttemptWay(models.TextChoices):
    """How somebody was looked for."""

    CALL = "call", _("Call")
    VISIT = "visit", _("Visit")
    OTHER = "other", _("Other way")
