"""How the REST API of imports says no: one shape for every refusal, documented in the schema."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from drf_spectacular.utils import OpenApiResponse
from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError

from grid.api import Conflict
from grid.batches.reading import FileRefusedError
from grid.errors import Refused
from grid.import_serializers import ErrorSerializer
from grid.web import alone_or_refused

Result = TypeVar("Result")
NAMES = {
    400: "what is wrong with the request or the file",
    403: "no session, or no right to import this list there",
    404: "outside the scope",
    409: "refused; the detail says why",
    429: "too many uploads",
}


class FileRefused(APIException):
    """The file as a whole is no use; the code is one of docs/import-codes.md where it has one."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "file_refused"


def errors(*codes: int) -> dict[Any, Any]:
    """Return the documented refusals of an endpoint, all of one shape."""
    return {code: OpenApiResponse(ErrorSerializer, description=NAMES[code]) for code in codes}


def attempt(act: Callable[[], Result]) -> Result:
    """Return what a service returns; its refusal becomes the answer."""
    try:
        return alone_or_refused(act)
    except FileRefusedError as refusal:
        found = getattr(refusal.__cause__, "problem", None)
        raise FileRefused(str(refusal), found.code if found else None) from refusal
    except DjangoPermissionDenied:  # some refusals are a matter of rights
        raise
    except Refused as refusal:
        raise Conflict(str(refusal)) from refusal


def refusal_of(exc: Exception, data: Any) -> dict[str, Any]:
    """Return a refusal in the shape of `ErrorSerializer`."""
    if isinstance(exc, ValidationError):
        found = data if isinstance(data, dict) else {"": data}
        fields = {name: list(sentences(said)) for name, said in found.items()}
        first = next(((name, said[0]) for name, said in fields.items() if said), ("", ""))
        detail = f"{first[0]}: {first[1]}" if first[0] not in ("", "non_field_errors") else first[1]
        return {"detail": detail, "code": "invalid", "fields": fields}
    code = getattr(exc, "default_code", "error")
    if isinstance(exc, APIException) and isinstance(codes := exc.get_codes(), str):
        code = codes
    defaults = {"PermissionDenied": "permission_denied", "Http404": "not_found"}
    return {"detail": data["detail"], "code": defaults.get(type(exc).__name__, code)}


def sentences(said: Any) -> Iterable[str]:
    """Yield the sentences of a field's errors, those of its parts too."""
    if isinstance(said, dict):
        for name, below in said.items():
            yield from (f"{name}: {one}" for one in sentences(below))
    elif isinstance(said, list | tuple):
        for one in said:
            yield from sentences(one)
    else:
        yield str(said)
