"""A web server on loopback that publishes a price list, and the command that reads it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from tests.command import run

PATH = "/offers/v1.0/aws/AmazonKinesis/current/eu-west-1/index.json"


class _Handler(BaseHTTPRequestHandler):
    answers: dict[str, Any]

    def do_GET(self) -> None:
        answer = self.answers.get(self.path.partition("?")[0])
        if answer is None:
            self.send_error(404)
            return
        status, body, length = answer
        self.send_response(status)
        self.send_header("Content-Length", str(length if length is not None else len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


@contextmanager
def serving(body: bytes, *, status: int = 200, length: int | None = None) -> Iterator[str]:
    """A web server on loopback that publishes one price list."""
    handler = type("Handler", (_Handler,), {"answers": {PATH: (status, body, length)}})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def refresh(*arguments: str) -> Any:
    return run("facts", "refresh", "--region", "eu-west-1", *arguments)
