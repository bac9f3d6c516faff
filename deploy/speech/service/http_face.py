"""HTTP/1.1 around the routes: limits, the key, the line, and clients that go away."""

import hmac
import http.server
import json
import select
import socket
import time

from .log import log
from .refusals import ClientGone, Refused

# A client that stops sending or reading is dropped after this long.
IDLE_SECONDS = 60
MAX_JSON_BYTES = 16 << 20


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address, routes, speech_line, embeddings_line, max_upload, key):
        self.routes = routes
        self.lines = {"/v1/audio/transcriptions": speech_line, "/v1/embeddings": embeddings_line}
        self.max_upload = max_upload
        self.key = key
        self.abandon = False
        super().__init__(address, Face)

    def handle_error(self, request, client_address):
        log("error", "connection failed")


class Face(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "zvonar-speech"
    sys_version = ""
    timeout = IDLE_SECONDS

    def do_GET(self):
        self._serve(self._get)

    def do_POST(self):
        self._serve(self._post)

    def _get(self):
        routes = self.server.routes
        if self.path == "/health":
            return self._json(200, routes.health())
        self._check_key()
        if self.path == "/v1/models":
            return self._json(200, routes.models())
        if self.path in self.server.lines:
            raise Refused(405, "Use POST")
        raise _no_such_route()

    def _post(self):
        self._check_key()
        path = self.path.partition("?")[0]
        line = self.server.lines.get(path)
        if line is None:
            raise _no_such_route()
        self.server.routes.require_ready()
        speech = path == "/v1/audio/transcriptions"
        length = self._length(self.server.max_upload if speech else MAX_JSON_BYTES)
        with line.place() as ticket:
            body = self._body(length)

            def wait():
                line.wait_for_turn(ticket, self._look)

            if speech:
                kind, text = self.server.routes.transcribe(self.headers.get("content-type"), body, wait, self._look)
                self._send(200, kind, text.encode())
            else:
                self._json(200, self.server.routes.embed(body, wait, self._look))

    def _serve(self, handle):
        started = time.monotonic()
        self._unread = True
        self._status = None
        try:
            handle()
        except Refused as refused:
            headers = {} if refused.retry_after is None else {"Retry-After": str(refused.retry_after)}
            self._refuse(refused, headers)
        except (ClientGone, ConnectionError, TimeoutError):
            self.close_connection = True
            self._status = 499
        except Exception as error:  # The edge of the service: the client gets an envelope, the log the kind.
            log("error", "request failed", kind=type(error).__name__)
            self._refuse(Refused(500, "The server had an error", "server_error"), {})
        if self.path != "/health":
            log(
                "info" if self._status in (200, 499) else "warning",
                "answered",
                route=self.path.partition("?")[0][:64],
                status=self._status,
                seconds=round(time.monotonic() - started, 3),
            )

    def handle_expect_100(self):
        # The permission to send the body is given in _body, after the line was asked for a place.
        return True

    def _check_key(self):
        given = self.headers.get("authorization", "").removeprefix("Bearer ").encode("latin-1", "replace")
        if self.server.key and not hmac.compare_digest(given, self.server.key.encode()):
            raise Refused(401, "Incorrect API key provided", "authentication_error", "invalid_api_key")

    def _length(self, limit):
        if self.headers.get("transfer-encoding"):
            raise Refused(411, "Send the body with Content-Length")
        text = self.headers.get("content-length", "")
        if not text.isascii() or not text.isdigit():
            raise Refused(411, "Send the body with Content-Length")
        if int(text) > limit:
            raise Refused(413, f"The body is larger than {limit >> 20} MB", code="too_large", param="file")
        return int(text)

    def _body(self, length):
        if self.headers.get("expect", "").lower() == "100-continue":
            self.send_response_only(100)
            self.end_headers()
        body = self.rfile.read(length)
        self._unread = False
        if len(body) < length:
            raise ClientGone()
        return body

    def _look(self):
        """Raises when the client has gone, or when the service is stopping and will not wait for this job."""
        if self.server.abandon:
            raise Refused(503, "The service is stopping", "unavailable_error", retry_after=5)
        readable, _, _ = select.select([self.connection], [], [], 0)
        if not readable:
            return
        try:
            gone = self.connection.recv(1, socket.MSG_PEEK) == b""
        except OSError as error:
            raise ClientGone() from error
        if gone:
            raise ClientGone()

    def _refuse(self, refused, headers):
        body = json.dumps(refused.envelope(), ensure_ascii=False).encode()
        try:
            self._send(refused.status, "application/json", body, headers, close=self._unread)
            if self._unread:
                self._drain()
        except OSError:
            self.close_connection = True

    def _drain(self):
        """Swallows for a moment what the client still sends: closing at once would reset it before it reads why."""
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(2)
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline and self.connection.recv(1 << 16):
            pass

    def _json(self, status, value):
        self._send(status, "application/json", json.dumps(value, ensure_ascii=False).encode())

    def _send(self, status, kind, body, headers=None, close=False):
        self._status = status
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if close:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        """The standard log would show whole request lines."""


def _no_such_route():
    return Refused(404, "There is no such route")
