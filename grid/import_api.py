"""REST: imports as the pages do them; the same rights, the same services, the same sentences."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, PermissionDenied, Throttled, ValidationError
from rest_framework.generics import get_object_or_404
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from grid.api import ReadOnlyScopedViewSet, user_of
from grid.batches import committing, decisions, undoing
from grid.batches.registry import kind_of, kinds_for
from grid.choices import CODE_LENGTHS, BatchState
from grid.import_declared import ListSerializer, list_of
from grid.import_filters import ROW_FILTERS, ImportFilter, RowFilter, RowPagination
from grid.import_intake import Intake, own_place, take_in
from grid.import_refusals import attempt, errors, refusal_of
from grid.import_rows import place_names
from grid.import_serializers import (
    BatchDetailSerializer,
    BatchSerializer,
    DecisionInput,
    ProblemsAnswer,
    ProblemsInput,
    RowSerializer,
    TextInput,
    UploadInput,
    told_problems,
)
from grid.imports.places import canonical
from grid.models import ImportBatch, ImportRow, Place, User
from grid.permissions import Permission
from grid.tables import XLSX
from grid.throttle import too_many
from grid.views.import_files import (
    answer_response,
    problems_response,
    record_answer,
    record_problems,
)

PER_HOUR = 120  # uploads of one user


class ImportViewSet(ReadOnlyScopedViewSet):
    """Imports in scope, the newest first; a list sent here waits for its confirmation."""

    queryset = ImportBatch.objects.select_related("place", "uploaded_by")
    serializer_class = BatchSerializer
    filterset_class = ImportFilter
    lookup_value_regex = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    parser_classes = [MultiPartParser, JSONParser]

    def handle_exception(self, exc: Exception) -> Response:
        """Give every refusal the one shape: detail, code, and the fields it is about."""
        answer = super().handle_exception(exc)
        answer.data = refusal_of(exc, answer.data)
        return answer

    def may_import(self) -> User:
        """Return the user, or refuse those who may import nothing anywhere."""
        user = user_of(self.request)
        if not user.can(Permission.IMPORT):
            raise PermissionDenied
        return user

    def batch(self, pk: str) -> ImportBatch:
        """Return the import: 404 outside the scope, 403 without the right to import it there."""
        batch: ImportBatch = get_object_or_404(self.get_queryset(), pk=pk)
        if not user_of(self.request).can(kind_of(batch.list_name).permission, batch):
            raise PermissionDenied
        return batch

    def shown(self, batch: ImportBatch, code: int = status.HTTP_200_OK) -> Response:
        """Return an import as it stands now."""
        batch = self.get_queryset().get(pk=batch.pk)
        return Response(BatchDetailSerializer(batch).data, status=code)

    @extend_schema(responses={200: BatchSerializer(many=True), **errors(400, 403)})
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return the imports the user may work with."""
        user = self.may_import()
        own: Any = self.get_queryset()
        rows = self.filter_queryset(own.visible_to(user, Permission.IMPORT))
        page = self.paginate_queryset(rows) or []
        return self.get_paginated_response(BatchSerializer(page, many=True).data)

    @extend_schema(
        request={"multipart/form-data": UploadInput, "application/json": TextInput},
        responses={
            201: OpenApiResponse(BatchDetailSerializer, description="checked; or being committed"),
            202: OpenApiResponse(BatchDetailSerializer, description="large: a worker checks it"),
            **errors(400, 403, 404, 409, 429),
        },
    )
    def create(self, request: Request) -> Response:
        """Send a list, as a file or as text; it is checked, and with mode=commit written."""
        user = self.may_import()
        # Whole offices share an address: each user counts alone.
        if too_many(request._request, f"import-api-{user.pk}", PER_HOUR):  # noqa: SLF001  DRF's way
            raise Throttled(detail=_("Too many uploads of yours; try again in an hour."))
        given = UploadInput(data=request.data)
        given.is_valid(raise_exception=True)
        data = given.validated_data
        intake = attempt(lambda: intake_of(data, user))
        batch = attempt(lambda: take_in(intake, by=user, commit=data["mode"] == "commit"))
        waits = batch.state == BatchState.CHECKING
        return self.shown(batch, status.HTTP_202_ACCEPTED if waits else status.HTTP_201_CREATED)

    @extend_schema(responses={200: BatchDetailSerializer, **errors(403, 404)})
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Show an import: state, figures, progress of what runs, what was understood."""
        return self.shown(self.batch(kwargs["pk"]))

    @extend_schema(responses={200: ListSerializer(many=True), **errors(403)})
    @action(detail=False, pagination_class=None, filter_backends=[])
    def lists(self, request: Request) -> Response:
        """Return the lists the user may import, with their fields and headings."""
        return Response([list_of(kind) for kind in kinds_for(self.may_import())])

    @extend_schema(
        parameters=ROW_FILTERS,
        responses={200: RowSerializer(many=True), **errors(400, 403, 404)},
    )
    @action(detail=True, filter_backends=[], pagination_class=RowPagination)
    def rows(self, request: Request, pk: str) -> Response:
        """Return the rows in the order of the file, masked, each with its fate and problems."""
        batch = self.batch(pk)
        kind = request.query_params.get("kind") or "data"
        wanted = RowFilter(request.query_params, batch.rows.filter(kind=kind))
        if not wanted.is_valid():
            raise ValidationError(wanted.errors)
        page = self.paginate_queryset(wanted.qs) or []
        context = {"kind": kind_of(batch.list_name), "place": place_names(codes_in(page))}
        return self.get_paginated_response(RowSerializer(page, many=True, context=context).data)

    @extend_schema(
        request=None, responses={200: BatchDetailSerializer, **errors(403, 404, 409)}, filters=False
    )
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        """Write the certain rows, columns as understood; a worker does it: look at the progress."""
        batch, user = self.batch(pk), user_of(request)
        attempt(lambda: committing.start_commit(batch=batch, by=user, as_understood=True))
        return self.shown(batch)

    @extend_schema(
        request=None, responses={200: BatchDetailSerializer, **errors(403, 404, 409)}, filters=False
    )
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Stop what runs after the rows at hand, or put away a list of which nothing is written."""
        batch, user = self.batch(pk), user_of(request)
        act = decisions.discard if batch.state in decisions.GIVEN_UP else committing.cancel
        attempt(lambda: act(batch=batch, by=user))
        return self.shown(batch)

    @extend_schema(
        request=None, responses={200: BatchDetailSerializer, **errors(403, 404, 409)}, filters=False
    )
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        """Take the import back; rows somebody worked with since stay and are listed in `left`."""
        batch, user = self.batch(pk), user_of(request)
        attempt(lambda: undoing.start_undo(batch=batch, by=user))
        return self.shown(batch)

    @extend_schema(
        request=DecisionInput,
        responses={200: BatchDetailSerializer, **errors(400, 403, 404, 409)},
        filters=False,
    )
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: str) -> Response:
        """Decide on rows that wait; with `values` on a single one, to answer what it asks."""
        batch, user = self.batch(pk), user_of(request)
        given = DecisionInput(data=request.data)
        given.is_valid(raise_exception=True)
        data = given.validated_data
        numbers, action, values = data["rows"], data["action"], data.get("values")
        if len(numbers) > 1:
            attempt(
                lambda: decisions.decide_many(batch=batch, numbers=numbers, action=action, by=user)
            )
            return self.shown(batch)
        row = batch.rows.filter(number=numbers[0]).first()
        if row is None:
            raise NotFound(_("Row %(row)s is not in the list.") % {"row": numbers[0]})
        attempt(lambda: decisions.decide(row=row, action=action, by=user, values=values))
        return self.shown(batch)

    @extend_schema(
        request=None,
        responses={
            (200, XLSX): OpenApiTypes.BINARY,
            (200, "text/csv"): OpenApiTypes.BINARY,
            **errors(403, 404, 409),
        },
        filters=False,
    )
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: str) -> HttpResponse:
        """Return the list as it came with a column for the fate of each row; on the record."""
        batch, user = self.batch(pk), user_of(request)

        def act() -> HttpResponse:
            with transaction.atomic():  # what could not be given is not recorded as taken
                record_answer(batch, by=user)
                return answer_response(batch)

        return attempt(act)

    @extend_schema(
        request=ProblemsInput,
        responses={
            (200, "application/json"): ProblemsAnswer,
            (200, XLSX): OpenApiTypes.BINARY,
            (200, "text/csv"): OpenApiTypes.BINARY,
            **errors(400, 403, 404, 409),
        },
        filters=False,
    )
    @action(detail=True, methods=["post"])
    def problems(self, request: Request, pk: str) -> HttpResponse:
        """Return what is to be mended or decided, row by row; on the record."""
        batch, user = self.batch(pk), user_of(request)
        given = ProblemsInput(data=request.data)
        given.is_valid(raise_exception=True)
        kind = given.validated_data["kind"]
        record_problems(batch, by=user)
        if kind == "json":
            return Response({"problems": list(problems_of(batch))})
        return problems_response(batch, kind)


def intake_of(data: Mapping[str, Any], user: User) -> Intake:
    """Return a valid request as a list taken in: 404 for a place out of scope, 403 without right.

    Refuses a place of another level, or none where there are several.
    """
    kind = kind_of(data["list"])
    if data.get("place"):
        place = get_object_or_404(Place.objects.visible_to(user), pk=canonical(data["place"]))
    else:
        place = own_place(user, kind)
    if not user.can(kind.permission, place):
        raise PermissionDenied
    file = data.get("file")
    return Intake(
        kind=kind,
        place=place.code,
        content=file.read() if file else data["text"].encode(),
        file_name=file.name if file else _("pasted text.txt"),
        as_of=data.get("as_of"),
        sheet=data["sheet"],
        options={
            "validate_only": data["mode"] == "validate",
            "whole": data["whole"],
            "overwrite": data["overwrite"],
        },
        mapping=data.get("mapping"),
    )


def problems_of(batch: ImportBatch) -> Iterable[dict[str, Any]]:
    """Yield what is to be mended or decided, row by row; numbers masked."""
    rows = batch.rows.filter(kind="data").exclude(problems=[]).order_by("number")
    for row in rows.iterator(chunk_size=1000):
        for one in told_problems(row):
            if one["severity"] != "note":
                yield {"row": row.number, **one}


def codes_in(rows: Iterable[ImportRow]) -> set[str]:
    """Return the texts of the rows' values that may be codes of places."""
    texts = {text for row in rows for text in (row.values or {}).values() if isinstance(text, str)}
    return {text for text in texts if text.isdecimal() and len(text) in CODE_LENGTHS.values()}
