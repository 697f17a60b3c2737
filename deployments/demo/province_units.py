"""Units of a synthetic province, who answers for them, and who is away. Invented names, posts instead of persons."""

from deployments.demo.province_size import Province

Row = dict[str, str]

ROOT = "90"
INSPECTOR = "SNV"
DOMAIN = "huonggiang.example.gov.vn"
UNNAMED = "(không nêu)"
MERGED, DISSOLVED = "2025-07-01", "2025-06-30"
_BASIS = "Nghị quyết sắp xếp đơn vị hành chính (minh họa)"
_DEPARTMENTS = (
    "Sở Tư pháp",
    "Sở Tài chính",
    "Sở Xây dựng",
    "Sở Y tế",
    "Sở Công Thương",
    "Sở Nông nghiệp và Môi trường",
    "Sở Giáo dục và Đào tạo",
    "Sở Khoa học và Công nghệ",
    "Sở Văn hóa, Thể thao và Du lịch",
)
_FIRST = ("Tân", "Phú", "An", "Hòa", "Bình", "Long", "Thạnh", "Mỹ", "Đông", "Vĩnh")
_SECOND = ("Lợi", "Thành", "Hưng", "Khánh", "Trung", "Xuân", "Sơn", "Hải", "Giang", "Châu")
_WITHOUT_HEAD = 3  # the unit of that number has no address: its items are shown to ops
_AWAY = {1: True, 5: True, 9: False}  # number of the unit: has a delegate


def unit_code(number: int) -> str:
    """Code of the unit of that number, as the directory has it."""
    return f"{90_001 + number}"


def source_code(number: int) -> str:
    """The same unit as the one-stop software calls it."""
    return f"H90.{number + 1:03d}"


def is_department(number: int) -> bool:
    """About every eighth unit is a department of the province, up to nine of them."""
    return number % 8 == 7 and number // 8 < len(_DEPARTMENTS)


def units(province: Province) -> list[Row]:
    """The province, the inspecting department, its units, and one commune of before the merger."""
    rows = [_unit(ROOT, "UBND tỉnh Hương Giang", "office", parent=""), _unit(INSPECTOR, "Sở Nội vụ", "department")]
    for number in range(province.units):
        kind = "department" if is_department(number) else "ward" if number % 3 == 0 else "commune"
        rows.append(_unit(unit_code(number), unit_name(number), kind, first=MERGED))
    return [*rows, _unit(old_code(), "UBND xã Tân Lợi Đông", "commune", last=DISSOLVED)]


def old_code() -> str:
    """A commune of before the merger; unit number 0 is its heir."""
    return "90900"


def succession(_province: Province) -> list[Row]:
    """The one merger."""
    return [
        {
            "old_code": old_code(),
            "new_code": unit_code(0),
            "effective_from": MERGED,
            "share": "whole",
            "legal_basis": _BASIS,
            "reviewed_by": "Phòng Xây dựng chính quyền, Sở Nội vụ",
        }
    ]


def unit_name(number: int) -> str:
    """A department's name, or an invented ward or commune; a number is added where names run out."""
    if is_department(number):
        return _DEPARTMENTS[number // 8]
    form = "phường" if number % 3 == 0 else "xã"
    again = f" {number // 100 + 1}" if number >= 100 else ""
    return f"UBND {form} {_FIRST[number % 10]} {_SECOND[number // 10 % 10]}{again}"


def contacts(province: Province) -> list[Row]:
    """A head for every unit but one, deputies for half of them, superior and leadership at the top."""
    rows = [
        _post(INSPECTOR, "head", "giamdoc.snv", "Giám đốc Sở Nội vụ"),
        _post(ROOT, "superior", "phochutich", "Phó Chủ tịch UBND tỉnh Hương Giang"),
        _post(ROOT, "leadership", "chutich", "Chủ tịch UBND tỉnh Hương Giang"),
    ]
    for number in range(province.units):
        head, deputy = ("Giám đốc", "Phó Giám đốc") if is_department(number) else ("Chủ tịch", "Phó Chủ tịch")
        name = unit_name(number)
        if number != _WITHOUT_HEAD:
            rows.append(_post(unit_code(number), "head", f"thutruong.{number + 1:03d}", f"{head} {name}"))
        if number % 2:
            rows.append(_post(unit_code(number), "deputy", f"cappho.{number + 1:03d}", f"{deputy} {name}"))
    return rows


def absences(province: Province) -> list[Row]:
    """Heads who are away around `as_of`, one of them without a delegate."""
    day = province.as_of.date()
    return [
        {
            "unit_code": unit_code(number),
            "from_on": day.replace(day=1).isoformat(),
            "to_on": day.replace(day=28).isoformat(),
            "delegate_email": f"cappho.{number + 1:03d}@{DOMAIN}" if delegated else "",
            "reason": "Đi công tác",
        }
        for number, delegated in _AWAY.items()
        if number < province.units
    ]


def _unit(code: str, name: str, kind: str, parent: str = ROOT, first: str = "", last: str = "") -> Row:
    return {"unit_code": code, "name": name, "kind": kind, "parent_code": parent, "valid_from": first, "valid_to": last}


def _post(unit: str, role: str, mailbox: str, title: str) -> Row:
    return {
        "unit_code": unit,
        "role": role,
        "name": UNNAMED,
        "email": f"{mailbox}@{DOMAIN}",
        "title": title,
        "salutation": "Đồng chí",
        "valid_from": "",
        "valid_to": "",
    }
