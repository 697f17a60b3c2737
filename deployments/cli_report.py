"""A run's report for people: a few lines."""

from collections.abc import Iterator
from typing import Any

from deployments.cli_words import WORDS, say
from deployments.refusal_words import refusal


def told_report(report: dict[str, Any], locale: str) -> str:
    """The report of `dondoc run …` as text."""
    lines = head_lines(report, locale)
    if _is_busy(report):
        return "\n".join(lines)
    if report["flow"] == "housekeeping":
        return "\n".join([*lines, *_swept(report, locale)])
    lines.append(say("run_flags", locale, **report["flags"]))
    lines.append(say("run_mails", locale, **report["mails"]))
    lines += [f"  {report[told]}" for told in ("mail_fault", "mail_waits") if report.get(told)]
    return "\n".join(lines)


def head_lines(report: dict[str, Any], locale: str, *, only_looked: bool = False) -> list[str]:
    """What every run tells first: how it ended, whether it was real, what its sources brought (or only showed)."""
    lines = [say("run_line", locale, **{k: report[k] for k in ("flow", "as_of", "state", "exit_status")})]
    if _is_busy(report):
        return [lines[0], f"  {refusal('LockBusyError', locale, holder=report['why_idle'])}"]
    if report.get("dry_run"):
        lines.append(say("dry_run", locale))
    if report.get("warehouse_fault"):
        lines.append(f"  {report['warehouse_fault']}")
    if report.get("why_idle"):
        known = f"why_idle_{report['why_idle']}"
        lines.append(say(known, locale) if known in WORDS else f"  {report['why_idle']}")
    for source in report["sources"]:
        lines.append(say("run_looked" if only_looked else "run_source", locale, **source))
        if source["error"]:
            lines.append(f"    {source['error']}")
    return lines


def _swept(report: dict[str, Any], locale: str) -> Iterator[str]:
    from deployments import housekeeping_words as words

    if report["swept"]:
        key = "would_sweep" if report["dry_run"] else "swept"
        yield words.say(key, locale, counts=words.counted(report["swept"], locale))
    if report["audit"]:
        yield words.say("audit_head", locale, **report["audit"])
    if report["backup"]:
        yield words.say("backup_night", locale, **report["backup"])


def _is_busy(report: dict[str, Any]) -> bool:
    return report["state"] == "busy" and not report.get("warehouse_fault")
