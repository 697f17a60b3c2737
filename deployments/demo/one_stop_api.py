"""An embedded one-stop server that speaks OpenCPS on loopback, for the demo and the tests.

Its content at a moment is a pure function of the story and of the moment somebody set: it owns no clock. Filters
are in `one_stop_query.py`, records in `wire.py`; this module is HTTP and nothing else.
"""

import base64
import hmac
import json
from collections.abc import Sequence
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from deployments.demo.bad_rows import BAD_ROWS, BadRow
from deployments.demo.dossiers import DOSSIERS
from deployments.demo.one_stop_figures import figures
from deployments.demo.one_stop_query import page, select
from deployments.demo.story import MORNINGS, Dossier
from deployments.demo.wire import GROUP_ID, Row, bad_row, dossier_row, for_detail, for_list

BASE_PATH = "/o/rest/v2"
STATISTICS_PATH = "/o/rest/statistics"
USERNAME = "dondoc"
NOT_LOGGED_IN = {"code": 203, "message": "Non-authoritative", "description": "Please login"}


class OneStopApi:
    """Context manager: a server on an ephemeral loopback port, at the first morning of the story until told else.

    `password` is whatever the caller wants; `requests` lists the paths and queries served, for tests and the diary.
    """

    def __init__(
        self,
        *,
        password: str,
        username: str = USERNAME,
        dossiers: Sequence[Dossier] = DOSSIERS,
        bad_rows: Sequence[BadRow] = BAD_ROWS,
    ) -> None:
        self._credentials = base64.b64encode(f"{username}:{password}".encode()).decode()
        self._dossiers = tuple(dossiers)
        self._bad_rows = tuple(bad_rows)
        self._moment = MORNINGS[0]
        self._guard = Lock()
        self.requests: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_for(self))
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), name="one-stop-api", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def base_url(self) -> str:
        """Scheme, host and port; the path below it is `BASE_PATH`."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def set_moment(self, moment: datetime) -> None:
        """From now on answer as the software would at that (aware) moment."""
        if moment.tzinfo is None:
            msg = "the moment of the one-stop server needs a timezone"
            raise ValueError(msg)
        with self._guard:
            self._moment = moment

    def rows(self) -> list[Row]:
        """Everything the server holds at its moment."""
        with self._guard:
            moment = self._moment
        views = [(dossier, dossier.view(moment)) for dossier in self._dossiers]
        known = [dossier_row(dossier, view) for dossier, view in views if view is not None]
        return known + [bad_row(row) for row in self._bad_rows]

    def logged_in(self, group: str, authorization: str) -> bool:
        """The group header and Basic credentials, both right."""
        scheme, _, credentials = authorization.partition(" ")
        right = hmac.compare_digest(credentials.strip().encode(), self._credentials.encode())
        return group == str(GROUP_ID) and scheme.lower() == "basic" and right

    def note(self, request: str) -> None:
        """Remember what was asked."""
        with self._guard:
            self.requests.append(request)


def _handler_for(api: OneStopApi) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        one_stop = api

    return Handler


class _Handler(BaseHTTPRequestHandler):
    """One request: ping, list, detail or figures; anything else is the software's 403."""

    one_stop: OneStopApi
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Route by path; all but the ping need a login."""
        address = urlsplit(self.path)
        self.one_stop.note(self.path)
        path = address.path.removeprefix(BASE_PATH)
        if path == "/ping":
            self._answer(200, b"ok", "text/plain")
        elif not self.one_stop.logged_in(self.headers.get("groupId", ""), self.headers.get("Authorization", "")):
            self._json(203, NOT_LOGGED_IN)
        elif path == "/dossiers":
            self._list(dict(parse_qsl(address.query)))
        elif path == STATISTICS_PATH:
            told = figures(self.one_stop.rows(), dict(parse_qsl(address.query)))
            self._json(200, envelope(len(told), told))
        elif path.startswith("/dossiers/"):
            self._detail(path.removeprefix("/dossiers/"))
        else:
            self._json(403, {"code": 403, "message": "error", "description": "not found"})

    def _list(self, params: dict[str, str]) -> None:
        found = select(self.one_stop.rows(), params)
        self._json(200, envelope(len(found), [for_list(row.body) for row in page(found, params)]))

    def _detail(self, key: str) -> None:
        for row in self.one_stop.rows():
            if key in (str(row.body["dossierId"]), row.body["referenceUid"]):
                self._json(200, for_detail(row.body))
                return
        self._json(403, {"code": 403, "message": "error", "description": f"No Dossier exists with the key {key}"})

    def _json(self, status: int, body: object) -> None:
        self._answer(status, json.dumps(body, ensure_ascii=False).encode(), "application/json; charset=utf-8")

    def _answer(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: queries belong to nobody's terminal."""


def envelope(total: int, data: list[dict[str, Any]]) -> dict[str, Any]:
    """`total` and `data`; one row comes as an object, none without `data`, as some servers do."""
    if not data:
        return {"total": total}
    return {"total": total, "data": data[0] if len(data) == 1 else data}
