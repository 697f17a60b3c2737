"""A raw-socket SMTP server that does as it is told: per verb an answer, a silence or a hang-up. Records what arrived.

`ScriptedSmtp({"RCPT": "451 later"})` answers every RCPT so; a list gives one answer after the other, the last one for
good. Special answers: DROP hangs up, SILENT never answers. Verbs: BANNER, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA (the
command), BODY (inside the message), DOT (after the final dot), NOOP.
"""

import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

DROP, SILENT = "<drop>", "<silent>"
_USUAL = {
    "BANNER": "220 scripted",
    "AUTH": "235 welcome",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "DATA": "354 go on",
    "DOT": "250 taken",
    "NOOP": "250 ok",
    "RSET": "250 ok",
    "QUIT": "221 bye",
    "STARTTLS": "220 go on",
}


class _HangUpError(Exception):
    pass


@dataclass
class ScriptedSmtp:
    """Context manager; `port` is open inside it. `accepted` holds (recipient, body) of messages received to the dot
    and not answered with a no: what a real server may have kept.
    """

    script: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    features: Sequence[str] = ("SIZE 10000000",)
    context: ssl.SSLContext | None = None
    implicit_tls: bool = False
    accepted: list[tuple[str, bytes]] = field(default_factory=list)
    verbs: list[str] = field(default_factory=list)
    connections: int = 0
    body_bytes: int = 0

    def __enter__(self) -> "ScriptedSmtp":
        self._left = {verb: [a] if isinstance(a, str) else list(a) for verb, a in self.script.items()}
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(timeout=10)
        assert not self._thread.is_alive()

    def _serve(self) -> None:
        while not self._stop.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            with suppress(OSError, _HangUpError):
                self._talk(connection)
            with suppress(OSError):
                connection.close()

    def _talk(self, plain: socket.socket) -> None:
        self._socket = plain
        if self.implicit_tls and self.context:
            self._socket = self.context.wrap_socket(plain, server_side=True)
        self._lines = self._socket.makefile("rb")
        self._answer("BANNER")
        recipient = ""
        while line := self._lines.readline():
            text = line.decode("ascii", "replace").strip()
            verb = text.split()[0].upper() if text else ""
            self.verbs.append(verb)
            match verb:
                case "EHLO":
                    self._ehlo()
                case "STARTTLS":
                    self._starttls()
                case "RCPT":
                    recipient = text.partition("<")[2].partition(">")[0]
                    self._answer("RCPT")
                case "DATA":
                    if self._answer("DATA").startswith("354"):
                        self._message(recipient)
                case "QUIT":
                    self._answer("QUIT")
                    return
                case _:
                    self._answer(verb)

    def _ehlo(self) -> None:
        if "EHLO" in self._left:
            self._answer("EHLO")
            return
        lines = ["scripted", *self.features]
        self._say("\r\n".join(f"250{'-' if i < len(lines) - 1 else ' '}{x}" for i, x in enumerate(lines)))

    def _starttls(self) -> None:
        if self._answer("STARTTLS").startswith("220") and self.context:
            self._socket = self.context.wrap_socket(self._socket, server_side=True)
            self._lines = self._socket.makefile("rb")

    def _message(self, recipient: str) -> None:
        if "BODY" in self._left:
            self.body_bytes += len(self._socket.recv(1))
            self._answer("BODY")
        body = b""
        while (line := self._lines.readline()) not in (b".\r\n", b""):
            body += line.removeprefix(b".")
        self.body_bytes += len(body)
        answer = self._next("DOT")
        if not answer.startswith(("4", "5")):
            self.accepted.append((recipient, body))
        self._do(answer)

    def _next(self, verb: str) -> str:
        answers = self._left.get(verb)
        if not answers:
            return _USUAL.get(verb, "502 unknown")
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def _answer(self, verb: str) -> str:
        answer = self._next(verb)
        self._do(answer)
        return answer

    def _do(self, answer: str) -> None:
        if answer == DROP:
            self._socket.shutdown(socket.SHUT_RDWR)
            raise _HangUpError
        if answer == SILENT:
            while self._socket.recv(4096):  # until the other side gives up
                pass
            raise _HangUpError
        self._say(answer)

    def _say(self, text: str) -> None:
        self._socket.sendall(text.encode() + b"\r\n")
