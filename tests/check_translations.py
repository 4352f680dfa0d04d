"""Fail when a message of the code lacks its Simplified Chinese, or the catalogue is out of step.

Run by `make check`. It extracts afresh (GNU gettext) and puts the catalogue back as it was.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
EXTRACT = [
    sys.executable,
    "manage.py",
    "makemessages",
    "--locale=zh_Hans",
    "--no-location",
    "--no-obsolete",
    "--no-wrap",
    *(f"--ignore={name}" for name in ("tests", "var", ".venv", "docs")),
]


def messages(text: bytes) -> dict[object, bool]:
    """Return each message id with whether it is translated and certain."""
    from io import BytesIO

    return {
        str(m.id): bool(all(m.string) if isinstance(m.string, tuple) else m.string) and not m.fuzzy
        for m in read_po(BytesIO(text), locale="zh")
        if m.id
    }


def main() -> int:
    """Print what is missing; exit 1 then."""
    if shutil.which("xgettext") is None:
        sys.stderr.write(
            "xgettext is missing: install GNU gettext (Debian: apt install gettext).\n"
        )
        return 2
    before = CATALOGUE.read_bytes()
    try:
        subprocess.run(EXTRACT, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        after = CATALOGUE.read_bytes()
    finally:
        CATALOGUE.write_bytes(before)
    known, wanted = messages(before), messages(after)
    faults = [f"not in the catalogue: {id_}" for id_ in wanted if id_ not in known]
    faults += [f"no longer in the code: {id_}" for id_ in known if id_ not in wanted]
    faults += [f"not translated: {id_}" for id_, good in wanted.items() if not good]
    for fault in sorted(set(faults)):
        sys.stderr.write(fault + "\n")
    if faults:
        sys.stderr.write("Run `make messages`, then fill locale/zh_Hans/LC_MESSAGES/django.po.\n")
    else:
        sys.stdout.write(f"{len(wanted)} messages, all translated\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
