"""Models of the foundation."""

import grid.lookups  # noqa: F401  registers `one_of`
from grid.models.events import Event
from grid.models.imports import ImportBatch, ImportFile, ImportMapping, ImportRow
from grid.models.people import Findable, Person, id_hash, person_matches, phone_hash
from grid.models.places import Block, BlockVillage, Household, Place, Site, ancestor_codes
from grid.models.responsibility import Assignment, Leave
from grid.models.users import Post, User

__all__ = [
    "Assignment",
    "Block",
    "BlockVillage",
    "Event",
    "Findable",
    "Household",
    "ImportBatch",
    "ImportFile",
    "ImportMapping",
    "ImportRow",
    "Leave",
    "Person",
    "Place",
    "Post",
    "Site",
    "User",
    "ancestor_codes",
    "id_hash",
    "person_matches",
    "phone_hash",
]
