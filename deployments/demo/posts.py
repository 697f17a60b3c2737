"""Units of the real Cần Thơ map, what became of old ones, and the posts that answer for them.

Posts, never persons: nobody is named, all addresses end in example.gov.vn. Rows here are rows of the master-data
files; add a unit or a post here.
"""

Row = dict[str, str]

CITY = "92"
LEGAL_BASIS = "Nghị quyết số 1668/NQ-UBTVQH15"
REVIEWER = "Phòng Xây dựng chính quyền, Sở Nội vụ"
UNNAMED = "(không nêu)"
DOMAIN = "cantho.example.gov.vn"
_MERGED = "2025-07-01"
_DISSOLVED = "2025-06-30"


def _unit(code: str, name: str, kind: str, parent: str = CITY, first: str = "", last: str = "") -> Row:
    return {
        "unit_code": code,
        "name": name,
        "kind": kind,
        "parent_code": parent,
        "valid_from": first,
        "valid_to": last,
    }


UNITS: tuple[Row, ...] = (
    _unit(CITY, "UBND thành phố Cần Thơ", "office", parent=""),
    _unit("SNV", "Sở Nội vụ", "department"),
    _unit("SNNMT", "Sở Nông nghiệp và Môi trường", "department"),
    _unit("31157", "UBND phường Thới Long", "ward", first=_MERGED),
    _unit("31231", "UBND xã Thạnh An", "commune", first=_MERGED),
    _unit("31246", "UBND xã Thạnh Quới", "commune", first=_MERGED),
    _unit("31309", "UBND xã Trường Long", "commune", first=_MERGED),
    _unit("31299", "UBND xã Phong Điền", "commune", first=_MERGED),
    _unit("924", "UBND huyện Vĩnh Thạnh", "district", last=_DISSOLVED),
    _unit("31231", "UBND thị trấn Thạnh An", "commune", parent="924", last=_DISSOLVED),  # its code was used again
    _unit("31240", "UBND xã Thạnh An", "commune", parent="924", last=_DISSOLVED),  # its name was used again
    _unit("31243", "UBND xã Thạnh Thắng", "commune", parent="924", last=_DISSOLVED),
)


def _heir(old: str, new: str) -> Row:
    return {
        "old_code": old,
        "new_code": new,
        "effective_from": _MERGED,
        "share": "whole",
        "legal_basis": LEGAL_BASIS,
        "reviewed_by": REVIEWER,
    }


UNIT_SUCCESSION: tuple[Row, ...] = (_heir("31243", "31231"), _heir("31240", "31246"))


def _post(unit: str, role: str, mailbox: str, title: str, first: str = _MERGED) -> Row:
    return {
        "unit_code": unit,
        "role": role,
        "name": UNNAMED,
        "email": f"{mailbox}@{DOMAIN}",
        "title": title,
        "salutation": "Đồng chí",
        "valid_from": first,
        "valid_to": "",
    }


# Nobody stands here for 31309, UBND xã Trường Long: that is part of the story.
CONTACTS: tuple[Row, ...] = (
    _post("31157", "head", "chutich.thoilong", "Chủ tịch UBND phường Thới Long"),
    _post("31231", "head", "chutich.thanhan", "Chủ tịch UBND xã Thạnh An"),
    _post("31231", "deputy", "phochutich.thanhan", "Phó Chủ tịch UBND xã Thạnh An"),
    _post("31246", "head", "chutich.thanhquoi", "Chủ tịch UBND xã Thạnh Quới"),
    _post("31299", "head", "chutich.phongdien", "Chủ tịch UBND xã Phong Điền"),
    _post("SNNMT", "head", "giamdoc.snnmt", "Giám đốc Sở Nông nghiệp và Môi trường"),
    _post("SNV", "head", "giamdoc.snv", "Giám đốc Sở Nội vụ"),
    _post(CITY, "superior", "phochutich.cantho", "Phó Chủ tịch UBND thành phố Cần Thơ"),
    _post(CITY, "leadership", "chutich.cantho", "Chủ tịch UBND thành phố Cần Thơ"),
)

ABSENCES: tuple[Row, ...] = (
    {
        "unit_code": "31231",
        "from_on": "2026-11-16",
        "to_on": "2026-12-04",
        "delegate_email": f"phochutich.thanhan@{DOMAIN}",
        "reason": "Đi công tác",
    },
)

# Agency codes of the one-stop software.
UNIT_MAP: dict[str, str] = {
    "UBND-TL": "31157",
    "UBND-TA": "31231",
    "UBND-TQ": "31246",
    "UBND-TRL": "31309",
    "UBND-PD": "31299",
    "SNNMT": "SNNMT",
}
