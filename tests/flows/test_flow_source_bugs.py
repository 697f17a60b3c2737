"""A bug that one source's records bring to light: it is told as such, and every other source and mail goes on."""

import pytest
from sqlalchemy import text

from tests.flows.village import ALPHA, BETA, MONDAY, OPS, SOURCE, WEDNESDAY, Village, dossier
from tests.scripted_smtp import ScriptedSmtp
from warehouse import loads

pytestmark = pytest.mark.slow

CANARY = "CANARY"
# A constraint of the database that nobody foresaw, with a row in its message.
UNFORESEEN = f"""
CREATE TRIGGER unforeseen BEFORE INSERT ON dossiers WHEN NEW.unit_code = 'A' AND NEW.source = 'khac'
BEGIN SELECT RAISE(ABORT, 'row {CANARY} refused'); END
"""


def test_a_bug_keeps_out_one_source_and_ends_1_while_the_others_are_mailed(run, village: Village) -> None:
    files = (("don-vi", "units"), ("danh-ba", "contacts"), ("khac", "dossiers"), ("ho-so", "dossiers"))
    village.acting(lambda conn: conn.execute(text(UNFORESEEN)))
    village.drop("khac", [dossier(77, "A")])
    with ScriptedSmtp() as server:
        village.configure(server.port, sources="".join(SOURCE.format(name=n, dataset=d) for n, d in files))
        report = run(village, "morning", MONDAY)
        assert (report["exit_status"], report["state"]) == (1, "failed")
        assert [address for address, _ in server.accepted] == [ALPHA, BETA, OPS]
        bulletin = server.accepted[-1][1]
    said = {line["name"]: line["error"] for line in report["sources"]}
    assert {name for name, error in said.items() if error} == {"khac"}
    assert "lỗi của chương trình" in said["khac"]
    assert "IntegrityError" in said["khac"]
    stored = village.reading(lambda conn: loads.load_of(conn, report["run_id"], "khac"))
    assert (stored["state"], stored["error_code"], stored["error"]) == ("failed", "load_failed", said["khac"])
    assert CANARY not in str(report) + str(bulletin)
    village.acting(lambda conn: conn.execute(text("DROP TRIGGER unforeseen")))
    assert run(village, "sync", WEDNESDAY)["exit_status"] == 0
