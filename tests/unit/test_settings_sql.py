"""The keys of `kind = "sql"`: an address without secret, exactly one thing to ask, and only what can be read."""

from pathlib import Path

import pytest

from tasks.rules.datasets import Mode
from tasks.settings import SqlSource
from tests.unit.settings_sample import LEAST, faults, loaded

URL = "postgresql+psycopg://dondoc@csdl.tinh.example/baocao"
SOURCE = LEAST + '[[sources]]\nname = "bao-cao"\nkind = "sql"\ndataset = "dossiers"\n'
USUAL = {"url": f'"{URL}"', "view": '"bao_cao.v_ho_so"', "key": '"id"'}


def table(**keys: str) -> str:
    return SOURCE + "".join(f"{key} = {value}\n" for key, value in (USUAL | keys).items() if value)


def test_what_is_left_out_has_its_usual_value(tmp_path: Path) -> None:
    (source,) = loaded(tmp_path, table(status="4")).sources
    assert isinstance(source, SqlSource)
    assert (source.key, source.mode, source.overlap_minutes, source.page_rows) == (("id",), Mode.DELTA, 15, 5000)
    assert source.constants == {"status": "4"}


def test_a_relative_file_lies_beside_the_configuration(tmp_path: Path) -> None:
    (source,) = loaded(tmp_path, table(url='"sqlite:///data/mot-cua.sqlite3"')).sources
    assert isinstance(source, SqlSource)
    assert source.url == f"sqlite:///{tmp_path}/data/mot-cua.sqlite3"


@pytest.mark.parametrize(
    ("keys", "key", "says"),
    [
        ({"url": '"postgresql+psycopg://a:Canary-9@h/b"'}, "url", "password_env"),
        ({"url": '"postgresql+psycopg://a@h/b?password=Canary-9"'}, "url", "password_env"),
        ({"url": '"mssql+pyodbc:///?odbc_connect=UID%3Da%3BPWD%3DCanary-9"'}, "url", "password_env"),
        ({"url": '"Canary-9"'}, "url", "SQLAlchemy"),
        ({"url": '"sqlite:///:memory:"'}, "url", "SQLAlchemy"),
        ({"url": '"sqlite://"'}, "url", "SQLAlchemy"),
        ({"url": ""}, "url", "thiếu"),
        ({"key": ""}, "key", "thiếu"),
        ({"key": "[]"}, "key", "ít nhất 1"),
        ({"view": '"ho_so; DROP TABLE x"'}, "view", "lược đồ"),
        ({"view": "", "query": '"SELECT 1; SELECT 2"'}, "query", ";"),
        ({"view": "", "query": '"DELETE FROM ho_so"'}, "query", "SELECT"),
        ({"query": '"SELECT 1"'}, "", "view hoặc query"),
        ({"view": ""}, "", "view hoặc query"),
        ({"columns": '{ ma_so = "x" }'}, "", "columns"),
        ({"updated_column": '"luc"', "mode": '"snapshot"'}, "", "updated_column"),
        ({"password": '"Canary-9"'}, "password", "password_env"),
        ({"password_env": '"KHONG_CO"'}, "password_env", "chưa được đặt"),
        ({"password_env": '"A"', "password_file": '"b"'}, "password_env", "chưa được đặt"),
    ],
)
def test_what_cannot_be_used_is_told_without_its_value(
    tmp_path: Path, keys: dict[str, str], key: str, says: str
) -> None:
    found = faults(tmp_path, table(**keys))
    assert found[0].key == ("sources[1]." + key if key else "sources[1]")
    assert says in found[0].message
    assert "Canary-9" not in "".join(map(str, found))
