"""What the look at one source adds up to: findings up to a limit, what moved, what cannot be said, who stands where.

Filled while records are judged, corrected by the second look, and then laid into the run's comparison. Pure book
keeping: what a record means was judged before (`side_findings`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from tasks.rules.difference_model import Comparison, DifferenceClass, Finding, Notice
from tasks.second_look import Second
from tasks.side_findings import Ground, Judged, fields_of
from tasks.side_values import KEYLESS, Place
from warehouse.comparing import Row

MOST: Final = 50_000  # findings of a source that are kept: storing more holds other writers up for too long
_COVERED: Final = (
    DifferenceClass.MISSING_IN_WAREHOUSE,
    DifferenceClass.MISSING_IN_SOURCE,
    DifferenceClass.FIELD_DIFFERS,
    DifferenceClass.DUPLICATE,
)
_WITH_ROWS: Final = 10_000  # candidates whose whole row is kept for the second look

Ours = tuple[str, str]  # unit, month


@dataclass(slots=True)
class Tally:
    """Of one source. `standing`: keys with earlier differences, which stay as they are where nothing can be said.

    `most`: findings that are kept; `left_out`: those beyond, which are only counted, not looked at a second time.
    """

    ground: Ground
    standing: frozenset[str]
    most: int = MOST
    judged: dict[str, Judged] = field(default_factory=dict)
    doubles: list[Finding] = field(default_factory=list)
    counted: int = 0
    left_out: int = 0
    moving: int = 0
    unknown: int = 0  # lost records whose file is gone: nobody can say
    undecided: set[str] = field(default_factory=set)
    unsure: set[Ours] = field(default_factory=set)
    lacking: set[str] = field(default_factory=set)
    extra: dict[str, Place] = field(default_factory=dict)

    def take(self, one: Judged | None) -> None:
        """A record that differs, moves or was overtaken."""
        if one is None:
            return
        if one.is_moving or one.is_overtaken or one.is_unknown:
            self.unknown += one.is_unknown
            self.leave_open(one, moving=one.is_moving)
            return
        self.counted += len(one.findings)
        if self.counted > self.most:
            self.left_out += len(one.findings)
        else:
            keep = one if len(self.judged) < _WITH_ROWS else replace(one, good=None)
            self.judged[one.key] = keep
        for finding in one.findings:
            if finding.kind is DifferenceClass.MISSING_IN_WAREHOUSE:
                self.extra[finding.key] = (finding.code, finding.unit_code, finding.day)
            if finding.kind is DifferenceClass.MISSING_IN_SOURCE:
                self.lacking.add(finding.key)

    def leave_open(self, one: Judged, *, moving: bool) -> None:
        """Nothing is said of it, and what was said earlier stands."""
        self.moving += moving
        self.unsure |= {(unit, month_of(day)) for _, unit, day in one.places}
        if one.key in self.standing:
            self.undecided.add(one.key)

    @property
    def candidates(self) -> list[str]:
        """Keys of which something is to be said, if a second look says the same; what has no key has no second look."""
        return [key for key in self.judged if not key.startswith(KEYLESS)]

    def correct(self, second: Second, versions: Mapping[str, Row], *, partly: bool) -> None:
        """Take back what the source says otherwise by now. `versions`: current ones of what was missed.

        `partly`: not all of the source was read first, so that what was missed may stand elsewhere in it.
        """
        for key in self.candidates:
            one = self.judged[key]
            if one.findings[0].kind is DifferenceClass.MISSING_IN_SOURCE:
                rows = second.says(key)
                found = fields_of(self.ground, versions[key], rows[0]) if rows and partly and key in versions else ()
                if not rows:
                    continue
                self._take_back(one)
                if found:
                    self.judged[key] = Judged(key=key, places=one.places, findings=found)
                    self.counted += len(found)
                    continue
                self.leave_open(one, moving=True)
            elif not second.is_same(one, self.ground.rules):
                self._take_back(one)
                self.leave_open(one, moving=True)

    def take_doubles(self, found: Iterable[Finding | None]) -> None:
        """Records told twice."""
        for finding in filter(None, found):
            self.counted += 1
            if self.counted > self.most:
                self.left_out += 1
            else:
                self.doubles.append(finding)

    def lay_into(self, comparison: Comparison) -> None:
        """What is known at the end."""
        source = self.ground.source
        comparison.covered.update(_COVERED)
        comparison.findings.extend(self._findings())
        comparison.undecided |= {(self.ground.system, key) for key in self.undecided}
        if self.left_out:
            comparison.capped.add(source)
            params: dict[str, str | int] = {
                "source": source,
                "found": self.counted,
                "kept": self.counted - self.left_out,
            }
            comparison.notices.append(Notice(code="findings_capped", params=params))
        if self.unknown:
            comparison.notices.append(Notice(code="files_gone", params={"source": source, "n": self.unknown}))

    def _findings(self) -> Iterator[Finding]:
        for one in self.judged.values():
            yield from one.findings
        yield from self.doubles

    def _take_back(self, one: Judged) -> None:
        del self.judged[one.key]
        self.counted -= len(one.findings)
        for finding in one.findings:
            self.extra.pop(finding.key, None)
            self.lacking.discard(finding.key)


def month_of(day: date | None) -> str:
    """The month of a day, "" where there is none."""
    return "" if day is None else f"{day:%Y-%m}"
