"""`make check`: every check of the repository, one line each; all run, then the verdict."""

import os
import subprocess
import sys
import time
from pathlib import Path

from tests.services import KEYS

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
APPS = ["config", "grid", "returnees", "schedules", "policies"]
MANAGE = [sys.executable, "manage.py"]
# Settings must load for the type checker; it connects to nothing.
OFFLINE = KEYS | {
    "DATABASE_URL": "postgres://grid@/grid?host=/nonexistent",
    "REDIS_URL": "unix:///nonexistent/valkey.sock?db=0",
}

STEPS: list[tuple[str, list[str], dict[str, str]]] = [
    ("format", [str(BIN / "ruff"), "format", "--check", "."], {}),
    ("lint", [str(BIN / "ruff"), "check", "."], {}),
    ("types", [sys.executable, "-m", "mypy", *APPS], OFFLINE),
    ("imports", [str(BIN / "lint-imports"), "--no-cache"], OFFLINE),
    ("migrations", [*MANAGE, "makemigrations", "--check", "--dry-run"], {}),
    ("deploy", [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"], {"SECURE": "1"}),
    ("translations", [sys.executable, "tests/check_translations.py"], {}),
    ("templates", [str(BIN / "djlint"), "templates", "--lint", "--quiet"], {}),
    ("security", [str(BIN / "bandit"), "-q", "-ll", "-c", "pyproject.toml", "-r", *APPS], {}),
    ("locks", [sys.executable, "-m", "tests.lock", "--check"], {}),
]


def passes(name: str, command: list[str], extra: dict[str, str]) -> bool:
    """Run one step; print its verdict, and its output when it fails."""
    began = time.monotonic()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | extra,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    verdict = "ok" if done.returncode == 0 else "FAILED"
    print(f"{name:<13} {verdict:<7} {time.monotonic() - began:5.1f} s", flush=True)
    if done.returncode:
        print(f"  $ {' '.join(command)}\n{done.stdout}", flush=True)
    return done.returncode == 0


def main() -> int:
    """Run all steps, or those named on the command line."""
    chosen = [step for step in STEPS if not sys.argv[1:] or step[0] in sys.argv[1:]]
    failed = [step[0] for step in chosen if not passes(*step)]
    print(f"Failed: {', '.join(failed)}." if failed else "All checks pass.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
