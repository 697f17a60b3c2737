"""Configured sources become readers and contexts: the one place where settings meet `tasks/sources`."""

from datetime import timedelta
from pathlib import Path

from tasks.intake.normalise import NormaliseContext
from tasks.intake.status_words import STATUS_WORDS
from tasks.intake.text import fold
from tasks.intake.unit_map import load_unit_map
from tasks.rules.datasets import DATASETS
from tasks.run_context import Run
from tasks.settings import FilesSource as FilesSettings
from tasks.settings import OpencpsSource as OpencpsSettings
from tasks.settings import Source as SourceSettings
from tasks.settings import SqlSource as SqlSettings
from tasks.settings import read_secret
from tasks.sources.files import FilesSource
from tasks.sources.http_pace import Politeness
from tasks.sources.looking import Looking
from tasks.sources.opencps import OpenCpsSource
from tasks.sources.sql import SqlSource


def make_source(settings: SourceSettings) -> Looking:
    """The reader of a configured source. Secrets are read here, at the moment of use.

    Raises:
        SecretError: a configured password or token cannot be had.
        SourceFault: the unit map cannot be read.
    """
    if isinstance(settings, OpencpsSettings):
        return _opencps(settings)
    return _sql(settings) if isinstance(settings, SqlSettings) else _files(settings)


def normalise_context(run: Run, settings: SourceSettings) -> NormaliseContext:
    """What this source's cells mean."""
    words = dict(STATUS_WORDS) | {fold(word): str(code) for word, code in settings.status_map.items()}
    return NormaliseContext(
        as_of=run.clock.as_of,
        opening=run.hours.opening,
        closing=run.hours.closing,
        constants={} if isinstance(settings, OpencpsSettings) else settings.constants,
        unit_map=load_unit_map(settings.unit_map) if settings.unit_map else None,
        status_map=words,
    )


def _files(settings: FilesSettings) -> FilesSource:
    return FilesSource(
        name=settings.name,
        dataset=DATASETS[settings.dataset],
        path=Path(settings.path),
        mode=settings.mode,
        files=settings.files,
        name_date=settings.name_date or None,
        constants=settings.constants,
        encoding=settings.encoding or "auto",
        delimiter=settings.delimiter,
        settle_seconds=settings.settle_seconds,
        unit_map=load_unit_map(settings.unit_map) if settings.unit_map else None,
    )


def _opencps(settings: OpencpsSettings) -> OpenCpsSource:
    return OpenCpsSource(
        name=settings.name,
        base_url=settings.base_url,
        base_path=settings.base_path,
        group_id=settings.group_id,
        username=settings.username,
        password=read_secret(settings.password_env, settings.password_file),
        token=read_secret(settings.token_env, settings.token_file),
        status_map={word: str(code) for word, code in settings.status_map.items()},
        window_days=settings.window_days,
        history_from=settings.history_from,
        page_size=settings.page_size,
        politeness=Politeness(
            concurrency=settings.concurrency,
            per_second=settings.requests_per_second,
            longest_wait=settings.retry_after_seconds,
        ),
        detail_cap=settings.detail_limit,
        statistics_path=settings.statistics_path if settings.statistics else "",
        timeout_seconds=settings.timeout_seconds,
        deadline_seconds=settings.deadline_seconds,
        full_deadline_seconds=settings.full_deadline_seconds,
        body_limit=settings.answer_limit_mb * 1024 * 1024,
        ca_file=settings.ca_file,
    )


def _sql(settings: SqlSettings) -> SqlSource:
    return SqlSource(
        name=settings.name,
        dataset=DATASETS[settings.dataset],
        url=settings.url,
        password=read_secret(settings.password_env, settings.password_file),
        view=settings.view,
        query=settings.query,
        columns=settings.columns,
        key=settings.key,
        updated_column=settings.updated_column,
        overlap=timedelta(minutes=settings.overlap_minutes),
        full_sweep_days=settings.full_sweep_days,
        mode=settings.mode,
        constants=settings.constants,
        page_rows=settings.page_rows,
        timeout_seconds=settings.timeout_seconds,
        deadline_seconds=settings.deadline_seconds,
    )
