"""Writes the `dondoc.toml` of a synthetic province: a drop folder for every dataset, a sandbox, mails to loopback."""

from pathlib import Path

from deployments.demo.config import CONFIG_NAME, DROPS, UNIT_MAP_NAME
from deployments.demo.province import NAME_DATE, unit_map_csv
from deployments.demo.province_size import Province

ONE_STOP = "one-stop"
REMEDIES = "so-noi-vu"

# (dataset, system, whether its units are the software's codes): master data first.
SOURCES: tuple[tuple[str, str, bool], ...] = (
    ("units", "", False),
    ("unit_succession", "", False),
    ("contacts", "", False),
    ("absences", "", False),
    ("procedures", "", False),
    ("dossiers", ONE_STOP, True),
    ("dossier_events", ONE_STOP, True),
    ("recommendations", REMEDIES, False),
    ("recommendation_events", REMEDIES, False),
)


def write_province_config(
    folder: Path, province: Province, *, smtp_port: int = 1, database_url: str = "", locale: str = "vi", more: str = ""
) -> Path:
    """Write `dondoc.toml` and the unit map into `folder`, `more` tables at its end; returns the path of the former."""
    unit_map = folder / UNIT_MAP_NAME
    unit_map.parent.mkdir(parents=True, exist_ok=True)
    unit_map.write_text(unit_map_csv(province), encoding="utf-8")
    path = folder / CONFIG_NAME
    url = database_url or "sqlite:///var/dondoc.sqlite3"
    path.write_text(_text(url=url, smtp_port=smtp_port, locale=locale) + more, encoding="utf-8")
    return path


def _text(*, url: str, smtp_port: int, locale: str) -> str:
    sources = "\n".join(_source(*source) for source in SOURCES)
    return f"""\
# Written by `dondoc demo --province`: a synthetic province with an embedded mail catcher.
timezone = "Asia/Ho_Chi_Minh"
locale = "{locale}"

[warehouse]
url = "{url}"
sandbox = true                                # the morning lies on a fixed date

[landing]
path = "var/landing"

{sources}
[mail]
mode = "live"
host = "127.0.0.1"
port = {smtp_port}
security = "none"                             # loopback only
sender = "dondoc@huonggiang.example.gov.vn"
sender_name = "Hệ thống đôn đốc"
reply_to = "cchc@huonggiang.example.gov.vn"
ops = ["ops@huonggiang.example.gov.vn"]
rate_per_second = 100
"""


def _source(dataset: str, system: str, mapped: bool) -> str:
    owner = f'system = "{system}"\n' if system else ""
    units = f'unit_map = "{UNIT_MAP_NAME}"\n' if mapped else ""
    return f"""\
[[sources]]
name = "{dataset.replace("_", "-")}"
kind = "files"
dataset = "{dataset}"
{owner}path = "{DROPS}/{dataset}-*.csv"
name_date = "{NAME_DATE}"
{units}"""
