"""The seven cells of the presence matrix."""

from tasks.rules.difference_model import Scope, SourceSide
from tasks.rules.register_presence import presence
from tests.unit.register_kit import DAY, UNIT, a_dossier, a_line, compared


def test_the_seven_cells() -> None:
    lines = [a_line(n, f"H-000{n}") for n in (1, 2, 3)] + [a_line(9, "X-00009")]
    held = [
        a_dossier("H-0001"),
        a_dossier("H-0002", in_source=False),
        a_dossier("H-0003", in_warehouse=False),
    ]
    side = SourceSide(
        name="one-stop",
        system="one-stop",
        lacking=frozenset({"h-0002", "h-0005"}),
        extra={"h-0003": ("H-0003", UNIT, DAY), "h-0006": ("H-0006", UNIT, DAY)},
    )

    cells = presence(compared(lines, held), {"one-stop": 4}, [side], Scope())

    assert cells == {"SWR": 1, "SW": 1, "WR": 1, "W": 1, "SR": 1, "S": 1, "R": 1}


def test_only_what_was_asked_for_counts() -> None:
    lines = [a_line(1, "H-0001"), a_line(1, "H-0002", unit_code="31231")]
    held = [a_dossier("H-0001"), a_dossier("H-0002", unit_code="31231")]
    scope = Scope(units=frozenset({UNIT}))
    side = SourceSide(name="one-stop", system="one-stop")

    assert presence(compared(lines, held, scope), {"one-stop": 1}, [side], scope) == {"SWR": 1}
