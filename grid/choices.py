"""Fixed vocabularies of places, people and responsibility (docs/glossary.md)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Level(models.IntegerChoices):
    """Depth of a place; the length of its code says the same."""

    PROVINCE = 1, _("Province")
    CITY = 2, _("City")
    COUNTY = 3, _("County")
    TOWNSHIP = 4, _("Township")
    VILLAGE = 5, _("Village")
    GRID = 6, _("Grid")
    BUILDING = 7, _("Building")


CODE_LENGTHS = {
    Level.PROVINCE: 2,
    Level.CITY: 4,
    Level.COUNTY: 6,
    Level.TOWNSHIP: 9,
    Level.VILLAGE: 12,
    Level.GRID: 15,
    Level.BUILDING: 18,
}
LEVEL_OF_LENGTH = {length: level for level, length in CODE_LENGTHS.items()}


class Use(models.TextChoices):
    """What a household's dwelling is used for (JY-2k, JX57-9f, GZ-14b)."""

    RESIDENT = "resident", _("Lived in by its owner")
    RENTED = "rented", _("Rented")
    SHOP = "shop", _("Shop")
    DORMITORY = "dormitory", _("Dormitory")
    VACANT = "vacant", _("Vacant")


class IdType(models.TextChoices):
    """Kind of identity document."""

    ID_CARD = "id_card", _("Resident ID card")
    PASSPORT = "passport", _("Passport")
    HKMO_PERMIT = "hkmo_permit", _("Hong Kong and Macao permit")
    TW_PERMIT = "tw_permit", _("Taiwan permit")
    HKMOTW_RESIDENCE = "hkmotw_residence", _("Hong Kong, Macao, Taiwan residence permit")
    NONE = "none", _("None yet")
    OTHER = "other", _("Other")


class Sex(models.TextChoices):
    """Sex as the ID number says."""

    MALE = "M", _("Male")
    FEMALE = "F", _("Female")


class Role(models.TextChoices):
    """What a post lets its holder do; the rights of each stand in grid.permissions."""

    GRID_WORKER = "grid_worker", _("Grid worker")
    VILLAGE_CADRE = "village_cadre", _("Village cadre")
    VILLAGE_HEAD = "village_head", _("Village head")
    TOWNSHIP_ADMIN = "township_admin", _("Township admin")
    LEADER = "leader", _("Leader")
    SUPERVISOR = "supervisor", _("Supervisor")
    COUNTY_ADMIN = "county_admin", _("County admin")


class Tier(models.IntegerChoices):
    """The four tiers of responsibility, 四级分包 (JY-16c), from the top down."""

    COUNTY = 1, _("County leader")
    BLOCK = 2, _("Leader of the block")
    VILLAGE = 3, _("Township cadre of the village")
    HOUSEHOLD = 4, _("Household cadre")


class BatchState(models.TextChoices):
    """Where an import stands."""

    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("Checked, waiting for confirmation")
    COMMITTING = "committing", _("Being committed")
    COMMITTED = "committed", _("Committed")
    CANCELLED = "cancelled", _("Cancelled")
    DISCARDED = "discarded", _("Discarded")
    UNDOING = "undoing", _("Being taken back")
    UNDONE = "undone", _("Taken back")
    FAILED = "failed", _("Failed")


class RowAction(models.TextChoices):
    """What an import does, or did, with a row."""

    CREATE = "create", _("Create")
    UPDATE = "update", _("Update")
    UNCHANGED = "unchanged", _("Unchanged")
    ASK = "ask", _("Waiting for a decision")
    REFUSE = "refuse", _("Not importable")
    SKIP = "skip", _("Not a record")
