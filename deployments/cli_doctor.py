"""`dondoc doctor`: whether this installation can do its work; one line a finding, with what to do about it.

It looks and logs in, it changes nothing and sends nothing. What needs a person today is `status`'s business.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from deployments.cli_context import CliContext, print_json, shown
from deployments.cli_words import say

if TYPE_CHECKING:
    from tasks.rules.working_calendar import WorkingCalendar
    from tasks.settings import Settings

OK, WARNING, FAULT = "ok", "warning", "fault"
_SIGNS = {OK: "✓", WARNING: "!", FAULT: "✗"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    about: str
    state: str
    text: str


def doctor(context: typer.Context) -> None:
    """Cấu hình, kho dữ liệu, lịch làm việc, nguồn, máy chủ thư: mỗi dòng một việc; mã kết thúc 0 hoặc 2."""
    from deployments.cli_explain import working_time
    from deployments.cli_mail import act_now

    cli = shown(context)
    settings, locale = cli.settings(), cli.locale()
    findings = [Finding("configuration", OK, say("doctor_config", locale, path=cli.config))]
    mode, found = _warehouse(cli, settings, locale)
    findings += found
    findings += calendar_findings(working_time(cli)[0], act_now(cli, ""), locale)
    findings += _sources(settings, locale)
    findings += _smtp(settings, mode, locale)
    report(cli, findings)


def report(cli: CliContext, findings: list[Finding]) -> None:
    """Print the findings; ends with 2 when one is a fault."""
    if cli.json:
        print_json([{"about": f.about, "state": f.state, "text": f.text} for f in findings])
    else:
        for finding in findings:
            typer.echo(f"{_SIGNS[finding.state]} {finding.text}")
    if any(finding.state == FAULT for finding in findings):
        raise typer.Exit(2)


def calendar_findings(calendar: "WorkingCalendar", now: datetime, locale: str) -> list[Finding]:
    """This year must be known and announced; next year should be known, and is often still provisional."""
    from tasks.rules.timezone import HANOI

    this_year = now.astimezone(HANOI).year
    found = []
    for year in (this_year, this_year + 1):
        if year not in calendar.years:
            state = FAULT if year == this_year else WARNING
            found.append(Finding("calendar", state, say("doctor_year_unknown", locale, year=year)))
        elif calendar.is_provisional(year):
            found.append(Finding("calendar", WARNING, say("doctor_year_provisional", locale, year=year)))
        else:
            found.append(Finding("calendar", OK, say("doctor_year", locale, year=year, version=calendar.version)))
    return found


def _warehouse(cli: CliContext, settings: "Settings", locale: str) -> tuple[str, list[Finding]]:
    """The mode in force and what was found."""
    from warehouse import desk
    from warehouse.errors import WarehouseError

    configured = settings.mail.mode
    try:
        with cli.reading() as conn:
            switch = desk.mail_switch(conn)
    except WarehouseError as error:
        missing = getattr(error, "code", "") == "missing"
        text = say("doctor_no_warehouse", locale) if missing else str(error)
        return configured, [Finding("warehouse", WARNING if missing else FAULT, text)]
    found = [Finding("warehouse", OK, say("doctor_warehouse", locale))]
    if switch.stopped:
        text = say("attention_stopped", locale, by=switch.stopped_by, reason=switch.stopped_reason)
        found.append(Finding("mail", WARNING, text))
    mode = switch.mode or configured
    key, state = ("doctor_mode_differs", WARNING) if mode != configured else ("doctor_mode", OK)
    found.append(Finding("mail", state, say(key, locale, mode=mode, configured=configured)))
    return mode, found


def _sources(settings: "Settings", locale: str) -> Iterator[Finding]:
    from tasks.settings import FilesSource

    if not settings.sources:
        yield Finding("sources", FAULT, say("doctor_no_sources", locale))
    for source in settings.sources:
        if not isinstance(source, FilesSource):
            host = source.base_url if source.kind == "opencps" else source.url
            yield Finding(source.name, OK, say("doctor_host", locale, name=source.name, host=host))
            continue
        path = Path(source.path)
        there = any(path.parent.glob(path.name))
        key = "doctor_files" if there else "doctor_no_files"
        yield Finding(source.name, OK if there else FAULT, say(key, locale, name=source.name, path=source.path))


def _smtp(settings: "Settings", mode: str, locale: str) -> Iterator[Finding]:
    from tasks.mail.transport import SmtpSettings, open_mailer
    from tasks.settings import SecretError, read_secret

    mail = settings.mail
    where = f"{mail.host}:{mail.port}"
    if mode == "shadow":
        yield Finding("smtp", OK, say("doctor_smtp_shadow", locale, where=where))
        return
    try:
        password = read_secret(mail.password_env, mail.password_file, os.environ) if mail.username else ""
        connection = SmtpSettings(
            host=mail.host,
            port=mail.port,
            sender=mail.sender,
            security=mail.security,
            username=mail.username,
            password=password,
            ca_file=mail.ca_file,
            timeout_seconds=min(mail.timeout_seconds, 10.0),
        )
        with open_mailer(connection) as mailer:
            mailer.login()
    except SecretError as error:
        yield Finding("smtp", FAULT, say("doctor_smtp_secret", locale, where=where, code=error.code))
    except OSError as error:
        text = say("doctor_smtp_failed", locale, where=where, kind=type(error).__name__)
        yield Finding("smtp", FAULT, text)
    else:
        yield Finding("smtp", OK, say("doctor_smtp", locale, where=where))
