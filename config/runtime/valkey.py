"""The embedded Valkey of a checkout (Redis protocol): Unix socket only, every write kept."""

import signal
import socket
from pathlib import Path

from config.runtime.home import Home
from config.runtime.server import Server, State

ANSWER_SECONDS = 5


class Valkey(Server):
    """Valkey of the installed wheel; its append-only file survives a kill -9."""

    title = "The embedded Valkey"
    program = "valkey-server"
    stop_signal = signal.SIGTERM

    def __init__(self, home: Home, *, throw_away: bool = False) -> None:
        super().__init__(
            folder=home.store / "valkey",
            sockets=home.sockets,
            account=home.account,
            dies_with_us=throw_away,
        )
        self.home = home
        self.throw_away = throw_away

    @property
    def socket(self) -> Path:
        return self.sockets / "valkey.sock"

    @property
    def pid_file(self) -> Path:
        return self.folder / "valkey.pid"

    @property
    def url(self) -> str:
        """In redis-py's form; Celery's is made from it in the settings."""
        return f"unix://{self.socket}?db=0"

    def command(self) -> list[str]:
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "pidfile": str(self.pid_file),
            "appendonly": "no" if self.throw_away else "yes",
            "appendfsync": "everysec",
            "save": "",
            # A full queue must refuse, not forget.
            "maxmemory-policy": "noeviction",
            "databases": "64",
            "daemonize": "no",
            "loglevel": "warning",
        }
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        return [str(self.home.programs().valkey), *options]

    def prepare(self) -> None:
        """Clear what a killed server left; the server replaces its socket by itself."""
        self.pid_file.unlink(missing_ok=True)
        self.socket.unlink(missing_ok=True)

    def state(self) -> State:
        """PING once; a server that reads its file back says LOADING."""
        try:
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(ANSWER_SECONDS)
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                answer = client.recv(64)
        except OSError:
            return State.SILENT
        if answer.startswith(b"+PONG"):
            return State.READY
        return State.STARTING if b"LOADING" in answer else State.SILENT
