"""The embedded PostgreSQL of a checkout: Unix socket only, data below the home's store."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from config.runtime.fault import StartError
from config.runtime.home import POSTGRES_MAJOR, Home
from config.runtime.launch import clean_environment
from config.runtime.server import Server, State, say

DATABASE = "grid"
SUPERUSER = "grid"
PORT = 5432  # names the socket's file; nothing listens on TCP
MARKER = "grid-portal.json"

TUNING = {
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    # Pages run short queries; compiling them costs more than it gains.
    "jit": "off",
    "log_min_messages": "warning",
}
# For a throw-away server: nothing has to survive a power cut.
THROW_AWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "autovacuum_naptime": "1h",
}


class Postgres(Server):
    """PostgreSQL of the installed wheel, started by us, answering in `sockets`."""

    title = "The embedded PostgreSQL"
    program = "postgres"
    stop_signal = signal.SIGINT

    def __init__(self, home: Home, *, throw_away: bool = False) -> None:
        super().__init__(
            folder=home.store / "postgres",
            sockets=home.sockets,
            account=home.account,
            dies_with_us=throw_away,
        )
        self.home = home
        self.throw_away = throw_away
        self.data = self.folder / "data"

    @property
    def pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    @property
    def socket(self) -> Path:
        return self.sockets / f".s.PGSQL.{PORT}"

    @property
    def workplace(self) -> Path:
        return self.data

    @property
    def url(self) -> str:
        return f"postgres://{SUPERUSER}@:{PORT}/{DATABASE}?host={quote(str(self.sockets))}"

    def command(self) -> list[str]:
        settings = {
            "listen_addresses": "",
            "port": str(PORT),
            "unix_socket_directories": quoted_setting(str(self.sockets)),
            "unix_socket_permissions": "0700",
            **TUNING,
            **(THROW_AWAY if self.throw_away else {}),
        }
        options = [part for item in settings.items() for part in ("-c", "=".join(item))]
        return [str(self.home.programs().postgres / "postgres"), "-D", str(self.data), *options]

    def prepare(self) -> None:
        """Initialise an absent or half-made cluster; refuse a damaged or foreign one."""
        for leftover in self.folder.glob(".new-*"):
            shutil.rmtree(leftover)
        self._set_aside_half_made()
        if not self.data.exists():
            self._initialise()
        version = (self.data / "PG_VERSION").read_text().strip()
        if version != str(POSTGRES_MAJOR):
            raise StartError(
                f"{self.data} was made by PostgreSQL {version}, this portal brings "
                f"{POSTGRES_MAJOR}: dump it with the old version and restore it "
                "(docs/operations.md, Updating)."
            )
        # The liveness lock is ours, so whatever pid these name is somebody else's by now.
        self.pid_file.unlink(missing_ok=True)
        for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
            (self.sockets / name).unlink(missing_ok=True)

    @property
    def _whole(self) -> bool:
        files = (self.data / "PG_VERSION", self.data / "global" / "pg_control")
        return all(file.exists() for file in files)

    def refuse_lost(self) -> None:
        """Refuse to go on where the database's folder was taken away under the running portal."""
        if not self._whole:
            raise StartError(
                f"The portal was stopped because the database's folder {self.data} was removed, "
                "moved or emptied while it ran: put that folder back, or restore a backup "
                "(docs/operations.md, Backups), before you start the portal again; started "
                "without it, the portal makes an empty database."
            )

    def _set_aside_half_made(self) -> None:
        if self._whole or not self.data.exists():
            return
        if (self.data / MARKER).exists():
            raise StartError(
                f"The database in {self.data} is damaged (PG_VERSION or global/pg_control is "
                "missing): restore a backup (docs/operations.md), or move the folder away to start "
                "empty."
            )
        aside = self.data.with_name(f"half-made-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}")
        self.data.rename(aside)
        say(f"Found a half-made database; it was set aside as {aside} and a new one is made.")

    def _initialise(self) -> None:
        """Make the cluster in a temporary folder and rename it: it is whole or absent."""
        half = Path(tempfile.mkdtemp(prefix=".new-", dir=self.folder))
        os.chown(half, self.account.uid, self.account.gid)
        other = not self.account.is_ours
        done = subprocess.run(  # noqa: S603  our own program, no shell
            self._initdb(half),
            check=False,
            capture_output=True,
            text=True,
            errors="replace",
            cwd="/",
            env=clean_environment(),
            user=self.account.uid if other else None,
            group=self.account.gid if other else None,
            extra_groups=[] if other else None,
        )
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise StartError(f"PostgreSQL could not make a database in {half}: {reason}")
        marker = half / MARKER
        marker.write_text(json.dumps({"made": time.strftime("%Y-%m-%dT%H:%M:%S%z")}))
        os.chown(marker, self.account.uid, self.account.gid)
        half.rename(self.data)

    def _initdb(self, folder: Path) -> list[str]:
        return [
            str(self.home.programs().postgres / "initdb"),
            *("-D", str(folder), "-U", SUPERUSER, "-E", "UTF8"),
            # The socket's folder lets only its owner in; over TCP nobody is let in at all.
            *("--auth-local=trust", "--auth-host=reject"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            f"--locale={'C.UTF-8' if sys.platform == 'linux' else 'C'}",
            *(["-N"] if self.throw_away else []),
        ]

    def state(self) -> State:
        """Connect once; a server in recovery says so."""
        try:
            self._connect().close()
        except psycopg.OperationalError as error:
            return State.STARTING if "starting up" in str(error) else State.SILENT
        return State.READY

    def complete(self) -> None:
        """Create the portal's database where it is absent."""
        with self._connect() as connection:
            found = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
            ).fetchone()
            if found is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=str(self.sockets),
            port=PORT,
            user=SUPERUSER,
            dbname="postgres",
            autocommit=True,
            connect_timeout=5,
        )


def quoted_setting(folder: str) -> str:
    """Quote a folder for a list-valued setting (commas and spaces would split it)."""
    return '"' + folder.replace('"', '""') + '"'
