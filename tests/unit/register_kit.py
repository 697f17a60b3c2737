"""Lines of books and dossiers of the software in few words, for tests of the registers."""

from datetime import date

from tasks.rules.difference_model import Scope
from tasks.rules.register_model import BookKind, BookLine, Held, books_of
from tasks.rules.register_rules import Compared, compare_books

FILE = "so-theo-doi.csv"
UNIT = "31157"
ALL = frozenset({"dossier_code", "procedure_name", "received_at", "due_at", "returned_at", "transferred_on", "to_unit"})
DAY = date(2026, 11, 10)
DUE = date(2026, 11, 17)


def a_line(number: int | str, code: str = "", **changes) -> BookLine:
    """A whole line of the tracking book; `without` names cells that are empty, `illegible` those nobody can read."""
    lacking = set(changes.pop("without", ())) | set(changes.get("illegible", ()))
    days = {"received_at": changes.pop("received", DAY), "due_at": changes.pop("due", DUE)}
    days |= {"returned_at": changes.pop("returned", None), "transferred_on": changes.pop("transferred", None)}
    days = {name: day for name, day in days.items() if day is not None and name not in lacking}
    filled = {"dossier_code"} if code else set()
    told = {
        "file": FILE,
        "row": int(number) + 1 if str(number).isdigit() else 99,
        "kind": BookKind.TRACKING,
        "unit_code": UNIT,
        "book": "01/2026",
        "page": "1",
        "line": str(number),
        "code": code,
        "procedure": "Đăng ký khai sinh",
        "days": days,
        "filled": frozenset((filled | {"procedure_name", "to_unit"} | set(days)) - lacking),
        "illegible": frozenset(),
    }
    return BookLine(**(told | changes))


def a_dossier(code: str, **changes) -> Held:
    """A dossier that source and warehouse both know."""
    told = {
        "system": "one-stop",
        "key": code.casefold(),
        "code": code,
        "unit_code": UNIT,
        "received_on": DAY,
        "due_on": DUE,
        "source": "one-stop",
        "status": 4,
    }
    return Held(**(told | changes))


def compared(lines, held=(), scope: Scope | None = None, columns=ALL, heirs=None) -> Compared:
    """What these lines say against these dossiers."""
    lines = list(lines)
    return compare_books(books_of(lines, {line.file: columns for line in lines}), held, scope or Scope(), heirs)


def told(result: Compared) -> list[tuple[str, str, str]]:
    """(class, code, column) of what was found."""
    return sorted((f.kind.value, f.code, f.column) for f in result.findings)
