"""`manage.py policy_plan`: facts in, plans out, one line of JSON each; no database."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterable
from io import TextIOWrapper
from typing import Any

from django.core.management.base import BaseCommand

from policies.errors import FactsError, PackError
from policies.facts import Facts
from policies.plan import encode
from policies.planner import plan
from policies.schema import load


def answer(line: str) -> str:
    """Return the answer to one line as JSON; the id is kept wherever it can be read."""
    try:
        request = json.loads(line)
    except (ValueError, RecursionError) as error:
        return _refusal(None, f"the line is not JSON: {error}; give one object a line.")
    if not isinstance(request, dict):
        return _refusal(None, "the line is no JSON object; give id, pack and facts.")
    answered = request.get("id")
    if "pack" not in request or "facts" not in request:
        missing = "pack" if "pack" not in request else "facts"
        return _refusal(answered, f"{missing}: is missing; give id, pack and facts.")
    try:
        return f'{{"id":{_id(answered)},"plan":{_planned(request)}}}'
    except (FactsError, PackError) as error:
        return _refusal(answered, str(error))


def _id(answered: object) -> str:
    # Most ids are numbers, and the encoder is slow to start for so little.
    return str(answered) if type(answered) is int else encode(answered)


def _planned(request: dict[str, Any]) -> str:
    if not isinstance(request["pack"], str):
        raise FactsError(f"pack: is {request['pack']!r}; give a text such as JY.")
    return plan(load(request["pack"]), Facts.parse(request["facts"])).as_json()


def _refusal(answered: object, sentence: str) -> str:
    return encode({"id": answered, "error": sentence})


def answer_all(lines: Iterable[str], write: Callable[[str], Any]) -> None:
    """Write one line for each line that is not blank, in the same order."""
    for line in lines:
        if line.strip():
            write(answer(line) + "\n")


class Command(BaseCommand):
    """Plan people from standard input; bad facts give an error line and the command goes on."""

    help = (
        'Reads JSON lines {"id", "pack", "facts"} from standard input and writes one JSON line '
        'each, {"id", "plan"} or {"id", "error"}, in the same order. Needs no database. '
        "Packs, facts and plan are described in docs/policies.md."
    )
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = 'Example: echo \'{"id": 1, "pack": "JY", "facts": {…}}\' | policy_plan'

    def handle(self, *args: Any, **options: Any) -> None:
        """Answer standard input line by line, in UTF-8 whatever the terminal speaks."""
        if isinstance(sys.stdin, TextIOWrapper):
            sys.stdin.reconfigure(encoding="utf-8", errors="replace")
        if isinstance(sys.stdout, TextIOWrapper):
            # What is no character (half a surrogate pair) goes out as the JSON escape it came as.
            sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
        answer_all(sys.stdin, self.stdout.write)
