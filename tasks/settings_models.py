"""The shape of `dondoc.toml` (design §4): one frozen model per table, every key described.

Add a key here with its description, its line in the starter file (deployments/init_templates) and a test.
Reading files and environment stays in `settings`, sentences in `settings_messages`.
"""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from tasks.rules.model import Flag
from tasks.settings_fields import Clock, Hours, Section, refuse
from tasks.settings_mail import MailSettings, ReminderSettings
from tasks.settings_sources import Source

WORKING_HOURS = ("07:30-11:30", "13:30-17:00")
SHIPPED_SCHEDULES: dict[str, Any] = {"S8": {"working_hours": ("07:00-11:30", "13:30-17:00")}}


class WarehouseSettings(Section):
    """Where the truth is kept."""

    url: str = Field(
        default="sqlite:///var/dondoc.sqlite3", description="sqlite:///path or postgresql+psycopg://user@host/db."
    )
    sandbox: bool = Field(default=False, description="true: any as_of may really send (demo, tests).")

    @field_validator("url")
    @classmethod
    def _known_engine(cls, value: str) -> str:
        if value.startswith("postgresql+psycopg://"):
            return value
        if not value.startswith("sqlite:///") or value in ("sqlite:///", "sqlite:///:memory:"):
            raise refuse("warehouse_url")
        return value


class LandingSettings(Section):
    """Where pulled bodies are kept as received."""

    path: str = Field(default="var/landing", min_length=1, description="Folder, or any fsspec URL.")
    retention_days: int = Field(default=30, ge=1, description="Landed bodies are deleted after so many days.")


class RetentionSettings(Section):
    """How long things are kept once they are settled; bodies as received have their own limit under [landing]."""

    versions_days: int = Field(
        default=1095, ge=180, description="Replaced versions of finished dossiers, their events, contacts, absences."
    )
    quarantine_days: int = Field(default=90, ge=30, description="Content of quarantined rows, from their closing on.")
    runs_days: int = Field(default=400, ge=60, description="Runs that found nothing to do; figures the sources told.")
    files_days: int = Field(default=400, ge=30, description="Cards, quality pages, reports, reconciliations under var.")
    backups_kept: int = Field(
        default=7, ge=0, le=1000, description="Nightly backups under var/backups; 0: none is made."
    )


class ScheduleSettings(Section):
    """Office hours of a named schedule."""

    working_hours: Hours = Field(description="Spans of the day, e.g. 07:00-11:30.")


def _shipped_schedules() -> dict[str, ScheduleSettings]:
    return {name: ScheduleSettings.model_validate(value) for name, value in SHIPPED_SCHEDULES.items()}


class CalendarSettings(Section):
    """Office hours and what the province adds to the shipped table of holidays."""

    working_hours: Hours = Field(default=WORKING_HOURS, description="Office hours.")
    same_day_cutoff: Clock = Field(default="15:00", description="Same-day procedures received later: next working day.")
    saturday_counts: bool = Field(default=False, description="true only where Saturday is a working day by decision.")
    files: tuple[Path, ...] = Field(default=(), description="CSV files that add to or override the shipped table.")
    folder: Path = Field(
        default=Path("calendar"),
        description="Every CSV file in it counts too; `calendar apply` puts them there.",
    )
    schedules: dict[str, ScheduleSettings] = Field(
        default_factory=_shipped_schedules, description="Other office hours by name; S8 is shipped."
    )

    @field_validator("schedules", mode="before")
    @classmethod
    def _with_shipped(cls, value: Any) -> Any:
        return {**SHIPPED_SCHEDULES, **value} if isinstance(value, dict) else value


class GateSettings(Section):
    """When a source's records are not promoted, per source."""

    max_quarantine_ratio: float = Field(default=0.05, ge=0, le=1, description="Share of bad rows that closes the gate.")
    min_quarantined: int = Field(default=20, ge=0, description="And at least so many bad rows; always closed at half.")
    max_vanished_ratio: float = Field(default=0.05, ge=0, le=1, description="Share of open records gone at once.")
    band: tuple[float, float] = Field(
        default=(0.5, 2.0), description="Flagged count against the median of the last 5 promoted runs."
    )

    @field_validator("band")
    @classmethod
    def _ordered(cls, value: tuple[float, float]) -> tuple[float, float]:
        if not 0 <= value[0] < value[1]:
            raise refuse("band")
        return value


class FlagSettings(Section):
    """Which flags are computed, and after how long."""

    off: tuple[Flag, ...] = Field(default=(), description="Flags not computed.")
    stalled_working_days: int = Field(default=10, ge=1, description="stalled: open so long without an event.")
    stale_working_days: int = Field(default=15, ge=1, description="stale: so long without a change of content.")
    no_plan_working_days: int = Field(default=10, ge=1, description="no_plan: so long after issue without a plan.")


class ReconcileSettings(Section):
    """What admins compare with."""

    registers: Path = Field(default=Path("registers"), description="Shared folder of register files.")


class ScaleSettings(Section):
    """More processes or machines for the same work (docs/scale.md)."""

    side_by_side: bool = Field(
        default=False, description="true: a scheduled sync starts one run a source, on whichever worker is free."
    )
    dask: bool = Field(default=False, description="true: the parts of a big load go to Dask workers (extra `dask`).")
    workers: int = Field(default=2, ge=1, le=64, description="Dask workers started on this machine without an address.")
    address: str = Field(
        default="", pattern=r"^((tcp|tls)://[^/\s]+)?$", description="Scheduler of a Dask cluster that is there."
    )


class ServerSettings(Section):
    """Where `dondoc up` listens, and who may come in."""

    host: str = Field(default="127.0.0.1", min_length=1, description="127.0.0.1: this machine only; 0.0.0.0: anybody.")
    port: int = Field(default=4200, ge=1, le=65535, description="Port of the web pages and of the interface.")
    login: bool = Field(default=False, description="Ask for a login also on this machine; beyond it one is always due.")
    public_url: str = Field(
        default="", pattern=r"^(https://[^/\s]+)?$", description="Address behind a TLS proxy, as people type it."
    )


class Settings(BaseSettings):
    """The whole configuration. Build it with `tasks.settings.load_settings`."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix="DONDOC_", env_nested_delimiter="__", env_ignore_empty=True
    )

    timezone: Literal["Asia/Ho_Chi_Minh"] = Field(default="Asia/Ho_Chi_Minh", description="All of Viet Nam.")
    locale: Literal["vi", "en"] = Field(default="vi", description="Language of what people read: vi or en.")
    warehouse: WarehouseSettings = Field(default=WarehouseSettings(), description="The database.")
    landing: LandingSettings = Field(default=LandingSettings(), description="Bodies as received.")
    retention: RetentionSettings = Field(default=RetentionSettings(), description="How long things are kept.")
    calendar: CalendarSettings = Field(default=CalendarSettings(), description="Working time.")
    sources: Annotated[tuple[Source, ...], Field(description="Where records come from.")] = ()
    gates: GateSettings = Field(default=GateSettings(), description="Safety gates.")
    mail: MailSettings = Field(description="Sending.")
    reminders: ReminderSettings = Field(default=ReminderSettings(), description="Reminding.")
    flags: FlagSettings = Field(default=FlagSettings(), description="Flags.")
    reconcile: ReconcileSettings = Field(default=ReconcileSettings(), description="Reconciliation.")
    scale: ScaleSettings = Field(default=ScaleSettings(), description="More than one process.")
    server: ServerSettings = Field(default=ServerSettings(), description="The server of `dondoc up`.")

    _folder: Path = PrivateAttr(default=Path())

    @property
    def folder(self) -> Path:
        """Folder of the configuration file; relative paths start there."""
        return self._folder

    @property
    def named_files(self) -> frozenset[Path]:
        """Files that the configuration names and that are part of it; secrets are not among them."""
        unit_maps = (getattr(source, "unit_map", None) for source in self.sources)
        return frozenset(self.calendar.files) | {path for path in unit_maps if path is not None}

    @property
    def var(self) -> Path:
        """Where files of this installation live: beside the landing."""
        path = self.landing.path
        return self.folder / "var" if "://" in path else Path(path).parent

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what it is given: `load_settings` merges file and environment, so that a fault can name its place."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)
