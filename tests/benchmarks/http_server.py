"""One-stop software that answers after a fixed time: `… http_server ROWS MILLISECONDS` prints its address and serves.

All records are in the open sweep; every other list is empty. Bodies are cut from one text, so that its own work is
small beside the time it waits.
"""

import asyncio
import json
import sys
from functools import partial
from urllib.parse import parse_qs, urlsplit

from deployments.demo.dossiers import T1
from deployments.demo.wire import dossier_row, for_list

_FIRST = 20_000_000


def main(rows: int, latency: float) -> None:
    """Serve until the process is ended."""
    body = for_list(dossier_row(T1, T1.views[0]).body) | {"dossierId": "@ID", "dossierNo": "@NO"}
    asyncio.run(_serve(rows, latency, json.dumps(body, ensure_ascii=False)))


async def _serve(rows: int, latency: float, record: str) -> None:
    server = await asyncio.start_server(partial(_converse, rows, latency, record), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)  # noqa: T201
    await server.serve_forever()


async def _converse(
    rows: int, latency: float, record: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            answer = _answer(rows, record, head.split(b" ", 2)[1].decode())
            await asyncio.sleep(latency)
            start = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(answer)}\r\n\r\n"
            writer.write(start.encode() + answer)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


def _answer(rows: int, record: str, target: str) -> bytes:
    asked = {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}
    total = rows if "toReceiveNotDoneDate" in asked else 0
    first, last = int(asked.get("start", 0)), min(int(asked.get("end", 0)), total)
    bodies = (
        record.replace('"@ID"', str(_FIRST + number)).replace("@NO", f"H13.45-261109-{number:07d}")
        for number in range(first, last)
    )
    if not total:
        return b'{"total": "0"}'
    return f'{{"total": "{total}", "data": [{", ".join(bodies)}]}}'.encode()


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]) / 1000)
