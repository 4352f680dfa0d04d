"""Builds .venv from a lock, with nothing but a Python and its standard library.

    python3 -I config/runtime/bootstrap.py run|sms|test

`-I` keeps this folder off the import path. The first lines run on any Python 3, so that an old one
hears a sentence instead of a traceback.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  an older python3 must hear why
    sys.exit(
        f"Grid portal needs Python 3.11 or newer, and {sys.executable} is "
        f"{sys.version.split()[0]}: install one (on Debian: `apt-get install python3 "
        "python3-venv`), or name one with `make run PYTHON=/path/to/it`."
    )

import hashlib
import json
import os
import subprocess
from importlib.util import find_spec
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
VENV = CHECKOUT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.json"
UV_LOCK = CHECKOUT / "requirements-uv.lock"
LOCKS = {
    "run": CHECKOUT / "requirements.lock",
    "sms": CHECKOUT / "requirements-sms.lock",
    "test": CHECKOUT / "requirements-dev.lock",
}
PIP = [str(PYTHON), "-m", "pip"]
INSTALL = [*PIP, "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r"]


def main() -> None:
    """Bring .venv up to the lock of the wanted set, unless it is there already."""
    wanted = (sys.argv[1:] or [""])[0]
    if wanted not in LOCKS:
        sys.exit("Usage: bootstrap.py run|sms|test")
    there, sets = read_stamp().get("set"), list(LOCKS)
    if there in LOCKS and sets.index(there) > sets.index(wanted):
        wanted = there  # it holds everything of the sets before it, with the same versions
    target = {"set": wanted, "made_from": digest(wanted)}
    if read_stamp() == target and works():
        return
    STAMP.unlink(missing_ok=True)
    if not works():
        make_venv()
    tell(f"Installing {LOCKS[wanted].name} …")
    if not (succeeds([*INSTALL, str(UV_LOCK)]) and uv_installs(LOCKS[wanted])):
        tell("Installing with pip, which heeds this machine's pip settings …")
        if not succeeds([*INSTALL, str(LOCKS[wanted])]):
            sys.exit(
                "The packages could not be installed (see above). A package index is needed once; "
                "`pip config set global.index-url ADDRESS` names one. Then start again."
            )
    link_checkout()
    STAMP.write_text(json.dumps(target))


def digest(wanted: str) -> str:
    """Return a digest of what .venv is made from: the locks, the Python and the place."""
    made_from = hashlib.sha256(LOCKS[wanted].read_bytes() + UV_LOCK.read_bytes())
    made_from.update(f"{sys.version_info[:2]} {CHECKOUT}".encode())
    return made_from.hexdigest()


def read_stamp() -> dict[str, str]:
    """Return what .venv was made from, or nothing where that is unknown."""
    try:
        return dict(json.loads(STAMP.read_text()))
    except (OSError, ValueError):
        return {}


def works() -> bool:
    """Say whether .venv has a Python of this version that runs, with its pip."""
    version = tuple(sys.version_info[:2])
    try:
        return succeeds(
            [str(PYTHON), "-c", f"import pip, sys; sys.exit(sys.version_info[:2] != {version})"],
            quiet=True,
        )
    except OSError:
        return False


def make_venv() -> None:
    """Make .venv anew; Debian has split off a part that this needs."""
    if find_spec("venv") is None or find_spec("ensurepip") is None:
        version = ".".join(map(str, sys.version_info[:2]))
        sys.exit(
            f"{sys.executable} cannot make virtual environments: on Debian or Ubuntu run "
            f"`apt-get install python{version}-venv` (or python3-venv), then start again."
        )
    tell("Making .venv …")
    if not succeeds([sys.executable, "-m", "venv", "--clear", str(VENV)]):
        sys.exit(f"{VENV} could not be made (see above): remove it and start again.")


def uv_installs(lock: Path) -> bool:
    """Install with uv, ten times as fast as pip; say whether that went well."""
    environment = dict(os.environ)
    environment.setdefault("UV_HTTP_TIMEOUT", "30")
    environment.setdefault("UV_LINK_MODE", "copy")
    environment.setdefault("UV_COMPILE_BYTECODE", "1")  # else every program compiles it anew
    # uv does not read pip's settings; a mirror named there is meant for all.
    mirror = environment.get("PIP_INDEX_URL") or pip_setting("global.index-url")
    if mirror and not {"UV_DEFAULT_INDEX", "UV_INDEX_URL"} & set(environment):
        environment["UV_DEFAULT_INDEX"] = mirror
    command = [str(VENV / "bin" / "uv"), "pip", "sync", "--quiet", "--require-hashes"]
    return succeeds([*command, "--python", str(PYTHON), str(lock)], environment=environment)


def pip_setting(name: str) -> str:
    """Return a value of pip's own configuration, or an empty string."""
    command = [*PIP, "config", "get", name]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
    return done.stdout.strip()


def link_checkout() -> None:
    """Let every tool of .venv import the checkout, wherever it is called from."""
    for site in VENV.glob("lib/python*/site-packages"):
        (site / "grid_portal.pth").write_text(f"{CHECKOUT}\n")


def succeeds(
    command: list[str], *, environment: "dict[str, str] | None" = None, quiet: bool = False
) -> bool:
    """Run a command; say whether its status was 0."""
    errors = subprocess.DEVNULL if quiet else None
    return not subprocess.run(command, env=environment, stderr=errors, check=False).returncode  # noqa: S603


def tell(text: str) -> None:
    """Print a line of progress."""
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    main()
