"""What moved in a synthetic province since its first file: dossiers that stepped on, ended, came back or are new."""

from collections.abc import Iterator
from datetime import datetime

from deployments.demo import province_dossiers as at
from deployments.demo.province_dirt import Expected
from deployments.demo.province_dossiers import OPEN, Dossiers
from deployments.demo.province_size import Province

_SALT = 77


def changed_rows(province: Province, changed: int, now: datetime, told: Expected) -> Iterator[list[str]]:
    """So many rows: a fifth of them new dossiers, the others spread evenly over the known sound ones."""
    made = Dossiers(province)
    new = changed // 5
    known = min(changed - new, province.dossiers // 2)
    step = province.dossiers // known if known else 2
    moment = now.strftime("%d/%m/%Y %H:%M")
    for place in range(known):
        number = place * step + 1 + made.mixed(place, _SALT) % (step - 1)
        if province.stride and number % province.stride == province.stride - 1:
            number -= 1  # its neighbour is sound, and in the same step
        told.rows += 1
        told.loaded += 1
        yield moved(made.cells(number), number, moment)
    for number in range(province.dossiers, province.dossiers + new):
        told.rows += 1
        told.loaded += 1
        told.new += 1
        yield made.cells(number)


def moved(cells: list[str], number: int, moment: str) -> list[str]:
    """The same dossier later: open ones step on or are resolved, of the finished ones every eighth is open again."""
    row = list(cells)
    row[at.UPDATED] = moment
    if row[at.STATUS] in OPEN and number % 2:
        row[at.STATUS], row[at.RESOLVED], row[at.STEP] = "9", moment, "Trả kết quả"
        row[at.PAUSED] = ""
    elif row[at.STATUS] in OPEN:
        row[at.STEP] = "Trình ký lại"
    elif number % 8 == 0:
        row[at.STATUS], row[at.RESOLVED], row[at.RETURNED], row[at.STEP] = "4", "", "", "Thẩm định lại"
    else:
        row[at.STATUS], row[at.RETURNED], row[at.STEP] = "10", moment, "Đã trả kết quả"
    return row
