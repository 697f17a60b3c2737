"""An embedded mail server on loopback that keeps every message it takes, for the demo and the tests.

It delivers nothing. It can be told to take one mail and hang up before answering, which is how an outcome becomes
uncertain. Reading what the mails say is the caller's business.
"""

import asyncio
import email.policy
import re
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from threading import RLock
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True, slots=True)
class Caught:
    """One message as received: bytes after SMTP's dot-unstuffing, CRLF line ends."""

    order: int
    sender: str
    recipients: tuple[str, ...]
    body: bytes
    answered: bool  # False: taken, then the connection was cut before the answer
    path: Path | None

    @property
    def message(self) -> EmailMessage:
        """The message parsed."""
        return BytesParser(_class=EmailMessage, policy=email.policy.default).parsebytes(self.body)

    @property
    def subject(self) -> str:
        """The decoded subject."""
        return str(self.message["Subject"] or "")


Choice = Callable[[Caught], bool]


class MailCatcher:
    """Context manager: an SMTP server on an ephemeral loopback port; `caught` holds what it took, in order.

    With a `folder`, every message also lies there as `NNN-<mailbox>.eml`, numbered on from what is already there.
    """

    host = "127.0.0.1"

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._caught: list[Caught] = []
        self._hang_ups: list[Choice] = []
        self._earlier_files = 0
        self._guard = RLock()
        self._controller = _Controller(self, self.host)

    def __enter__(self) -> Self:
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            numbers = (path.name.partition("-")[0] for path in self._folder.glob("*-*.eml"))
            self._earlier_files = max((int(number) for number in numbers if number.isdigit()), default=0)
        self._controller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._controller.stop()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._controller.port)

    @property
    def caught(self) -> tuple[Caught, ...]:
        """Everything taken so far, also what was not answered."""
        with self._guard:
            return tuple(self._caught)

    def hang_up_after(self, choice: Choice) -> None:
        """Take the next message for which `choice` is true, then cut the connection before answering. Once."""
        with self._guard:
            self._hang_ups.append(choice)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802, ARG002
        """Called by the server when a message has arrived whole."""
        taken = self._take(envelope)
        if not taken.answered:
            server.transport.abort()
            await asyncio.get_running_loop().create_future()  # cancelled when the loss of the connection is noticed
        return f"250 2.0.0 taken as {taken.order}"

    def _take(self, envelope: Envelope) -> Caught:
        body = bytes(envelope.content or b"")
        recipients = tuple(str(address) for address in envelope.rcpt_tos)
        with self._guard:
            order = len(self._caught) + 1
            path = self._file(order, recipients)
            taken = Caught(order, str(envelope.mail_from), recipients, body, answered=True, path=path)
            chosen = next((choice for choice in self._hang_ups if choice(taken)), None)
            if chosen is not None:
                self._hang_ups.remove(chosen)
                taken = Caught(order, taken.sender, recipients, body, answered=False, path=path)
            if path is not None:
                path.write_bytes(body)
            self._caught.append(taken)
        return taken

    def _file(self, order: int, recipients: tuple[str, ...]) -> Path | None:
        if self._folder is None:
            return None
        mailbox = re.sub(r"[^a-z0-9.]", "_", recipients[0].partition("@")[0].lower())
        return self._folder / f"{self._earlier_files + order:03d}-{mailbox}.eml"


class _Controller(Controller):  # type: ignore[misc]
    """aiosmtpd's controller, on a socket bound beforehand: no port is ever guessed."""

    def __init__(self, handler: MailCatcher, host: str) -> None:
        self._socket = socket.create_server((host, 0))
        super().__init__(handler, hostname=host, port=self._socket.getsockname()[1])

    def _create_server(self) -> Awaitable[Any]:
        return self.loop.create_server(self._factory_invoker, sock=self._socket)  # type: ignore[no-any-return]
