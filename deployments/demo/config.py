"""Writes the demo's `dondoc.toml` and the unit map beside it.

Where files lie in the demo's folder, and the settings of the story, are decided here; servers are started elsewhere.
Secrets stay out of the file: it names environment variables.
"""

from pathlib import Path

from deployments.demo.drops import NAME_DATE
from deployments.demo.one_stop_api import BASE_PATH, USERNAME
from deployments.demo.posts import UNIT_MAP
from deployments.demo.wire import GROUP_ID

CONFIG_NAME = "dondoc.toml"
DROPS = "drops"
UNIT_MAP_NAME = "data/unit_map.csv"
PASSWORD_ENV = "DONDOC_ONE_STOP_PASSWORD"  # noqa: S105 (a variable's name)
ONE_STOP = "one-stop"
REMEDIES = "so-noi-vu"  # system of the recommendations and their log
FLAGS_OFF = ("apology_missing", "stalled", "suspect_pause", "no_plan", "stale")

# (source, dataset, system): one file drop each, "" where the source's own name will do.
FILE_SOURCES: tuple[tuple[str, str, str], ...] = (
    ("dossier-events", "dossier_events", ONE_STOP),
    ("units", "units", ""),
    ("unit-succession", "unit_succession", ""),
    ("contacts", "contacts", ""),
    ("absences", "absences", ""),
    ("procedures", "procedures", ""),
    ("postings", "postings", ""),
    ("recommendations", "recommendations", REMEDIES),
    ("recommendation-events", "recommendation_events", REMEDIES),
)


def write_config(
    folder: Path, *, api_url: str, smtp_port: int, locale: str = "vi", database_url: str | None = None
) -> Path:
    """Write `dondoc.toml` and the unit map into `folder`; returns the path of the configuration.

    `api_url` is scheme, host and port of the one-stop server, `smtp_port` the catcher's on 127.0.0.1.
    """
    unit_map = folder / UNIT_MAP_NAME
    unit_map.parent.mkdir(parents=True, exist_ok=True)
    unit_map.write_text(unit_map_csv(), encoding="utf-8")
    path = folder / CONFIG_NAME
    url = database_url or "sqlite:///var/dondoc.sqlite3"
    path.write_text(config_text(api_url=api_url, smtp_port=smtp_port, locale=locale, url=url), encoding="utf-8")
    return path


def unit_map_csv() -> str:
    """Agency code of the one-stop software → unit code, valid from the day the new units exist."""
    rows = [f"{agency},{unit},2025-07-01" for agency, unit in UNIT_MAP.items()]
    return "\n".join(["source_code,unit_code,valid_from", *rows, ""])


def config_text(*, api_url: str, smtp_port: int, locale: str, url: str) -> str:
    """The settings of the story; everything else is the shipped default."""
    off = ", ".join(f'"{flag}"' for flag in FLAGS_OFF)
    sources = "\n".join([_one_stop(api_url), *(_files(*source) for source in FILE_SOURCES)])
    return f"""\
# Written by `dondoc demo`: seven mornings with an embedded one-stop server and mail catcher.
timezone = "Asia/Ho_Chi_Minh"
locale = "{locale}"

[warehouse]
url = "{url}"
sandbox = true                                # the mornings lie on fixed dates

[landing]
path = "var/landing"

{sources}
[mail]
mode = "live"
host = "127.0.0.1"
port = {smtp_port}
security = "none"                             # loopback only
sender = "dondoc@sonoivu.example.gov.vn"
sender_name = "Hệ thống đôn đốc"
reply_to = "cchc@sonoivu.example.gov.vn"
ops = ["ops@sonoivu.example.gov.vn"]

[flags]
off = [{off}]
"""


def _one_stop(api_url: str) -> str:
    return f"""\
[[sources]]
name = "{ONE_STOP}"
kind = "opencps"
dataset = "dossiers"
system = "{ONE_STOP}"
base_url = "{api_url}"
base_path = "{BASE_PATH}"
group_id = {GROUP_ID}
username = "{USERNAME}"
password_env = "{PASSWORD_ENV}"
unit_map = "{UNIT_MAP_NAME}"
statistics = true
"""


def _files(name: str, dataset: str, system: str) -> str:
    owner = f'system = "{system}"\n' if system else ""
    return f"""\
[[sources]]
name = "{name}"
kind = "files"
dataset = "{dataset}"
{owner}path = "{DROPS}/{dataset}-*.csv"
name_date = "{NAME_DATE}"
"""
