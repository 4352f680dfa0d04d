"""Uploads of the back office between preview and confirmation: in the cache, for an hour."""

from typing import Any

from django import forms
from django.core.cache import cache
from django.utils.translation import gettext as _
from import_export.tmp_storages import CacheStorage
from unfold.contrib.import_export.forms import ImportForm

MOST_BYTES = 10 << 20


class ForgottenUpload(CacheStorage):  # type: ignore[misc]  # import_export has no types
    """An upload that nobody confirms is gone after an hour, and never was on disk."""

    CACHE_LIFETIME = 3600

    def is_there(self) -> bool:
        """Say whether the upload is still kept."""
        return bool(self.name) and cache.has_key(self.CACHE_PREFIX + self.name)


class BoundedImportForm(ImportForm):  # type: ignore[misc]  # unfold has no types
    """Takes a file that one request can work through."""

    def clean_import_file(self) -> Any:
        """Refuse a file too large to be kept in the cache."""
        file = self.cleaned_data["import_file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(
                _("The file is larger than %(limit)s MB; split it and upload the parts.")
                % {"limit": MOST_BYTES >> 20}
            )
        return file
