"""A site of its own: PostgreSQL, Valkey and workers that a test may kill and start again."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg
import redis
from celery import Celery
from django.conf import settings
from django.db import connection

from config.runtime.lifeline import die_with_parent
from config.runtime.postgres import DATABASE, SUPERUSER, Postgres
from config.runtime.server import Server, wait_until
from config.runtime.up import QUEUES, Address, programs
from config.runtime.valkey import Valkey
from config.settings import celery_url
from tests.services import scratch, throw_away_home

ROOT = Path(__file__).resolve().parents[2]
LONG = 300  # seconds for anything, on a busy machine
HANDS = 2  # processes of a worker: messages that it takes before it stops listening


class Durable(Postgres):
    """A throw-away server of which a kill takes nothing that was committed."""

    def command(self) -> list[str]:
        # Tables grow from nothing within a minute: the planner must hear of it.
        more = ("synchronous_commit=on", "autovacuum_naptime=3s")
        return [*super().command(), *(part for one in more for part in ("-c", one))]


class Program:
    """A program of the portal, by its own command line, in a process group of its own."""

    def __init__(
        self, command: Sequence[str], environment: dict[str, str], log: Path, *, listens: bool
    ) -> None:
        self.log = log
        self.listens = listens  # to the broker, for messages to do
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment,
                stdout=out,
                stderr=out,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGKILL),
            )

    def kill(self) -> None:
        """End it and its children on the spot."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def kill_child(self, nth: int) -> None:
        """End one process of its pool, if it has any by now."""
        with suppress(psutil.NoSuchProcess):
            children = psutil.Process(self.process.pid).children()
            if children:
                children[nth % len(children)].kill()


class Site:
    """The servers, where they are, and what runs on them."""

    def __init__(self) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="grid-faults-", dir=scratch()))
        self.root.chmod(0o711)
        self.home = throw_away_home(self.root)
        self.home.prepare()
        self.postgres = Durable(self.home, throw_away=True)
        self.valkey = Valkey(self.home, throw_away=True)
        self.database = DATABASE
        self.running: list[Program] = []
        self.counties: set[str] = set()  # databases with people, which nobody changes
        for server in (self.postgres, self.valkey):
            server.ensure()
        self.sender = Celery("sender", broker=celery_url(self.valkey.url), set_as_current=False)
        self.sender.conf.task_routes = settings.CELERY_TASK_ROUTES

    def close(self) -> None:
        """Stop everything and leave nothing."""
        self.end_programs()
        self.sender.close()
        for server in (self.valkey, self.postgres):
            server.stop(seconds=10)
        shutil.rmtree(self.root, ignore_errors=True)

    # Databases

    def load_schema(self, name: str) -> None:
        """Make a database that has all tables: copied where the run has migrated one by now."""
        self.make_database(name)
        if connection.settings_dict["NAME"].startswith("test_"):
            self._copy_tables(name)
        else:
            migrate = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
            environment = os.environ | {"DATABASE_URL": self.url(name)}
            subprocess.run(migrate, cwd=ROOT, env=environment, check=True)

    def _copy_tables(self, name: str) -> None:
        given = connection.settings_dict
        tools = self.home.programs().postgres
        host = given["OPTIONS"].get("host") or given["HOST"]
        there = ["-h", host, "-p", str(given["PORT"] or 5432), "-U", given["USER"]]
        schema = self.root / "schema.sql"
        plain = ["--schema-only", "--no-owner", "--no-privileges", "-f", str(schema)]
        subprocess.run(
            [tools / "pg_dump", *there, "-d", given["NAME"], *plain],
            check=True,
            env=os.environ | {"PGPASSWORD": given["PASSWORD"]},
        )
        here = ["-h", str(self.home.sockets), "-U", SUPERUSER, "-d", name]
        quiet = ["-q", "-v", "ON_ERROR_STOP=1", "-o", os.devnull, "-f", str(schema)]
        subprocess.run([tools / "psql", *here, *quiet], check=True)

    def url(self, name: str) -> str:
        """Return the address of a database of the site."""
        return self.postgres.url.replace(f"/{DATABASE}?", f"/{name}?")

    def make_database(self, name: str, *, like: str = "template1") -> None:
        """Make a database as another one is now; nobody may be connected to that."""
        with psycopg.connect(
            host=str(self.home.sockets), user=SUPERUSER, dbname="postgres", autocommit=True
        ) as server:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}" STRATEGY FILE_COPY')

    @contextmanager
    def used(self, name: str) -> Iterator[None]:
        """Let this process's Django work on a database of the site."""
        own = connection.settings_dict
        before = {key: own[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")}
        other = {"NAME": name, "USER": SUPERUSER, "PASSWORD": "", "PORT": ""}
        options = {key: value for key, value in own["OPTIONS"].items() if key != "host"}
        connection.close()
        own.update(other, HOST=str(self.home.sockets), OPTIONS=options)
        self.database, former = name, self.database
        try:
            yield
        finally:
            connection.close()
            own.update(before)
            self.database = former

    # Programs

    def start(self, program: str, *, log: str = "", **more: str) -> Program:
        """Start the portal's worker or beat, as `make run` does, on the database in use."""
        command = next(
            one.command
            for one in programs(self.home, Address("127.0.0.1", 0))
            if one.name == program
        )
        listens = "worker" in command
        return self.start_command(command, log=log or program, listens=listens, **more)

    def start_command(
        self, command: Sequence[str], *, log: str, listens: bool = False, **more: str
    ) -> Program:
        """Start a command in the site's environment."""
        environment = os.environ | {
            "DATABASE_URL": self.url(self.database),
            "REDIS_URL": self.valkey.url,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "",
            **more,
        }
        log_file = self.root / f"{log}.log"
        self.running.append(Program(command, environment, log_file, listens=listens))
        return self.running[-1]

    def end_programs(self) -> None:
        """Kill whatever is still running, and forget what was queued."""
        while self.running:
            self.running.pop().kill()
        if self.valkey.running:
            self.broker(lambda queue: queue.flushall())

    # Messages

    def send(self, task: str, *args: Any, **kwargs: Any) -> None:
        """Queue a task of the portal."""
        self.sender.send_task(task, args=args, kwargs=kwargs)

    def broker(self, ask: Callable[[redis.Redis], Any]) -> Any:
        """Ask the broker something."""
        with redis.Redis(unix_socket_path=str(self.valkey.socket)) as queue:
            return ask(queue)

    def waiting(self) -> int:
        """Return how many messages nobody has taken."""
        return self.broker(lambda queue: sum(queue.llen(name) for name in QUEUES.split(",")))

    def in_hand(self) -> int:
        """Return how many messages a worker has taken and not acknowledged."""
        return self.broker(lambda queue: queue.hlen("unacked"))

    def forget_taken(self) -> None:
        """Lose what a dead worker had taken: the broker shall give nothing back."""
        self.broker(lambda queue: queue.delete("unacked", "unacked_index", "unacked_mutex"))

    def is_idle(self, *, but: int = 0) -> bool:
        """Say whether every message is done, `but` some.

        A message is nowhere while a worker takes it, for as long as the machine gives that worker
        no turn. So at one and the same moment no message waits, none is in hand, and every worker
        listens for the next one; who has both hands full need not.
        """
        workers = sum(one.listens and one.process.poll() is None for one in self.running)

        def look(queue: redis.Redis) -> tuple[int, int, int]:
            with queue.pipeline(transaction=True) as moment:
                for name in QUEUES.split(","):
                    moment.llen(name)
                moment.hlen("unacked")
                moment.info("clients")
                *waiting, taken, clients = moment.execute()
            return sum(waiting), taken, clients["blocked_clients"]

        waiting, taken, listening = self.broker(look)
        return waiting == 0 and taken <= but and listening >= workers - taken // HANDS

    def settles(self, *, but: Callable[[], int] = lambda: 0, seconds: float = LONG) -> None:
        """Wait until every message is done, `but` so many."""
        assert wait_until(lambda: self.is_idle(but=but()), seconds=seconds), self.logs()

    def logs(self) -> str:
        """Return the last words of every program, and what is left in the queues."""
        said = "\n".join(one.log.read_text()[-3000:] for one in self.running)
        return f"{self.waiting()} waiting, {self.in_hand()} in hand\n{said}"

    # Faults

    def kill_server(self, server: Server) -> None:
        """End a server on the spot, and start it again as the launcher does."""
        leader = server.pid
        os.kill(leader, signal.SIGKILL)

        def gone() -> bool:
            server._reap()  # our child stays as a zombie until then
            return not psutil.pid_exists(leader)

        assert wait_until(gone, seconds=LONG)
        server.ensure()
