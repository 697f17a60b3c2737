"""yagmail carries every mail: verified TLS, one connection a batch, one attempt a mail, the fate always known or said.

yagmail's own `send` is never called: it sends again by itself when an answer is lost. Judging an error is `outcome`'s
business, building the bytes `message`'s, and when to try again the ledger's.
"""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yagmail

from tasks.mail.message import AddressRefusedError, check_address
from tasks.mail.outcome import Outcome as Outcome
from tasks.mail.outcome import Phase, judge
from tasks.rules.loopback import is_loopback

_OK = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSettings:
    """Where mails leave. Raises ValueError for what must not be: plain text beyond this machine, a login without
    password, an impossible sender. The password never shows in a repr.
    """

    host: str
    port: int
    sender: str
    security: Literal["tls", "starttls", "none"] = "tls"
    username: str = ""
    password: str = field(default="", repr=False)
    ca_file: Path | None = None
    timeout_seconds: float = 60.0
    ehlo_name: str | None = None

    def __post_init__(self) -> None:
        if self.security not in ("tls", "starttls", "none"):
            raise ValueError("security")
        if self.security == "none" and not is_loopback(self.host):
            raise ValueError("security")
        if self.username and not self.password:
            raise ValueError("password")
        if not self.timeout_seconds > 0:
            raise ValueError("timeout_seconds")
        try:
            check_address(self.sender, "From")
        except AddressRefusedError:
            raise ValueError("sender") from None


class Mailer(yagmail.SMTP):  # type: ignore[misc]
    """A connection that hands over finished messages, one attempt each. Not for several threads."""

    smtp: Any
    is_closed: bool | None

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._phase = Phase.CONNECT
        context = _context(settings.ca_file) if settings.security != "none" else None
        more: dict[str, Any] = {"context": context} if settings.security == "tls" else {}
        super().__init__(
            user={settings.sender: settings.sender},
            password="",  # the login is ours, below; None would make yagmail ask at the terminal
            host=settings.host.strip("[]"),
            port=settings.port,
            smtp_ssl=settings.security == "tls",
            smtp_starttls={"context": context} if settings.security == "starttls" else False,
            smtp_skip_login=True,
            soft_email_validation=False,
            timeout=settings.timeout_seconds,
            local_hostname=settings.ehlo_name,
            **more,
        )
        self.set_logging(None)

    def deliver(self, address: str, message: bytes, on_data: Callable[[], None]) -> Outcome:
        """Hand one message to one address. `on_data` runs before the first byte of the message leaves; what it raises
        goes through, and nothing was sent.
        """
        try:
            check_address(address, "To")
        except AddressRefusedError:
            return Outcome(kind="refused", code="address")
        guard = _Guard(on_data)
        try:
            self._attempt(address, message, guard)
        except OSError as error:
            self._drop()
            if error is guard.fault:
                raise
            return judge(error, self._phase)
        except BaseException:
            self._drop()
            raise
        return Outcome(kind="handed", code=str(_OK))

    def login(self) -> None:
        """Use the open connection while it answers, else connect, secure and log in."""
        if self.smtp is not None and not self.is_closed:
            with suppress(OSError):
                if self.smtp.noop()[0] == _OK:
                    return
        self._drop()
        super().login()
        if self._settings.username:
            self._phase = Phase.LOGIN
            self.smtp.login(self._settings.username, self._settings.password)

    def close(self) -> None:
        """Say goodbye; a server that does not answer is left."""
        if self.smtp is not None and not self.is_closed:
            with suppress(OSError):
                self.smtp.quit()
        self._drop()

    def _attempt(self, address: str, message: bytes, guard: "_Guard") -> None:
        self._phase = Phase.CONNECT
        self.login()
        self._phase = Phase.ENVELOPE
        connection = self.smtp
        original = connection.data

        def data(body: bytes) -> tuple[int, bytes]:
            guard()
            self._phase = Phase.DATA
            answer: tuple[int, bytes] = original(body)
            return answer

        connection.data = data
        try:
            connection.sendmail(self.user, [address], message)
        finally:
            del connection.data

    def _drop(self) -> None:
        """Hang up without a word: after a lost answer a QUIT would only wait again."""
        connection, self.smtp, self.is_closed = self.smtp, None, True
        if connection is not None:
            connection.close()


class _Guard:
    """Calls `on_data` and remembers what it raised, so that its OSErrors are not taken for the network's."""

    def __init__(self, on_data: Callable[[], None]) -> None:
        self._on_data = on_data
        self.fault: BaseException | None = None

    def __call__(self) -> None:
        try:
            self._on_data()
        except BaseException as fault:
            self.fault = fault
            raise


@contextmanager
def open_mailer(settings: SmtpSettings) -> Iterator[Mailer]:
    """A mailer for one batch. Connects with the first mail; the connection is closed in the end."""
    mailer = Mailer(settings)
    try:
        yield mailer
    finally:
        mailer.close()


def _context(ca_file: Path | None) -> ssl.SSLContext:
    """Verifies certificate and name; a private authority replaces the system's."""
    context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
