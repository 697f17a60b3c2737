"""The seven rows no pull should trust, each with its own reason, the same in every pull.

Each is an otherwise ordinary record with one thing wrong. Add a row here for a new kind of fault; how it is
recognised is `expectations`' business.
"""

from dataclasses import dataclass, replace

from deployments.demo.dossiers import APPRAISAL, BIRTH, MARRIAGE, SIGNATURE
from deployments.demo.story import Procedure


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """A record as the wire shows it; `fault` names what is wrong, for tests and people, never sent."""

    fault: str
    record_id: int
    code: str
    agency: str
    procedure: Procedure
    received: str
    due: str
    status: str = "processing"
    step: str = APPRAISAL
    acted: str = "20/11/2026 09:00:00"


_CONFLICT = BadRow(
    fault="two_contents",
    record_id=499104,
    code="H13.62-261117-0081",
    agency="UBND-TA",
    procedure=BIRTH,
    received="17/11/2026 08:30:00",
    due="24/11/2026 17:00:00",
)

BAD_ROWS: tuple[BadRow, ...] = (
    BadRow(
        fault="due_before_received",
        record_id=499101,
        code="H13.45-261118-0051",
        agency="UBND-TL",
        procedure=BIRTH,
        received="18/11/2026 09:00:00",
        due="17/11/2026 17:00:00",
    ),
    BadRow(
        fault="unknown_status",
        record_id=499102,
        code="H13.65-261116-0064",
        agency="UBND-TQ",
        procedure=MARRIAGE,
        received="16/11/2026 10:00:00",
        due="23/11/2026 17:00:00",
        status="abc",
    ),
    BadRow(
        fault="received_unreadable",
        record_id=499103,
        code="H13.71-260231-0073",
        agency="UBND-TRL",
        procedure=BIRTH,
        received="31/02/2026 08:30:00",
        due="09/03/2026 17:00:00",
    ),
    _CONFLICT,
    replace(_CONFLICT, due="25/11/2026 17:00:00", step=SIGNATURE),
    BadRow(
        fault="no_unit",
        record_id=499105,
        code="H13.00-261119-0092",
        agency="",
        procedure=MARRIAGE,
        received="19/11/2026 14:00:00",
        due="26/11/2026 17:00:00",
    ),
    BadRow(
        fault="received_in_future",
        record_id=499106,
        code="H13.08-270301-0013",
        agency="SNNMT",
        procedure=BIRTH,
        received="01/03/2027 09:00:00",
        due="08/03/2027 17:00:00",
    ),
)
