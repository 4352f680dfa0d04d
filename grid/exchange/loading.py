"""Finds the rows that a file speaks of with one query, whatever number of columns names a row."""

from typing import Any

from import_export.instance_loaders import CachedInstanceLoader


class KnownRows(CachedInstanceLoader):  # type: ignore[misc]  # import_export has no types
    """Like `CachedInstanceLoader`, which knows keys of one column alone.

    A row is found by the texts of its key columns; the first of them bounds what is loaded.
    """

    def __init__(self, resource: Any, dataset: Any) -> None:
        self.resource, self.dataset = resource, dataset
        self.keys = [resource.fields[name] for name in resource.get_import_id_fields()]
        self.all_instances: dict[tuple[str, ...], Any] = {}
        first = self.keys[0]
        if not len(dataset) or first.column_name not in dataset.headers:
            return
        wanted = {str(first.widget.clean(text)) for text in dataset[first.column_name]}
        rows = resource.get_queryset().filter(**{f"{first.attribute}__in": wanted})
        self.all_instances = {self._key_of(row): row for row in rows}

    def _key_of(self, instance: Any) -> tuple[str, ...]:
        return tuple(str(field.get_value(instance)) for field in self.keys)

    def get_instance(self, row: Any) -> Any:
        """Return the known row, or None."""
        return self.all_instances.get(self.resource.key_of(row))
