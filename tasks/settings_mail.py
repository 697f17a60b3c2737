"""The tables `[mail]` and `[reminders]` of `dondoc.toml`: how mails leave, when, and to whom next.

The other tables stand in `settings_models`. What the values mean for a digest is decided in `tasks/rules`.
"""

from datetime import time
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from tasks.rules.model import Audience
from tasks.settings_fields import (
    Address,
    Clock,
    EnvName,
    HeaderText,
    OptionalPath,
    Section,
    Span,
    Weekday,
    parse_clock,
    parse_span,
    refuse,
)


class MailSettings(Section):
    """How mails leave."""

    mode: Literal["shadow", "ops", "live"] = Field(
        default="shadow", description="shadow: to nobody; ops: to ops only; live. Then `dondoc mail mode` decides."
    )
    host: HeaderText = Field(default="127.0.0.1", min_length=1, description="SMTP server.")
    port: int = Field(default=2525, ge=1, le=65535, description="Its port.")
    security: Literal["tls", "starttls", "none"] = Field(default="tls", description="none only on this machine.")
    username: HeaderText = Field(default="", description="Login name; empty: no login.")
    password_env: EnvName = Field(default="", description="NAME of the environment variable with the password.")
    password_file: OptionalPath = Field(default=None, description="File with the password; mode 0600.")
    ca_file: OptionalPath = Field(default=None, description="PEM file of a private certificate authority.")
    sender: Address = Field(description="Address the mails come from.")
    sender_name: HeaderText = Field(default="Hệ thống đôn đốc", description="Name shown beside it.")
    reply_to: Address | None = Field(default=None, description="Where answers go. Unset: to the sender.")
    ops: tuple[Address, ...] = Field(min_length=1, description="Who watches the runs.")
    contact: str = Field(default="", description="Text under every mail: how to reach us.")
    rate_per_second: float = Field(default=5, gt=0, le=1000, description="At most so many mails a second.")
    max_per_run: int = Field(default=2000, ge=1, description="With more reminders than this a run sends none.")
    timeout_seconds: float = Field(default=60, gt=0, le=900, description="Patience with the server.")
    attach_list: Literal["when_longer", "never"] = Field(
        default="when_longer", description="The whole list as XLSX when more than 20 items."
    )


class DueSoonDays(Section):
    """How many working days before the date an item counts as due soon."""

    dossier: int = Field(default=2, ge=0, le=60, description="Dossiers.")
    recommendation: int = Field(default=5, ge=0, le=60, description="Recommendations.")


class Rung(Section):
    """One level of the ladder."""

    level: int = Field(ge=1, le=9, description="Number of the level, from 1 upward.")
    after_working_days: int = Field(ge=0, le=250, description="Waiting days from the handed day of the level below.")
    audience: Literal[Audience.HEAD, Audience.SUPERIOR, Audience.LEADERSHIP] = Field(
        description="head, superior or leadership."
    )
    approval: bool = Field(default=False, description="true: held until a named person approves that day.")


LADDER = (
    Rung(level=1, after_working_days=0, audience=Audience.HEAD),
    Rung(level=2, after_working_days=3, audience=Audience.SUPERIOR),
    Rung(level=3, after_working_days=10, audience=Audience.LEADERSHIP, approval=True),
)


class ReminderSettings(Section):
    """When mails go out, and to whom what is still open goes next."""

    window: Span = Field(default="07:00-10:00", description="Mails leave inside this window.")
    catch_up_until: Clock = Field(default="15:00", description="After an outage, with --outside-window --reason.")
    due_soon_working_days: DueSoonDays = Field(default=DueSoonDays(), description="How early an item is due soon.")
    due_soon_weekdays: tuple[Weekday, ...] = Field(
        default=("mon", "thu"), description="Days on which due-soon items alone may cause a mail."
    )
    repeat_working_days: int = Field(default=5, ge=1, description="Unchanged open items are told again after so many.")
    recommendation_default_days: int = Field(default=30, ge=1, description="Proposed where no due date is set.")
    ladder: tuple[Rung, ...] = Field(default=LADDER, min_length=1, description="Levels, from 1 upward.")

    @field_validator("ladder")
    @classmethod
    def _ascending(cls, value: tuple[Rung, ...]) -> tuple[Rung, ...]:
        if [rung.level for rung in value] != list(range(1, len(value) + 1)):
            raise refuse("ladder")
        return value

    @model_validator(mode="after")
    def _catch_up_after_window(self) -> Self:
        if self.catches_up_until < self.closes:
            raise refuse("catch_up")
        return self

    @property
    def opens(self) -> time:
        """Start of the mail window, Asia/Ho_Chi_Minh."""
        return parse_span(self.window)[0]

    @property
    def closes(self) -> time:
        """End of the mail window, Asia/Ho_Chi_Minh."""
        return parse_span(self.window)[1]

    @property
    def catches_up_until(self) -> time:
        """Latest time of day for a mail sent outside the window with a reason."""
        return parse_clock(self.catch_up_until)
