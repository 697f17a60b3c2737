"""A backup is proven by its restore: equal in every table, into either database, and no mail goes out by itself."""

import json
import os
import stat
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from tests.processes import running
from tests.told_desk import CONFIG, told_folder, typed_in
from tests.warehouse_samples import DAY, MORNING, a_bad_row, a_batch, a_mail, an_item, load, planned, sent
from warehouse import audit_chain, backup, desk, desk_lists, ledger_read, soundness
from warehouse.backup import configuration
from warehouse.dump import dump
from warehouse.engine import open_engine, reading, transaction
from warehouse.errors import BackupError, SchemaError
from warehouse.restore import restore

LATER = MORNING + 2 * DAY
QUIET = ("audit", "switches", "mails")  # what a restore adds to, on purpose


def lived_in(url: str, folder: Path):
    """A warehouse with something in every book, and mails in every state that could still go out."""
    told_folder(url, folder)
    engine = open_engine(url)
    load(engine, a_batch([], quarantined=[a_bad_row("7")], as_of=MORNING + DAY, run_id="run-2"))
    for state in ("planned", "retry", "claimed", "in_data", "held", "uncertain"):
        planned(engine, a_mail(f"{state}@example.gov.vn"), [an_item(state)], state=state)
    sent(engine, a_mail("gone@example.gov.vn"), [an_item("T9")])
    with transaction(engine) as conn:
        desk.set_mode(conn, "live", "lan", "khai trương", MORNING)
    return engine


@pytest.fixture
def source(warehouse_url, tmp_path):
    from warehouse.schema import upgrade

    engine = open_engine(warehouse_url)
    upgrade(engine)
    yield lived_in(warehouse_url, tmp_path)
    engine.dispose()


def written(engine, folder: Path, **changes) -> Path:
    told = {"now": LATER, "made_by": "1", "files": {}}
    return backup.write(engine, folder / "a.zip", **(told | changes)).path


def put_back(engine, path: Path, landing: Path | None = None):
    return restore(engine, path, landing or path.parent / "landing", by="lan", reason="diễn tập", now=LATER)


def lines_of(engine, *left_out: str) -> list[str]:
    return [line for line in dump(engine, run_log=True).splitlines() if line.split(" ", 1)[0] not in left_out]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_restore_into_an_empty_place_is_equal_in_every_table(source, new_url, tmp_path, kind):
    before = lines_of(source, *QUIET)
    target = open_engine(new_url(kind))
    done = put_back(target, written(source, tmp_path))
    assert lines_of(target, *QUIET) == before
    assert done.last_handed_at == MORNING
    with reading(source) as theirs, reading(target) as ours:
        audits = [[dict(row) for row in audit_chain.rows_of(conn)] for conn in (theirs, ours)]
        assert audits[1][: len(audits[0])] == audits[0]
        assert audit_chain.first_break(ours) is None
    with transaction(target) as conn:  # numbers go on where they were
        desk.stop_mail(conn, "lan", "sau", LATER)
    load(target, a_batch([], quarantined=[a_bad_row("8")], as_of=LATER, run_id="run-3"))
    planned(target, a_mail("new@example.gov.vn"), [an_item("new")])
    target.dispose()


def test_after_a_restore_nothing_goes_out_until_a_person_says_so(source, new_url, tmp_path, database_kind):
    path = written(source, tmp_path)
    with transaction(source) as conn:  # went out after the backup: the file cannot know
        conn.execute(text("UPDATE mails SET state = 'handed' WHERE address = 'planned@example.gov.vn'"))
    target = open_engine(new_url(database_kind))
    done = put_back(target, path)
    with reading(target) as conn:
        switch = desk.mail_switch(conn)
        states = {m["address"].split("@")[0]: (m["state"], m["resolved_by"]) for m in ledger_read.mails_of(conn)}
        whys = [desk_lists.why_of(m) for m in ledger_read.mails_of(conn, state="held")]
        acts = [row["act"] for row in desk.audit_rows(conn)]
    assert (switch.stopped, switch.mode, switch.stopped_by) == (True, "shadow", "lan")
    assert {states[name] for name in ("planned", "retry", "claimed", "held")} == {("held", "lan")}
    assert (states["in_data"][0], states["uncertain"][0], states["gone"][0]) == ("uncertain", "uncertain", "handed")
    assert done.held == 4
    assert "Z)" not in switch.stopped_reason, "the moment of the backup is told in Hanoi time"
    assert set(whys) == {"restored"}, "nobody takes it for a hold that may be lifted unseen"
    assert "restore" in acts
    target.dispose()


def test_only_an_empty_place_is_filled(source, tmp_path):
    path, before = written(source, tmp_path), dump(source, run_log=True)
    with pytest.raises(BackupError) as refused:
        put_back(source, path)
    assert refused.value.code == "not_empty"
    assert dump(source, run_log=True) == before


def spoilt(path: Path, how: str) -> Path:
    if how == "no zip":
        path.write_bytes(b"hello")
    elif how == "cut":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    elif how == "a flipped byte":
        body = bytearray(path.read_bytes())
        with zipfile.ZipFile(path) as packed:
            member = packed.getinfo("warehouse/dossiers.jsonl")
        body[member.header_offset + len(member.filename) + 60] ^= 0xFF
        path.write_bytes(bytes(body))
    else:
        with zipfile.ZipFile(path) as packed:
            parts = {name: packed.read(name) for name in packed.namelist()}
        told = json.loads(parts["manifest.json"])
        told |= {"newer file": {"form": 2}, "newer schema": {"revision": "9999"}}.get(how, {})
        parts["manifest.json"] = json.dumps(told).encode()
        if how == "a row changed":
            parts["warehouse/dossiers.jsonl"] = parts["warehouse/dossiers.jsonl"].replace(b"31157", b"31158", 1)
        if how == "a table left out":
            del parts["warehouse/audit.jsonl"]
        with zipfile.ZipFile(path, "w") as packed:
            for name, part in parts.items():
                packed.writestr(name, part)
    return path


REFUSED = {
    "no zip": "not_a_backup",
    "cut": "not_a_backup",
    "a flipped byte": "damaged",
    "a row changed": "damaged",
    "a table left out": "not_a_backup",
    "newer file": "newer_form",
    "newer schema": "newer",
}


@pytest.mark.parametrize("how", REFUSED)
def test_what_cannot_be_trusted_leaves_the_place_empty(new_url, tmp_path, how):
    source = lived_in(new_url("sqlite", migrated=True), tmp_path)
    path = spoilt(written(source, tmp_path), how)
    source.dispose()
    target = open_engine(new_url("sqlite"))
    with pytest.raises((BackupError, SchemaError)) as refused:
        put_back(target, path)
    assert refused.value.code == REFUSED[how]
    with reading(target) as conn:
        assert inspect(conn).get_table_names() == []
    target.dispose()


KILLED = """
from pathlib import Path
from sqlalchemy import event
from warehouse.restore import restore
from tests.warehouse_samples import MORNING
@event.listens_for(engine, "before_cursor_execute")
def count(conn, cursor, statement, *_):
    if statement.startswith("INSERT INTO mails"):
        say("in the middle")
        wait()
restore(engine, Path(sys.argv[2]), Path(sys.argv[2]).parent, by="lan", reason="x", now=MORNING)
"""


def test_a_restore_that_is_killed_leaves_the_place_empty_and_can_be_done_again(source, new_url, tmp_path):
    path, url = written(source, tmp_path), new_url("sqlite" if source.dialect.name == "sqlite" else "postgresql")
    with running(url, KILLED, str(path)) as process:
        assert process.heard() == "in the middle"
        process.kill()
    target = open_engine(url)
    assert put_back(target, path).rows > 0
    assert lines_of(target, *QUIET) == lines_of(source, *QUIET)
    target.dispose()


def test_an_older_backup_is_brought_up_to_date(new_url, tmp_path):
    from alembic import command
    from alembic.config import Config

    from warehouse import schema

    old, config = open_engine(new_url("sqlite")), Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    with transaction(old) as conn:
        config.attributes["connection"] = conn
        command.upgrade(config, "0004")
        conn.execute(
            text(
                "INSERT INTO audit (at, by, act, target, detail)"
                " VALUES ('2026-11-20T00:00:00.000000Z', 'a', 'b', 'c', '{}')"
            )
        )
    path = written(old, tmp_path)
    target = open_engine(new_url("postgresql"))
    put_back(target, path)
    schema.check(target)
    with reading(target) as conn:
        assert audit_chain.first_break(conn) is None
        assert [row["act"] for row in desk.audit_rows(conn)][-1] == "b"
    for engine in (old, target):
        engine.dispose()


def test_the_note_of_the_warehouse_that_lay_there_before_is_forgotten(new_url, tmp_path):
    url = new_url("sqlite", migrated=True)
    engine = lived_in(url, tmp_path)
    path = written(engine, tmp_path)
    soundness.remember(engine, "a-run-after-the-backup")
    engine.dispose()
    file = Path(url.removeprefix("sqlite:///"))
    for ending in ("", "-wal", "-shm"):
        file.with_name(file.name + ending).unlink(missing_ok=True)
    target = open_engine(url)
    put_back(target, path)
    soundness.ensure_sound(target, LATER.date())
    target.dispose()


def test_the_commands_carry_an_installation_from_one_place_to_another(new_url, tmp_path):
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        folder.mkdir()
    dondoc = typed_in(told_folder(new_url("sqlite", migrated=True), here))
    body = here / "var" / "landing" / "ab" / f"{'ab' * 32}.gz"
    body.parent.mkdir(parents=True)
    body.write_bytes(b"packed")
    before = os.umask(0)
    try:
        made = json.loads(dondoc("--json", "backup", "--landing"))
    finally:
        os.umask(before)
    path = Path(made["file"])
    assert (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode)) == (0o600, 0o700)
    assert [p.name for p in path.parent.iterdir()] == [path.name]
    (there / "dondoc.toml").write_text(CONFIG.format(url=new_url("sqlite")), encoding="utf-8")
    other = typed_in(there)
    assert other("restore", path).code == "no_reason"
    done = json.loads(other("--json", "restore", path, "--by", "lan", "--reason", "chuyển máy"))
    assert (done["rows"], done["bodies"]) == (made["rows"], 1)
    assert (there / "var" / "landing" / "ab" / body.name).read_bytes() == b"packed"


def test_files_of_one_name_from_two_places_are_both_in_the_backup():
    """A unit's own map under another's name would give its dossiers to others."""
    near = [Path("/etc/dondoc/units.csv"), Path("/etc/dondoc/../dondoc/data/units.csv")]
    far = [Path("/srv/a/units.csv"), Path("/srv/b/units.csv"), Path("/etc/dondoc/../shared/units.csv")]
    found = configuration(Path("/etc/dondoc/dondoc.toml"), [*near, *far])
    assert {name.removeprefix("config/"): path for name, path in found.items()} == {
        "dondoc.toml": Path("/etc/dondoc/dondoc.toml"),
        "units.csv": near[0],
        "data/units.csv": near[1],
        "elsewhere/srv/a/units.csv": far[0],
        "elsewhere/srv/b/units.csv": far[1],
        "elsewhere/etc/shared/units.csv": far[2],
    }


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("//u:hush@db/x", "//u:***@db/x"),
        ("//:hush@db/x", "//:***@db/x"),
        ("//db/x?user=u&password=hush&sslmode=require", "//db/x?user=u&password=***&sslmode=require"),
        ("//db/x?password=hush", "//db/x?password=***"),
    ],
)
def test_a_password_in_an_address_stays_at_home(new_warehouse, tmp_path, address, told):
    config = tmp_path / "dondoc.toml"
    config.write_text(f'url = "postgresql+psycopg:{address}"\nsender = "a@b.vn"\n', encoding="utf-8")
    path = written(new_warehouse("sqlite"), tmp_path, files={"config/dondoc.toml": config})
    with zipfile.ZipFile(path) as packed:
        body = packed.read("config/dondoc.toml").decode()
    assert body == f'url = "postgresql+psycopg:{told}"\nsender = "a@b.vn"\n'
