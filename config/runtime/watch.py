"""Looks after an embedded server while the portal runs: what ails it, and starting it again."""

from contextlib import suppress
from dataclasses import dataclass

import psycopg

from config.runtime import exclusively, wanted
from config.runtime.fault import StartError
from config.runtime.home import Home
from config.runtime.server import Server
from config.runtime.supervisor import outcome

# A server that must be started again, though it lives, gets this long to end by itself.
STOP_SECONDS = 10


@dataclass(frozen=True)
class Watch:
    """One server of this checkout, watched by the supervisor. Both methods may block."""

    home: Home
    server: Server

    @property
    def name(self) -> str:
        """What the supervisor's lines call it."""
        return self.server.title

    def fault(self) -> str | None:
        """Say what ails the server, None if nothing; StartError where its data is lost."""
        self.server.refuse_lost()
        with suppress(OSError):  # what cannot be looked at now is looked at again soon
            if not self.server.folder.is_dir():
                return f"lost its folder {self.server.folder}"
            if not self.server.led:
                status = self.server.last_status
                return "ended" if status is None else outcome(status)
            if not self.server.socket.exists():
                return f"lost its socket {self.server.socket}"
        return None

    def mend(self) -> None:
        """Start the server again in its folder, on its socket; StartError where that fails.

        Another command may have done so meanwhile: then nothing is left to do.
        """
        try:
            with exclusively(self.home):
                if self.fault() is None:
                    return
                self.server.stop(seconds=STOP_SECONDS)
                self.home.prepare()
                self.server.refuse_lost()
                self.server.ensure()
        except (OSError, psycopg.Error) as error:
            raise StartError(f"{self.name} could not be started again: {error}") from error


def watches(home: Home) -> list[Watch]:
    """Return a watch of each server whose address nobody gave; ask before they are started."""
    return [Watch(home, server) for server in wanted(home, need_redis=True).values()]
