"""What inspectors saw on display at two units of the demo, and the procedures that were replaced long ago.

As the article on Mỹ Đức has it: what was replaced still hangs there, and whole fields of work are displayed that never
came through the software. Codes and names are illustrative; procedures in force are those of `dossiers`.
"""

from deployments.demo.dossiers import ALLOWANCE, BIRTH, DEATH, HOUSEHOLD, LAND, MARRIAGE

Row = dict[str, str]

SEEN_ON = "2026-11-20"
_DISSOLVED = "2025-06-30"

# Lines of the catalogue for what is no longer in force.
RETIRED: tuple[Row, ...] = (
    {
        "procedure_code": "1.000656",
        "name": "Đăng ký khai tử (cấp huyện)",
        "field": DEATH.field,
        "duration_amount": "5",
        "duration_unit": "working_day",
        "supplement_policy": "pause",
        "status": "replaced",
        "valid_to": _DISSOLVED,
        "replaced_by": DEATH.code,
    },
)
_DISPLAYED = {
    "31231": (BIRTH.code, MARRIAGE.code, HOUSEHOLD.code, ALLOWANCE.code, LAND.code, RETIRED[0]["procedure_code"]),
    "31309": (BIRTH.code, MARRIAGE.code, HOUSEHOLD.code),
}
POSTINGS: tuple[Row, ...] = tuple(
    {"unit_code": unit, "procedure_code": code, "seen_on": SEEN_ON}
    for unit, codes in _DISPLAYED.items()
    for code in codes
)
