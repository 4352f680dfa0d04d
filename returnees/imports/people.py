"""Who a row is about, for lists that know people less well than the list of returnees does."""

from dataclasses import replace

from grid.imports import common

# Laboratories and other places send what they have: a number may be missing.
LOOSE_PHONE = replace(common.PHONE, required=False)
LOOSE_ID = replace(common.ID_NUMBER, required=False)
