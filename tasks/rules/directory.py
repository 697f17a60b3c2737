"""Who answers for a unit on a given day: succession by code and date, heads, delegates, superiors.

Never by name (old xã Thạnh An became Thạnh Quới, while another unit is called Thạnh An today) and never a guess:
whatever is not exactly one person comes back as a reason for ops.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from tasks.rules.model import Recipient
from tasks.rules.records import Absence, Contact, Succession, Unit

_DELEGATE = "delegate"
_POSTS = {  # of a contact without a title: only the head is addressed as the head
    "head": "Thủ trưởng {}",
    "deputy": "Cấp phó của người đứng đầu – {}",
    _DELEGATE: "Người được ủy quyền – {}",
}
_POST = "Lãnh đạo phụ trách {}"
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Resolved:
    """The unit that answers today for one recorded on an earlier day."""

    recorded: Unit | None
    today: Unit | None  # None: unknown, ended without heir, or divided
    basis: str = ""
    problem: str = ""  # "", unknown_unit, no_successor, divided


@dataclass(frozen=True, slots=True)
class NoRecipient:
    """Why nobody can be written to."""

    unit_code: str
    reason: str  # no_contact, several_heads, several_deputies, several_delegates, no_<role>, several_<role>


class Directory:
    """Units, their succession, contacts and absences: an immutable view."""

    def __init__(
        self,
        units: Iterable[Unit],
        successions: Iterable[Succession] = (),
        contacts: Iterable[Contact] = (),
        absences: Iterable[Absence] = (),
        bounced: Iterable[str] = (),
    ) -> None:
        self._units = _ended_by_their_successors(units)
        self._heirs: dict[str, list[Succession]] = defaultdict(list)
        for succession in successions:
            self._heirs[succession.old_code].append(succession)
        self._contacts: dict[str, list[Contact]] = defaultdict(list)
        for contact in contacts:
            self._contacts[contact.unit_code].append(contact)
        self._absences: dict[str, list[Absence]] = defaultdict(list)
        for absence in absences:
            self._absences[absence.unit_code].append(absence)
        self._answers: dict[tuple[str, date, date], Resolved] = {}
        self._bounced = frozenset(address.casefold() for address in bounced)

    @property
    def empty(self) -> bool:
        """True without a single unit: a global gate, nobody could be asked."""
        return not self._units

    def unit_on(self, code: str, day: date) -> Unit | None:
        """The unit that bore the code on that day; None also when two claim it from the same day on.

        A newer unit of the same code ends the older one, whatever end the older one bears.
        """
        bearers = [u for u in self._units.get(code, ()) if u.valid_from <= day <= u.valid_to]
        return bearers[0] if len(bearers) == 1 else None

    def answering(self, code: str, recorded_on: date, today: date) -> Resolved:
        """Follow the succession from the unit of the record to the one that answers today (transitive, dated)."""
        place = (code, recorded_on, today)
        if place not in self._answers:
            self._answers[place] = self._followed(code, recorded_on, today)
        return self._answers[place]

    def _followed(self, code: str, recorded_on: date, today: date) -> Resolved:
        recorded = unit = self.unit_on(code, recorded_on)
        if unit is None:
            return Resolved(None, None, problem="unknown_unit")
        basis, since = "", recorded_on
        while unit.valid_to < today:
            until = min(today, self._code_taken_over(unit))
            heirs = [h for h in self._heirs.get(unit.code, ()) if since < h.effective_from <= until]
            heir = _sole_heir(heirs)
            if heir is None:
                return Resolved(recorded, None, basis, "divided" if heirs else "no_successor")
            following = self.unit_on(heir.new_code, heir.effective_from)
            if following is None or following == unit:
                return Resolved(recorded, None, basis, "no_successor")
            unit, basis, since = following, heir.legal_basis, heir.effective_from
        return Resolved(recorded, unit, basis)

    def head(self, unit_code: str, today: date) -> Recipient | NoRecipient:
        """The delegate during an absence, else the head; the deputy when the address of that one bounced."""
        heads = self._current(unit_code, "head", today)
        absence = self.absence(unit_code, today)
        if absence is not None and absence.delegate_email:
            if len({a.delegate_email.casefold() for a in self._away(unit_code, today) if a.delegate_email}) > 1:
                return NoRecipient(unit_code, "several_delegates")
            if self._has_bounced(absence.delegate_email):
                return self._deputy(unit_code, today)
            delegate = self._by_address(unit_code, absence.delegate_email, today)
            return self._recipient(delegate, today, _DELEGATE, acting_for=heads[0].title if len(heads) == 1 else "")
        if len(heads) != 1:
            return NoRecipient(unit_code, "several_heads" if heads else "no_contact")
        if self._has_bounced(heads[0].email):
            return self._deputy(unit_code, today)
        return self._recipient(heads[0], today)

    def above(self, unit_code: str, role: str, today: date) -> Recipient | NoRecipient:
        """The superior or leadership: a row under the unit itself, else under its parent."""
        unit = self.unit_on(unit_code, today)
        for code in (unit_code, unit.parent_code if unit else ""):
            found = self._current(code, role, today) if code else []
            if len(found) == 1:
                return self._recipient(found[0], today)
            if found:
                return NoRecipient(unit_code, f"several_{role}")
        return NoRecipient(unit_code, f"no_{role}")

    def readers(self, role: str, today: date) -> tuple[Recipient, ...]:
        """Everybody of that role under whatever unit, each address once, without those whose mail comes back."""
        rows = [c for code in sorted(self._contacts) for c in self._current(code, role, today)]
        found = {c.email.casefold(): c for c in reversed(rows) if not self._has_bounced(c.email)}
        return tuple(self._recipient(found[address], today) for address in sorted(found))

    def absence(self, unit_code: str, today: date) -> Absence | None:
        """The absence of the unit's head that covers today; of several rather one that names a delegate."""
        away = self._away(unit_code, today)
        return next((a for a in away if a.delegate_email), away[0] if away else None)

    def is_current_address(self, address: str, today: date) -> bool:
        """Whether somebody is reached there today: a current contact or delegate whose mail has not bounced."""
        wanted = address.casefold()
        if self._has_bounced(address):
            return False
        contacts = (c for rows in self._contacts.values() for c in rows)
        delegates = (a for code in self._absences for a in self._away(code, today))
        return any(c.email.casefold() == wanted and _is_valid(c, today) for c in contacts) or any(
            a.delegate_email.casefold() == wanted for a in delegates
        )

    def _code_taken_over(self, unit: Unit) -> date:
        """When the next unit of that code begins: later heirs of the code are that one's."""
        later = (u.valid_from for u in self._units[unit.code] if u.valid_from > unit.valid_from)
        return min(later, default=date.max)

    def _deputy(self, unit_code: str, today: date) -> Recipient | NoRecipient:
        deputies = self._current(unit_code, "deputy", today)
        if len(deputies) > 1:
            return NoRecipient(unit_code, "several_deputies")
        if not deputies or self._has_bounced(deputies[0].email):
            return NoRecipient(unit_code, "no_contact")
        return self._recipient(deputies[0], today)

    def _away(self, unit_code: str, today: date) -> list[Absence]:
        return [a for a in self._absences.get(unit_code, ()) if a.from_on <= today <= a.to_on]

    def _has_bounced(self, address: str) -> bool:
        return address.casefold() in self._bounced

    def _current(self, unit_code: str, role: str, today: date) -> list[Contact]:
        rows = self._contacts.get(unit_code, ())
        return [c for c in rows if c.role == role and c.email and _is_valid(c, today)]

    def _by_address(self, unit_code: str, email: str, today: date) -> Contact:
        """The row of that address that tells most, else one that tells the address alone."""
        same = [c for c in self._contacts.get(unit_code, ()) if c.email.casefold() == email.casefold()]
        rows = sorted((c for c in same if _is_valid(c, today)), key=lambda c: not c.title)
        return rows[0] if rows else Contact(unit_code=unit_code, role="", email=email)

    def _recipient(self, contact: Contact, today: date, role: str = "", acting_for: str = "") -> Recipient:
        unit = self.unit_on(contact.unit_code, today)
        name = unit.name if unit else contact.unit_code
        return Recipient(
            address=contact.email,
            post=contact.title or _POSTS.get(role or contact.role, _POST).format(name),
            salutation=contact.salutation or "Đồng chí",
            unit_code=contact.unit_code,
            unit_name=name,
            acting_for=acting_for,
        )


def _ended_by_their_successors(units: Iterable[Unit]) -> dict[str, list[Unit]]:
    """The units by code, each ended on the eve of the next one of its code: old rows are often left open."""
    by_code: dict[str, list[Unit]] = defaultdict(list)
    for unit in dict.fromkeys(units):
        by_code[unit.code].append(unit)
    for rows in by_code.values():
        starts = sorted({u.valid_from for u in rows})
        eves = {start: following - _ONE_DAY for start, following in pairwise(starts)}
        rows[:] = [replace(u, valid_to=min(u.valid_to, eves.get(u.valid_from, date.max))) for u in rows]
    return by_code


def _is_valid(contact: Contact, today: date) -> bool:
    return contact.valid_from <= today <= contact.valid_to


def _sole_heir(heirs: Sequence[Succession]) -> Succession | None:
    """The one whole heir, else the one default heir; a unit that was only divided has none."""
    for share in ("whole", "default"):
        chosen = [h for h in heirs if h.share == share]
        if len(chosen) == 1:
            return chosen[0]
        if chosen:
            return None
    return None
