"""The look at one source from its first question to the last, and what it leaves in the run's comparison.

Network and warehouse take turns: no transaction is open while the source is asked. The order of steps is told here;
where each of them is at home says `comparing_sources`.
"""

from collections.abc import Iterator

from expectations.check_context import CheckContext
from tasks.hearing_codes import hearing
from tasks.narration import logger
from tasks.part_intake import Intake
from tasks.rules.column_rules import column_rules, hanoi_day
from tasks.rules.datasets import DATASETS
from tasks.rules.difference_model import Notice, SourceSide
from tasks.rules.model import SourceLine
from tasks.run_context import Run
from tasks.second_look import read_again
from tasks.settings import FilesSource, OpencpsSource, Source
from tasks.side_before import before
from tasks.side_doubles import double_finding, repeat_finding
from tasks.side_findings import Ground, Judged, body_of, judge_lost, judge_odd
from tasks.side_mates import remember_told
from tasks.side_reading import Side, side_of
from tasks.side_segments import Meaning, Plan, by_count, by_digest
from tasks.side_standing import StandingStill, standing_still
from tasks.side_tally import MOST, Tally, month_of
from tasks.side_unseen import unseen
from tasks.source_factory import make_source, normalise_context
from tasks.sources.base import Pulled, SourceFault
from tasks.sources.looking import Look, Looked
from warehouse import compared_segments
from warehouse import comparing_reads as reads
from warehouse import comparing_segments as ours
from warehouse.chunks import chunks


class SideLook:
    """One source on its way through."""

    def __init__(self, run: Run, source: Source) -> None:
        self.run = run
        self.source = source
        self.scope = run.comparison.scope
        self.reader = make_source(source)
        self.context = normalise_context(run, source)
        self.before = before(run, source)
        self.is_files = isinstance(source, FilesSource)
        self.requests = 0
        self.still = StandingStill()

    def through(self) -> SourceSide:
        """Read, compare, look again; returns the side that the comparison keeps."""
        plan, intake = self._plan(), self._intake()
        self.still = standing_still(self.before.standing, plan.unread, self.scope)
        with self.run.store.session() as session:
            names = {"system": self.source.system, "source": self.source.name}
            with side_of(session, self.source.dataset, **names, segments=plan.read) as side:
                looked = self._read(side, intake, plan)
                tally = self._judged(side, looked)
                read = side.read
        self._again(tally, intake, plan)
        return self._leave(tally, plan, looked, read)

    def _plan(self) -> Plan:
        """What must be read. A quick look trusts equal counts, which is told."""
        source, meaning, look = self.source, Meaning(self.context), self._look(None)
        mine = (source.dataset, source.system, source.name)
        if self.run.request.asked.depth == "counts":
            told = self.reader.counts(look)
            self._notice("counts_only" if told is not None else "counts_not_told", source=source.name)
            if told is None:
                return Plan()
            self.requests += len(told) if isinstance(source, OpencpsSource) else 1
            with self.run.store.reading() as conn:
                held = ours.counts(conn, *mine)
            standing = [(one.unit_code, month_of(one.day)) for one in self.before.standing]
            return by_count(self.scope, meaning, told, held, standing)
        digests = self.reader.segments(look)
        if digests is None:
            return Plan()
        self.requests += 1
        with self.run.store.reading() as conn:
            remembered = compared_segments.remembered(conn, source.name)
            return by_digest(self.scope, meaning, digests, ours.digests(conn, *mine), remembered)

    def _look(self, plan: Plan | None) -> Look:
        known = self.before
        return Look(
            as_of=self.run.clock.as_of,
            period_from=self.scope.period_from,
            period_to=self.scope.period_to,
            segments=plan.asked if plan else None,
            oldest=hanoi_day(known.oldest) if known.oldest else None,
            held=known.held,
            known_open=known.known_open,
        )

    def _intake(self) -> Intake:
        run, source = self.run, self.source
        mode = None if isinstance(source, OpencpsSource) else source.mode
        return Intake(
            dataset=DATASETS[source.dataset],
            normalise=self.context,
            check=CheckContext(now=run.now_for_plausibility(), closing=run.hours.closing, mode=mode),
            known_open=self.before.known_open,
            released=self.before.released,
            hear=hearing(run.comparison, source.name),
        )

    def _read(self, side: Side, intake: Intake, plan: Plan) -> Looked:
        looked = self._looked(plan)
        self.requests += looked.requests
        side.take(intake, looked.pulled)
        if self.is_files and looked.complete and not side.read and self.before.held:
            raise SourceFault("file_sudden_zero", {"source": self.source.name, "count": self.before.held})
        side.settle(in_bodies=self.is_files)
        remember_told(self.run, self.source, side)
        for note in looked.pulled.notes:
            logger().warning("%s: %s", self.source.name, note.text(self.run.settings.locale))
        return looked

    def _looked(self, plan: Plan) -> Looked:
        """The rows to read; where there are none, nobody is asked."""
        if plan.asked is None or plan.asked:
            return self.reader.look(self._look(plan), self.run.landing)
        nothing = Pulled(parts=(), data_moment=self.run.clock.as_of, bodies=(), complete=False)
        return Looked(pulled=nothing, complete=True)

    def _judged(self, side: Side, looked: Looked) -> Tally:
        ground = self._ground(looked)
        tally = Tally(ground, frozenset(one.key for one in self.before.standing), MOST)
        for odd in side.odd():
            tally.take(judge_odd(ground, odd))
        for one in self._lost(side, ground, looked):
            tally.take(one)
        if not looked.complete:
            tally.undecided |= unseen(self.run, self.source, side, looked.names_read)
        tally.take_doubles(repeat_finding(ground, one) for one in side.repeats)
        tally.take_doubles(double_finding(ground, one) for one in side.doubles(self.still.extra, self.still.lacking))
        return tally

    def _lost(self, side: Side, ground: Ground, looked: Looked) -> Iterator[Judged]:
        """Where a look does not tell everything, only what its own file no longer says is known to be gone; and a file
        that lost most of its lines was written for something else: it says nothing of them.
        """
        read = frozenset() if side.is_shortened else looked.names_read
        for some in chunks(side.lost(self.scope)):
            files: dict[str, str] = {}
            if not looked.complete:
                with self.run.store.reading() as conn:
                    files = reads.file_names(conn, self.source.name, (body_of(row["source_ref"]) for row in some))
            for row in some:
                own = files.get(body_of(row["source_ref"]))
                yield judge_lost(ground, row, is_told=looked.complete or own in read)

    def _ground(self, looked: Looked) -> Ground:
        run, source, known = self.run, self.source, self.before
        return Ground(
            source=source.name,
            system=source.system,
            dataset=DATASETS[source.dataset],
            rules=column_rules(DATASETS[source.dataset]),
            scope=self.scope,
            newest=known.newest,
            began=run.clock.as_of,
            ended=run.clock.now(),
            last_pull=known.last_pull,
            promoted=known.promoted if self.is_files else None,
            fills=frozenset({run.hours.opening, run.hours.closing}),
            units=known.units,
            newest_promoted=known.newest_promoted,
            known_open=known.known_open,
            files={body.sha256: body.name for body in looked.pulled.bodies} if self.is_files else {},
        )

    def _again(self, tally: Tally, intake: Intake, plan: Plan) -> None:
        """Once more what differs, where the source can be asked for single records."""
        if not (wanted := tally.candidates):
            return
        looked = self.reader.again(self._look(None), wanted, self.run.landing)
        if looked is None and not self.is_files:
            self._notice("second_look_not_possible", source=self.source.name, n=len(wanted))
        if looked is None:
            return
        self.requests += looked.requests
        second = read_again(intake, looked, wanted)
        with self.run.store.reading() as conn:
            missed = sorted(tally.lacking)
            versions = reads.current_by_key(conn, self.source.dataset, self.source.system, missed)
        tally.correct(second, versions, partly=plan.asked is not None or not self.scope.holds_day(None))

    def _leave(self, tally: Tally, plan: Plan, looked: Looked, read: int) -> SourceSide:
        comparison, name = self.run.comparison, self.source.name
        tally.lay_into(comparison)
        comparison.unread |= {(name, *segment) for segment in plan.unread}
        comparison.compared[name] = [c for c in plan.compared if (c.unit_code, c.month) not in tally.unsure]
        comparison.sides[name] = SourceSide(
            name=name,
            system=self.source.system,
            lacking=self.still.lacking.difference(tally.judged) | tally.lacking,
            extra={**self.still.extra, **tally.extra},
            held=self.before.held,
            read=read,
            requests=self.requests,
            segments=plan.total,
            segments_read=plan.total if plan.read is None else len(plan.read),
            moving=tally.moving,
            looked_at=self.run.clock.now(),
        )
        self._tell_refused(looked, read)
        return comparison.sides[name]

    def _tell_refused(self, looked: Looked, read: int) -> None:
        """Files that could not be read are a fault of the source; the others count."""
        faults = list(looked.pulled.refused.values())
        text = " ".join(one.sentence(self.run.settings.locale) for one in faults[:3])
        self.run.sources[self.source.name] = SourceLine(
            name=self.source.name,
            dataset=self.source.dataset,
            pulled=read,
            error=text,
            error_code=faults[0].code if faults else "",
            data_moment=looked.pulled.told_moment,
        )
        if faults:
            self._notice("files_refused", source=self.source.name, n=len(faults))

    def _notice(self, code: str, **params: str | int) -> None:
        self.run.comparison.notices.append(Notice(code=code, params=params))
