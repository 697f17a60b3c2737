"""Who answers for a unit on a given day: succession by code and date, heads, delegates, superiors.

Never by name (old xã Thạnh An became Thạnh Quới, while another unit is called Thạnh An today) and never a guess:
whatever is not exactly one person comes back as a reason for ops.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from tasks.rules.model import Recipient
from tasks.rules.records import Absence, Contact, Succession, Unit


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
    reason: str  # no_contact, several_heads


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
        self._units: dict[str, list[Unit]] = defaultdict(list)
        for unit in units:
            self._units[unit.code].append(unit)
        self._heirs: dict[str, list[Succession]] = defaultdict(list)
        for succession in successions:
            self._heirs[succession.old_code].append(succession)
        self._contacts: dict[str, list[Contact]] = defaultdict(list)
        for contact in contacts:
            self._contacts[contact.unit_code].append(contact)
        self._absences: dict[str, list[Absence]] = defaultdict(list)
        for absence in absences:
            self._absences[absence.unit_code].append(absence)
        self._bounced = frozenset(bounced)

    @property
    def empty(self) -> bool:
        """True without a single unit: a global gate, nobody could be asked."""
        return not self._units

    def unit_on(self, code: str, day: date) -> Unit | None:
        """The unit that bore the code on that day."""
        return next((u for u in self._units.get(code, ()) if u.valid_from <= day <= u.valid_to), None)

    def answering(self, code: str, recorded_on: date, today: date) -> Resolved:
        """Follow the succession from the unit of the record to the one that answers today (transitive, dated)."""
        recorded = unit = self.unit_on(code, recorded_on)
        if unit is None:
            return Resolved(None, None, problem="unknown_unit")
        basis, since = "", recorded_on
        while unit.valid_to < today:
            heirs = [h for h in self._heirs.get(unit.code, ()) if since < h.effective_from <= today]
            heir = _sole_heir(heirs)
            if heir is None:
                return Resolved(recorded, None, basis, "divided" if heirs else "no_successor")
            following = self.unit_on(heir.new_code, heir.effective_from)
            if following is None or following == unit:
                return Resolved(recorded, None, basis, "no_successor")
            unit, basis, since = following, heir.legal_basis, heir.effective_from
        return Resolved(recorded, unit, basis)

    def head(self, unit_code: str, today: date) -> Recipient | NoRecipient:
        """The head, the delegate during an absence, or the deputy when the head's address bounced."""
        heads = self._current(unit_code, "head", today)
        absence = self.absence(unit_code, today)
        if absence is not None and absence.delegate_email:
            delegate = self._by_address(unit_code, absence.delegate_email, today)
            acting_for = heads[0].title if len(heads) == 1 else ""
            return self._recipient(delegate, today, acting_for=acting_for)
        if len(heads) == 1 and heads[0].email in self._bounced:
            heads = self._current(unit_code, "deputy", today)
        if len(heads) != 1:
            return NoRecipient(unit_code, "several_heads" if heads else "no_contact")
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

    def absence(self, unit_code: str, today: date) -> Absence | None:
        """The absence of the unit's head that covers today."""
        return next((a for a in self._absences.get(unit_code, ()) if a.from_on <= today <= a.to_on), None)

    def _current(self, unit_code: str, role: str, today: date) -> list[Contact]:
        rows = self._contacts.get(unit_code, ())
        return [c for c in rows if c.role == role and c.email and c.valid_from <= today <= c.valid_to]

    def _by_address(self, unit_code: str, email: str, today: date) -> Contact:
        rows = [
            c for c in self._contacts.get(unit_code, ()) if c.email == email and c.valid_from <= today <= c.valid_to
        ]
        return rows[0] if rows else Contact(unit_code=unit_code, role="deputy", email=email)

    def _recipient(self, contact: Contact, today: date, acting_for: str = "") -> Recipient:
        unit = self.unit_on(contact.unit_code, today)
        name = unit.name if unit else contact.unit_code
        return Recipient(
            address=contact.email,
            post=contact.title or f"Thủ trưởng {name}",
            salutation=contact.salutation or "Đồng chí",
            unit_code=contact.unit_code,
            unit_name=name,
            acting_for=acting_for,
        )


def _sole_heir(heirs: Sequence[Succession]) -> Succession | None:
    """The one whole heir, else the one default heir; a unit that was only divided has none."""
    for share in ("whole", "default"):
        chosen = [h for h in heirs if h.share == share]
        if len(chosen) == 1:
            return chosen[0]
        if chosen:
            return None
    return None
