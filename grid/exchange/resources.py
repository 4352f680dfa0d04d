"""Resources of the back office: rows by their natural key, a constant number of queries a file.

Stock resources look up, check and write row by row. Here the known rows and whatever a row names
are loaded once (`KnownRows`, `prepare`), writing is bulk, unchanged rows are left alone; since a
bulk statement cannot say which row it failed on, every row is checked before.
"""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from import_export.resources import ModelResource

from grid.exchange import widgets
from grid.exchange.loading import KnownRows
from grid.exchange.results import NumberedResult, PlainDiff
from grid.imports.lists import normal_heading
from grid.models import User
from grid.permissions import Permission

MOST_ROWS = 50_000  # of an import, which is one request
BATCH = 1000


class FileFaultError(ValueError):
    """The file as a whole is not what is wanted; the message is a sentence for the user."""


class PortalResource(ModelResource):  # type: ignore[misc]  # import_export has no types
    """Rows of a model, headed in the user's language, read under the headings of every language.

    Subclasses name the natural key as `import_id_fields`; `prepare` loads what the rows name,
    `check` says what is wrong with a row that its fields alone do not show.
    """

    right: ClassVar[Permission] = Permission.CONFIGURE
    titles: ClassVar[dict[str, Any]] = {}  # headings that are no model field's name
    computed: ClassVar[tuple[str, ...]] = ()  # columns written beside those of the file
    read_only: ClassVar[tuple[str, ...]] = ()  # exported, and passed over in a file

    class Meta:
        use_bulk = True
        batch_size = BATCH
        chunk_size = 2000
        skip_unchanged = True
        report_skipped = True
        store_instance = True
        instance_loader_class = KnownRows

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.user: User | None = None
        self.repeats: dict[int, int] = {}
        self.taken_in: list[Any] | None = None
        for name, field in self.fields.items():
            field.column_name = self.heading(name)

    # -------- columns

    @classmethod
    def field_from_django_field(
        cls, field_name: str, django_field: Any, *_args: Any, **_kwargs: Any
    ) -> Any:
        """Return the column of a model field; what hangs on another row is its key."""
        name = django_field.attname if isinstance(django_field, models.ForeignKey) else field_name
        column = cls.DEFAULT_RESOURCE_FIELD(
            attribute=name,
            column_name=field_name,
            widget=widget_of(django_field),
            default=django_field.get_default()
            if django_field.has_default()
            else _blank(django_field),
        )
        if field_name in cls.read_only:
            column.readonly = True
        return column

    @classmethod
    def title(cls, name: str) -> Any:
        """Return the heading of a column, lazy."""
        if name in cls.titles:
            return cls.titles[name]
        return cls._meta.model._meta.get_field(name).verbose_name

    @classmethod
    def heading(cls, name: str) -> str:
        """Return the heading of a column in the language of the request."""
        return str(capfirst(str(cls.title(name))))

    def get_import_fields(self) -> list[Any]:
        if self.taken_in is None:
            every = super().get_import_fields()
            self.taken_in = [field for field in every if not field.readonly]
        return self.taken_in

    def get_bulk_update_fields(self) -> list[str]:
        keys = set(self.get_import_id_fields())
        fields = [n for n, field in self.fields.items() if n not in keys and not field.readonly]
        own = {field.name for field in self._meta.model._meta.fields}
        return [*(name for name in fields if name in own), *self.computed]

    def key_of(self, row: Any) -> tuple[str, ...]:
        """Return the texts that name a row."""
        return tuple(
            str(field.widget.clean(row.get(field.column_name)))
            for field in (self.fields[name] for name in self.get_import_id_fields())
        )

    def cell(self, row: Any, name: str) -> str:
        """Return the text of a cell by the name of its column."""
        value = row.get(self.fields[name].column_name)
        return "" if value is None else str(value).strip()

    # -------- a file

    @classmethod
    def get_result_class(cls) -> Any:
        return NumberedResult

    @classmethod
    def get_diff_class(cls) -> Any:
        return PlainDiff

    def before_import(self, dataset: Any, user: User | None = None, **_kwargs: Any) -> None:
        """Settle the columns, find what stands twice, load what the rows name."""
        self.user = user
        try:
            self._settle(dataset)
        except FileFaultError:
            dataset.wipe()
            raise
        first: dict[tuple[str, ...], int] = {}
        for number, row in enumerate(dataset.dict, start=1):
            if not self.passes_over(row):
                of = first.setdefault(self.key_of(row), number)
                if of != number:
                    self.repeats[number] = of + 1
        self.prepare(dataset.dict)

    def _settle(self, dataset: Any) -> None:
        """Head every column as this language does; refuse what cannot be told."""
        if len(dataset) > MOST_ROWS:
            raise FileFaultError(
                _("The file has %(rows)s rows; %(most)s at most are taken in at once: split it.")
                % {"rows": len(dataset), "most": MOST_ROWS}
            )
        known: dict[str, str] = {}
        for name, field in self.fields.items():
            forms = {name, field.column_name, *widgets.in_every_language(self.title(name))}
            known |= {normal_heading(word): field.column_name for word in forms}
        given = [str(heading or "") for heading in dataset.headers or []]
        found = [known.get(normal_heading(heading), "") for heading in given]
        columns = "、".join(field.column_name for field in self.fields.values())
        for heading, column in zip(given, found, strict=True):
            words = {"column": heading, "columns": columns}
            if not column:
                raise FileFaultError(
                    _("The column “%(column)s” is not known; the columns are: %(columns)s.") % words
                )
            if found.count(column) > 1:
                raise FileFaultError(_("The column “%(column)s” stands twice.") % words)
        for name in self.get_import_id_fields():
            if self.fields[name].column_name not in found:
                raise FileFaultError(
                    _("The column “%(column)s” is missing: it says which row is meant.")
                    % {"column": self.fields[name].column_name}
                )
        dataset.headers = found

    def prepare(self, rows: list[Any]) -> None:
        """Load what the rows name."""

    def passes_over(self, row: Any) -> bool:
        """Say whether a row of the file is not to be looked at."""
        return False

    # -------- a row

    def before_import_row(self, row: Any, row_number: int = 0, **_kwargs: Any) -> None:
        if row_number in self.repeats:
            raise ValidationError(
                _("The same as row %(row)s: leave one of them out.")
                % {"row": self.repeats[row_number]}
            )

    def skip_row(
        self, instance: Any, original: Any, row: Any, import_validation_errors: Any = None
    ) -> bool:
        if self.passes_over(row):
            return True
        if is_new(instance):
            return False  # a new row is never unchanged
        return bool(super().skip_row(instance, original, row, import_validation_errors))

    def check(self, instance: Any, row: Any) -> dict[str, str]:
        """Return sentences by column about a row whose cells are in order."""
        return {}

    def import_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        super().import_instance(instance, row, **kwargs)
        if not self.passes_over(row) and (told := self.check(instance, row)):
            raise ValidationError(told)

    def validate_instance(
        self, instance: Any, import_validation_errors: Any = None, *_args: Any
    ) -> None:
        """Check the fields of a row without a query; the sentences go by heading."""
        errors = dict(import_validation_errors or {})
        hanging = {field.name for field in instance._meta.fields if field.is_relation}
        try:
            instance.clean_fields(exclude={*errors, *hanging})
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        if errors:
            names = {field.attribute: name for name, field in self.fields.items()}
            raise ValidationError(
                {self.fields[names[key]].column_name if key in names else key: told
                 for key, told in errors.items()}
            )  # fmt: skip

    def save_instance(self, instance: Any, *args: Any, **kwargs: Any) -> None:
        is_create, _row = args
        if is_create or self.get_bulk_update_fields():
            super().save_instance(instance, *args, **kwargs)

    def handle_import_error(self, result: Any, error: Exception, *args: Any) -> None:
        if isinstance(error, IntegrityError):
            error = FileFaultError(
                _("Somebody else has just written one of these rows: nothing was saved, try again.")
            )
        super().handle_import_error(result, error, *args)

    def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
        """Do once what follows from the rows; sequences stay in step by themselves."""
        if not kwargs.get("dry_run") and not result.has_errors():
            self.finish([r.instance for r in result.rows if r.is_new() or r.is_update()])

    def finish(self, written: list[Any]) -> None:
        """Do what follows from written rows."""


def is_new(instance: Any) -> bool:
    """Say whether a row is not in the database yet, whatever its key."""
    return bool(instance._state.adding)  # noqa: SLF001  the documented way to ask


def widget_of(field: Any) -> Any:
    """Return what reads and writes the cells of a model field."""
    if field.choices:
        return widgets.Choice(field.flatchoices)
    if isinstance(field, models.BooleanField):
        return widgets.YesNo(unknown=field.null)
    if isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField):
        return widgets.Day()
    if isinstance(field, models.ForeignKey) or field.primary_key:
        return widgets.Code()
    if isinstance(field, models.IntegerField):
        return widgets.Whole()
    if isinstance(field, ArrayField):
        return widgets.Several()
    return widgets.Text()


def _blank(field: Any) -> Any:
    """Return what a blank cell means for a field without a default."""
    return None if field.null else ("" if field.empty_strings_allowed else models.NOT_PROVIDED)
