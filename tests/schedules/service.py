"""A message service on a socket of this machine: takes, refuses, hangs, or answers twice."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Service:
    """What a service was given, and how it behaves: `answers` are used up, the last one stays.

    An answer is a status, or "hang" (takes the message and never answers), or "cut" (takes it and
    breaks the connection), or "twice" (takes it and answers two times over). `shown` is what its
    users see: a key it knows shows once.
    """

    url: str = ""
    answers: list[Any] = field(default_factory=lambda: [200])
    body: dict[str, Any] = field(default_factory=dict)
    got: list[dict[str, Any]] = field(default_factory=list)
    honours_keys: bool = True
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def shown(self) -> list[str]:
        keys = [one["key"] for one in self.got if one["taken"]]
        return list(dict.fromkeys(keys)) if self.honours_keys else keys

    def next_answer(self, _key: str) -> Any:
        """Return how the message of a key is answered."""
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class Answering(BaseHTTPRequestHandler):
    """Takes what is posted, answers in JSON, and logs nothing."""

    def do_POST(self) -> None:
        self.take(self.rfile.read(int(self.headers["Content-Length"])))

    def take(self, body: bytes) -> None:
        """Do what the service does with what it is sent."""
        raise NotImplementedError

    def say(self, status: int, body: Mapping[str, Any]) -> None:
        """Answer with a status and a body."""
        said = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_args: object) -> None:
        pass


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Answer on a socket of this machine; what is yielded is its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def running() -> Iterator[Service]:
    """Run a service for the length of a test."""
    service = Service()

    class Handler(Answering):
        def take(self, body: bytes) -> None:
            sent = json.loads(body)
            sent = {"key": self.headers["Idempotency-Key"] or "", **sent}
            answer = service.next_answer(sent["key"])
            taken = answer in ("hang", "cut", "twice") or answer < 300 or answer == 409
            service.got.append({**sent, "header": self.headers["Idempotency-Key"], "taken": taken})
            if answer == "hang":
                service.over.wait(30)
                return
            if answer == "cut":
                self.connection.close()
                return
            for status in (200, 200) if answer == "twice" else (answer,):
                self.say(status, service.body)

    with serving(Handler) as address:
        service.url = f"{address}/send"
        try:
            yield service
        finally:
            service.over.set()
