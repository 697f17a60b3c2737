"""`dondoc doctor`: whether this installation can do its work; one line a finding, with what to do about it.

It looks and logs in, it changes nothing and sends nothing. What needs a person today is `status`'s business.
"""

import os
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import typer

from deployments.cli_context import CliContext, print_json, shown
from deployments.cli_words import say
from deployments.doctor_words import say as doctor_say
from deployments.findings import FAULT, OK, WARNING, Finding

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from tasks.rules.working_calendar import WorkingCalendar
    from tasks.settings import Settings

_SIGNS = {OK: "✓", WARNING: "!", FAULT: "✗"}
_ORDER = (FAULT, WARNING, OK)


def doctor(context: typer.Context) -> None:
    """Còn thiếu gì để chạy thật, việc quan trọng trước; mã kết thúc 0 khi sẵn sàng, 2 khi còn việc phải làm."""
    from deployments.cli_explain import working_time
    from deployments.cli_mail import act_now
    from deployments.doctor_keeping import keeping_findings
    from deployments.doctor_sources import source_findings

    cli = shown(context)
    settings, locale = cli.settings(), cli.locale()
    calendar = working_time(cli)[0]
    findings = list(_configuration(cli, locale))
    mode, found, data = _warehouse(cli, settings, calendar, locale)
    findings += found
    findings += _smtp(settings, mode, locale)
    findings += source_findings(settings, locale)
    findings += calendar_findings(calendar, act_now(cli, ""), locale)
    findings += keeping_findings(settings, act_now(cli, ""), locale)
    report(cli, findings + data, verdict=True)


def _configuration(cli: CliContext, locale: str) -> Iterator[Finding]:
    """Faults that stop a run, secrets that are not there included."""
    from tasks.settings import ConfigError, load_settings

    try:
        load_settings(cli.config, os.environ)
    except ConfigError as error:
        yield from (Finding("configuration", FAULT, str(fault)) for fault in error.faults)
    else:
        yield Finding("configuration", OK, say("doctor_config", locale, path=cli.config))


def report(cli: CliContext, findings: list[Finding], *, verdict: bool = False) -> None:
    """Print the findings, faults first, and the verdict over all where asked; ends with 2 when there is a fault."""
    findings = sorted(findings, key=lambda finding: _ORDER.index(finding.state))
    faults = sum(finding.state == FAULT for finding in findings)
    if cli.json:
        print_json([{"about": f.about, "state": f.state, "text": f.text} for f in findings])
    else:
        for finding in findings:
            typer.echo(f"{_SIGNS[finding.state]} {finding.text}")
        if verdict:
            typer.echo(doctor_say("not_ready" if faults else "ready", cli.locale(), n=faults))
    if faults:
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


def _warehouse(
    cli: CliContext, settings: "Settings", calendar: "WorkingCalendar", locale: str
) -> tuple[str, list[Finding], list[Finding]]:
    """The mode in force, what was found of the database and the mail desk, and what its data lack."""
    from warehouse.errors import WarehouseError

    configured = settings.mail.mode
    try:
        with cli.reading() as conn:
            mode, found = _mail_desk(conn, configured, locale)
            data = list(_data(cli, conn, settings, calendar, locale))
    except WarehouseError as error:
        missing = getattr(error, "code", "") == "missing"
        text = say("doctor_no_warehouse", locale) if missing else str(error)
        return configured, [Finding("warehouse", WARNING if missing else FAULT, text)], []
    opened = Finding("warehouse", OK, say("doctor_warehouse", locale))
    return mode, [opened, *found], data + list(_first_day(cli, settings, locale))


def _mail_desk(conn: "Connection", configured: str, locale: str) -> tuple[str, list[Finding]]:
    from warehouse import desk

    switch, found = desk.mail_switch(conn), []
    if switch.stopped:
        text = say("attention_stopped", locale, by=switch.stopped_by, reason=switch.stopped_reason)
        found.append(Finding("mail", WARNING, text))
    mode = switch.mode or configured
    key, state = ("doctor_mode_differs", WARNING) if mode != configured else ("doctor_mode", OK)
    return mode, [*found, Finding("mail", state, say(key, locale, mode=mode, configured=configured))]


def _data(
    cli: CliContext, conn: "Connection", settings: "Settings", calendar: "WorkingCalendar", locale: str
) -> Iterator[Finding]:
    from deployments.attention import source_states
    from deployments.doctor_directory import directory_findings, procedure_findings
    from deployments.doctor_sources import freshness_findings
    from deployments.mornings import desk_now
    from tasks.rules.release import QUARANTINE_DAYS, overdue_since
    from tasks.rules.timezone import HANOI
    from warehouse.quarantine_desk import count_since

    now = desk_now(cli, conn)
    yield from freshness_findings(source_states(conn, settings, now), locale)
    yield from directory_findings(conn, now.astimezone(HANOI).date(), locale)
    yield from procedure_findings(conn, locale)
    if old := count_since(conn, overdue_since(calendar, now)):
        yield Finding("quarantine", WARNING, doctor_say("quarantine", locale, n=old, days=QUARANTINE_DAYS))


def _first_day(cli: CliContext, settings: "Settings", locale: str) -> Iterator[Finding]:
    """Sources whose old matters would all go out on the first live day."""
    from deployments.first_day import mails_of_first_day, old_matters

    old = old_matters(cli, settings)
    if old:
        mails = mails_of_first_day(cli)
        for name, number in old.items():
            text = doctor_say("enforce_from", locale, name=name, n=number, mails=mails)
            yield Finding("enforce_from", WARNING, text)


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
