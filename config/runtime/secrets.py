"""The portal's keys: made once in var/secrets, handed to the settings through the environment.

Names and ID numbers are sealed with them, so data without its keys is lost: a mark beside the
database remembers which keys it was sealed with, and starting with others is refused.
"""

import base64
import hashlib
import os
import secrets
from pathlib import Path

import environ
import psycopg

from config.runtime.fault import StartError
from config.runtime.home import Home, make_folder

VARIABLES = {
    "django_secret_key": "DJANGO_SECRET_KEY",
    "field_key": "GRID_FIELD_KEYS",
    "hash_key": "GRID_HASH_KEY",
}
# A new DJANGO_SECRET_KEY only signs people out; these two seal data.
SEALING = ("field_key", "hash_key")
KEY_BYTES = 32


def load(home: Home) -> None:
    """Put the keys into the environment where it has none, making absent ones on a new store."""
    absent = [name for name, variable in VARIABLES.items() if not os.environ.get(variable)]
    folder = home.var / "secrets"
    if any(not (folder / name).exists() for name in absent):
        refuse_lost_keys(home, [n for n in absent if not (folder / n).exists()])
        home.make_var()
        make_folder(folder, mode=0o700)
    for name in absent:
        os.environ[VARIABLES[name]] = read_or_make(folder / name)


def lend() -> None:
    """Fill the environment with passing keys, for a command that touches no data."""
    for name, variable in VARIABLES.items():
        os.environ.setdefault(variable, new_key(name))


def read_or_make(path: Path) -> str:
    """Return the key in the file; make it first, whole or not at all."""
    if not path.exists():
        half = path.with_name(f".{path.name}.{os.getpid()}")
        handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(new_key(path.name) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(half, path)  # unlike rename, loses to a key made meanwhile
        except FileExistsError:
            pass
        finally:
            half.unlink()
    try:
        lines = path.read_text().split()
    except PermissionError as error:
        raise StartError(
            f"{path} cannot be read: start the portal as the user who owns it."
        ) from error
    if not lines:
        raise StartError(f"{path} is empty: restore it from a backup (docs/operations.md).")
    return ",".join(lines)


def new_key(name: str) -> str:
    """Return a fresh key: a sentence of letters for Django, else 32 bytes in base64."""
    if name == "django_secret_key":
        return secrets.token_urlsafe(48)
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def fingerprints() -> set[str]:
    """Return what may be told of the sealing keys in the environment, one line each."""
    return {
        f"{name} {hashlib.sha256(b'grid-portal ' + key.encode()).hexdigest()[:32]}"
        for name in SEALING
        for key in os.environ.get(VARIABLES[name], "").split(",")
        if key
    }


def sealed_with(home: Home) -> set[str]:
    """Return the fingerprints the embedded database was sealed with; none where there is none."""
    path = mark(home)
    if not path.exists() or not (path.parent / "data").exists():
        return set()
    return set(path.read_text().splitlines())


def mark(home: Home) -> Path:
    """Return where the fingerprints of the database's keys are kept."""
    return home.store / "postgres" / "key_fingerprint"


def check(home: Home) -> None:
    """Refuse keys other than those the embedded database was sealed with."""
    known, present = sealed_with(home), fingerprints()
    if known - present:
        missing = " and ".join(sorted({line.split()[0] for line in known - present}))
        raise StartError(
            f"The database in {mark(home).parent} was sealed with another {missing} than the one "
            f"given: restore {home.var / 'secrets'} from a backup (or the variables that held the "
            f"keys), or move {mark(home).parent} away to start empty."
        )


def remember(home: Home) -> None:
    """Write down beside the embedded database which keys it is sealed with."""
    known, present = sealed_with(home), fingerprints()
    if present - known:
        half = mark(home).with_name(f".{mark(home).name}.{os.getpid()}")
        half.write_text("\n".join(sorted(present | known)) + "\n")
        half.replace(mark(home))


def refuse_lost_keys(home: Home, absent: list[str]) -> None:
    """Refuse to make new sealing keys where a database waits for its old ones."""
    lost = [name for name in absent if name in SEALING]
    if not lost:
        return
    url = os.environ.get("DATABASE_URL", "")
    if url and holds_persons(url):
        place, empty = "The database at DATABASE_URL", "name an empty database"
    elif not url and sealed_with(home):
        place = f"The database in {mark(home).parent}"
        empty = f"move {mark(home).parent} away to start empty"
    else:
        return
    raise StartError(
        f"{place} holds data, but its keys are missing from {home.var / 'secrets'} "
        f"({', '.join(lost)}): restore that folder from a backup, or {empty}."
    )


def holds_persons(url: str) -> bool:
    """Say whether the database already holds sealed rows."""
    config = environ.Env.db_url_config(url)
    options = config.get("OPTIONS", {})
    try:
        with psycopg.connect(
            dbname=config["NAME"],
            user=config["USER"] or None,
            password=config["PASSWORD"] or None,
            host=config["HOST"] or options.get("host"),
            port=config["PORT"] or options.get("port"),
            connect_timeout=10,
        ) as connection:
            if connection.execute("SELECT to_regclass('grid_person')").fetchone() == (None,):
                return False
            return connection.execute("SELECT 1 FROM grid_person LIMIT 1").fetchone() is not None
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[-1]
        raise StartError(f"The database at DATABASE_URL does not answer: {reason}") from error
