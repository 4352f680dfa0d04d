"""`manage.py import_risk_list FILE --date DAY`: a list of risk areas as published."""

import json
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from grid.errors import Refused
from grid.import_command import user_named
from returnees.choices import ListState
from returnees.services.risk_command import Listed, aspects_named, import_list, list_content


class Command(BaseCommand):
    """Drafts a list and publishes it when every line has its place."""

    help = (
        "Reads the risk list of a day from a table (CSV, XLSX, also gzipped) or a notice's text "
        "(.txt, or --text), finds the places it names, and puts it in force when no line is left "
        "to be decided; otherwise the draft stays and its open lines are listed. Rows of other "
        "days are passed over. The same list again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="the list or the notice")
        parser.add_argument("--date", required=True, metavar="YYYY-MM-DD", help="the list's day")
        parser.add_argument("--text", action="store_true", help="FILE is a notice's text")
        parser.add_argument(
            "--covers",
            default="",
            metavar="ASPECTS",
            help="what it states in full: level and flags, comma-separated, or none",
        )
        parser.add_argument("--source", default="", help="who published it (the file's name)")
        parser.add_argument("--user", metavar="NAME", default="", help="who does it: name or phone")
        parser.add_argument("--draft", action="store_true", help="draft only, publish nothing")
        parser.add_argument(
            "--leave-out-open", action="store_true", help="leave out lines without a certain place"
        )
        parser.add_argument("--json", metavar="OUT", type=Path, help="write the figures there")

    def handle(self, *args: object, file: Path, **options: Any) -> None:
        try:
            listed = import_list(
                content=list_content(file),
                is_text=options["text"] or file.suffix.lower() == ".txt",
                day=_day(options["date"]),
                source=options["source"] or file.name,
                covers=aspects_named(options["covers"]),
                by=user_named(options["user"]),
                publish=not options["draft"],
                leave_out=options["leave_out_open"],
            )
            if options["json"]:
                text = json.dumps(listed.as_json(), ensure_ascii=False, indent=1)
                options["json"].write_text(text, encoding="utf-8")
        except Refused as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        except OSError as error:
            raise CommandError(
                f"{error.filename}: {error.strerror}; give a path that can be used.", returncode=2
            ) from error
        self.stdout.write(summary(listed))


def summary(listed: Listed) -> str:
    """Return the figures, the open lines and what to do, in lines."""
    figures = listed.figures
    words = ("entries", "resolved", "parts", "open", "left_out")
    lines = [", ".join(f"{figures[word]} {word.replace('_', ' ')}" for word in words)]
    moved = ", ".join(f"{figures[word]} {word}" for word in ("begun", "ended", "raised", "lowered"))
    lines.append(f"areas: {moved}")
    if listed.passed_over:
        lines.append(f"rows of other days: {listed.passed_over}")
    version = listed.version
    if version.state == ListState.PUBLISHED:
        lines.append(
            f"persons touched: {figures['certain']} certain, {figures['possible']} to be asked"
        )
    known = "; it was here already, nothing was changed" if listed.known else ""
    lines.append(f"list {version.pk} of {version.day}: {version.state}{known}")
    if listed.open_lines:
        lines.append("to be decided, on the page of the list or with --leave-out-open:")
        lines += [f"  row {one.row}: {one.text}" for one in listed.open_lines]
    elif version.state == ListState.DRAFT:
        lines.append(f"publish it on its page: /risk/{version.pk}/")
    return "\n".join(lines)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(
            f"--date {text} is no day; write it as 2021-01-06.", returncode=2
        ) from error
