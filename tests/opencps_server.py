"""A one-stop server of lists for tests: rows by question, sliced by start and end, over `fault_http`'s bare sockets."""

from collections.abc import Callable
from datetime import datetime

from tasks.intake.landing import Landing
from tasks.rules.timezone import HANOI
from tasks.sources.base import PullRequest
from tasks.sources.opencps import OpenCpsSource
from tests.fault_http import Asked, FaultServer, json_reply
from tests.pulls import Read, read

AS_OF = datetime(2026, 11, 23, 7, 30, tzinfo=HANOI)
CANARY = "CANARY"
CONFIG = """
[[sources]]
name = "mot-cua"
kind = "opencps"
dataset = "dossiers"
base_url = "{url}"
group_id = 55853
page_size = 10
requests_per_second = 0
"""
Row = dict[str, object]


def row(number: int, **changes: object) -> Row:
    return {
        "dossierId": number,
        "dossierNo": f"TL.{number}",
        "govAgencyCode": "UBND-TL",
        "dossierStatus": "processing",
        "originality": 3,
        "receiveDate": "09/11/2026 09:10:00",
        "lastActionDate": "10/11/2026 09:00:00",
        "applicantName": CANARY,
        **changes,
    }


class OneStop:
    """Rows by question (open, finished, received). `before` may move things before each answer."""

    def __init__(self, **lists: list[Row]) -> None:
        self.lists = lists
        self.details: dict[str, object] = {}
        self.before: Callable[[Asked], None] = lambda _: None

    def __call__(self, asked: Asked) -> bytes:
        self.before(asked)
        if not asked.path.endswith("/dossiers"):
            found = self.details.get(asked.path.rsplit("/", 1)[1], 404)
            return json_reply({}, status=found) if isinstance(found, int) else json_reply(found)
        rows = self.lists.get(question(asked), [])
        page = rows[int(asked.query["start"]) : int(asked.query["end"])]
        return json_reply({"total": len(rows), "data": page[0] if len(page) == 1 else page} if rows else {"total": 0})


def question(asked: Asked) -> str:
    names = {"fromReceiveNotDoneDate": "open", "fromReleaseDate": "finished", "fromReceiveDate": "received"}
    return next(name for parameter, name in names.items() if parameter in asked.query)


def source(url: str, **changes: object) -> OpenCpsSource:
    usual: dict[str, object] = {"name": "one-stop", "group_id": 1, "sleep": lambda _: None}
    return OpenCpsSource(base_url=url, **(usual | changes))


def pull(server: FaultServer, landing: Landing, *known_open: str, **changes: object) -> Read:
    """`asked`: more of the request than what is open here, as a dict."""
    more = changes.pop("asked", {})
    request = PullRequest(as_of=AS_OF, known_open=frozenset(known_open), **more)
    return read(source(server.url, **changes).pull(request, landing))


def run(one_stop: OneStop, landing: Landing, *known_open: str, **changes: object) -> Read:
    with FaultServer(one_stop) as server:
        return pull(server, landing, *known_open, **changes)


def ids(pulled: Read) -> list[str | None]:
    return [record.values["source_record_id"] for record in pulled.records]


def codes(pulled: Read) -> set[str]:
    return {note.code for note in pulled.notes}
