"""A server on this machine for one request: the browser's, back from Spotify's login page."""

import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import parse_qsl, urlsplit

from helpers.errors import SettingError

CALLBACK_PATH = "/callback"
PAGE = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Spotify login</title>
<p>You can close this page and go back to the terminal.</p></html>"""


class CallbackServer:
    """Listens on 127.0.0.1 as long as the `with` block lasts.

    Parameters
    ----------
    port : int
        0 takes a free one.

    Attributes
    ----------
    port : int

    Raises
    ------
    SettingError
        If the port is taken, or none a program may have.
    """

    def __init__(self, port: int = 0) -> None:
        self._answers: queue.Queue[dict[str, str]] = queue.Queue()
        try:
            self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self._answers))
        except (OSError, OverflowError):
            raise SettingError(
                f"port {port} cannot be listened on; choose another with --port, "
                "or leave it out to take a free one"
            ) from None
        self._server.daemon_threads = True  # a browser may hold a connection open and say nothing
        self.port = self._server.server_port

    def wait(self, seconds: float) -> dict[str, str] | None:
        """Return the parameters of the first request to `CALLBACK_PATH`; None if none comes."""
        try:
            return self._answers.get(timeout=seconds)
        except queue.Empty:
            return None

    def __enter__(self) -> "CallbackServer":
        # Polled often: only the end of the block waits for it.
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(answers: "queue.Queue[dict[str, str]]") -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_GET(self) -> None:
            address = urlsplit(self.path)
            if address.path != CALLBACK_PATH:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Cache-Control", "no-store")
            self.send_header("Content-Length", str(len(PAGE)))
            self.end_headers()
            self.wfile.write(PAGE)
            answers.put(dict(parse_qsl(address.query)))

        def log_message(self, *_: object) -> None:
            """Say nothing: the address holds the code."""

    return Handler
