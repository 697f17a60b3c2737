"""The `[[sources]]` tables: one frozen model per kind of source.

Add a kind of source here and its reader in `tasks/sources`. Field names are the keys of the file (design §4).
"""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from tasks.rules.datasets import DATASETS, Mode
from tasks.settings_fields import (
    BaseUrl,
    CodeText,
    Encoding,
    EnvName,
    Name,
    OptionalPath,
    Section,
    refuse,
)
from tasks.settings_sql import SqlAccess

Gathering = Literal["newest", "all"]


def _same_system(given: dict[str, Any]) -> str:
    return str(given["name"])


def _usual_mode(given: dict[str, Any]) -> Mode:
    return DATASETS[given["dataset"]].mode


def _usual_files(given: dict[str, Any]) -> Gathering:
    return "newest" if given["mode"] is Mode.SNAPSHOT else "all"


class SourceSettings(Section):
    """What every source has, whatever its kind."""

    name: Name = Field(description="Short name: small letters a-z, digits, - and _. Appears in runs and reports.")
    dataset: str = Field(description="What it brings: " + ", ".join(DATASETS) + ".")
    system: Name = Field(
        default_factory=_same_system,
        description="The software the records belong to; stable for ever. Sources about the same dossiers share it.",
    )
    unit_map: OptionalPath = Field(
        default=None,
        description="CSV: the source's agency code or text, valid_from, unit_code. Without it the code is taken as is.",
    )
    status_map: dict[str, Annotated[int, Field(ge=1, le=10)]] = Field(
        default_factory=dict, description="The source's status word to the national portal's code 1-10."
    )
    max_age_hours: float = Field(
        default=26,
        gt=0,
        description="Older data counts as stale (working-day aware); dossiers, their events and recommendations only.",
    )
    enforce_from: date | None = Field(
        default=None, description="Items due before this day go to ops only. Unset: everything counts."
    )
    encoding: Encoding | None = Field(
        default=None, description="Encoding of text files when it is not UTF-8, for example cp1258 or utf-16."
    )

    @field_validator("dataset")
    @classmethod
    def _known_dataset(cls, value: str) -> str:
        if value not in DATASETS:
            raise refuse("dataset")
        return value


class OpencpsSource(SourceSettings):
    """One-stop software that speaks the OpenCPS v2 interface."""

    kind: Literal["opencps"] = Field(description="opencps")
    base_url: BaseUrl = Field(description="https address of the one-stop software, without the path.")
    base_path: str = Field(default="/o/rest/v2", pattern=r"^/[^\s?#]*$", description="Path of the interface.")
    group_id: int = Field(ge=1, description="Site number, sent as the header groupId.")
    username: str = Field(default="", description="Login name for HTTP Basic. Empty: no login, or a token.")
    password_env: EnvName = Field(default="", description="NAME of the environment variable with the password.")
    password_file: OptionalPath = Field(default=None, description="File with the password; mode 0600.")
    token_env: EnvName = Field(default="", description="NAME of the environment variable with the bearer token.")
    token_file: OptionalPath = Field(default=None, description="File with the bearer token; mode 0600.")
    ca_file: OptionalPath = Field(default=None, description="PEM file of a private certificate authority.")
    window_days: int = Field(
        default=30, ge=1, le=366, description="Finished and newly received dossiers of so many days are asked for."
    )
    history_from: date | None = Field(
        default=None,
        description="The first load and the first run of a month ask for all months of receipt since this day. "
        "Unset: only window_days.",
    )
    page_size: int = Field(default=100, ge=1, le=1000, description="Records per page.")
    concurrency: int = Field(default=2, ge=1, le=8, description="Requests on the wire at once, as the operator allows.")
    requests_per_second: float = Field(
        default=5, ge=0, le=1000, description="Requests a second on average; bursts of one second are possible. 0: any."
    )
    retry_after_seconds: float = Field(
        default=120,
        ge=0,
        le=3600,
        description="Longest wait the server may ask for; more ends the pull until next run.",
    )
    detail_limit: int = Field(
        default=200, ge=1, le=10_000, description="More open dossiers missing from the lists at once close the gate."
    )
    statistics: bool = Field(default=False, description="Keep the software's own monthly figures, once a day.")
    statistics_path: str = Field(
        default="/o/rest/statistics", pattern=r"^/[^\s?#]*$", description="Path of those figures."
    )
    timeout_seconds: float = Field(default=60, gt=0, le=3600, description="Limit for one request, body included.")
    deadline_seconds: float = Field(default=1800, gt=0, le=86_400, description="Limit for a whole pull.")
    full_deadline_seconds: float = Field(
        default=21_600, gt=0, le=172_800, description="Limit for a pull that asks for history_from."
    )
    answer_limit_mb: int = Field(
        default=64, ge=1, le=1024, description="Larger answers are refused (1 MB = 2^20 bytes)."
    )

    @field_validator("dataset")
    @classmethod
    def _dossiers_only(cls, value: str) -> str:
        if value != "dossiers":
            raise refuse("opencps_dataset")
        return value


class FilesSource(SourceSettings):
    """CSV or XLSX files dropped into a folder."""

    kind: Literal["files"] = Field(description="files")
    path: str = Field(min_length=1, description="File or pattern with * (csv, xlsx).")
    mode: Mode = Field(
        default_factory=_usual_mode,
        description="snapshot: a file tells everything, missing rows have ended. delta: only what is new.",
    )
    files: Gathering = Field(
        default_factory=_usual_files, description="newest: the newest file only. all: every file, oldest first."
    )
    name_date: str = Field(
        default="", description="Form of the date in the file name, e.g. %Y%m%d. Empty: the file's own time."
    )
    unit_code: CodeText | None = Field(
        default=None, min_length=1, description="For layouts without that column: the same unit for every row."
    )
    status: CodeText | None = Field(
        default=None, min_length=1, description="For layouts without that column: the same status for every row."
    )
    delimiter: Literal[",", ";", "\t", "|"] | None = Field(
        default=None, description="Separator of a CSV file. Unset: found by its heading."
    )

    settle_seconds: float = Field(
        default=0, ge=0, le=86_400, description="A file changed less than so many seconds ago is left for the next run."
    )

    @field_validator("name_date")
    @classmethod
    def _has_a_day(cls, value: str) -> str:
        if value and not all(part in value for part in ("%Y", "%m", "%d")):
            raise refuse("name_date")
        return value

    @property
    def constants(self) -> dict[str, str]:
        """Canonical columns that the configuration fills for every row."""
        given = {"unit_code": self.unit_code, "status": self.status}
        return {column: text for column, text in given.items() if text is not None}


class SqlSource(SqlAccess, SourceSettings):
    """A database or reporting view that may be read."""

    kind: Literal["sql"] = Field(description="sql")
    mode: Mode = Field(
        default_factory=_usual_mode,
        description="snapshot: the view tells everything, missing rows have ended. delta: it may tell less.",
    )
    unit_code: CodeText | None = Field(
        default=None, min_length=1, description="For views without that column: the same unit for every row."
    )
    status: CodeText | None = Field(
        default=None, min_length=1, description="For views without that column: the same status for every row."
    )

    @model_validator(mode="after")
    def _fits_together(self) -> "SqlSource":
        if bool(self.view) == bool(self.query):
            raise refuse("sql_view_or_query")
        if not set(self.columns) <= {column.name for column in DATASETS[self.dataset].columns}:
            raise refuse("sql_columns")
        if self.updated_column and self.mode is Mode.SNAPSHOT:
            raise refuse("sql_updated_snapshot")
        return self

    @property
    def constants(self) -> dict[str, str]:
        """Canonical columns that the configuration fills for every row."""
        given = {"unit_code": self.unit_code, "status": self.status}
        return {column: text for column, text in given.items() if text is not None}


Source = Annotated[OpencpsSource | FilesSource | SqlSource, Field(discriminator="kind")]
