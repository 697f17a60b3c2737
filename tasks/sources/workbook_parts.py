"""What the parts of a workbook say beside its cells' values: sheets, styles, errors, formulas without a result.

The reader of cells (workbook_child.py) is silent about these. Runs in its process, under its limits, and imports
nothing else of ours: starting it must stay cheap.
"""

import re
import zipfile
from dataclasses import dataclass
from xml.etree import ElementTree as ET

Place = tuple[int, int]

_CELL = re.compile(rb"<(?:\w+:)?c\s([^<>]*)>")
_ERROR = re.compile(rb"\st\s*=\s*[\"']e[\"']")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^<>]*)?>([^<]*)<")
_END_OF_CELL = re.compile(rb"</(?:\w+:)?c\s*>")
_REFERENCE = re.compile(rb"\br\s*=\s*[\"']([A-Z]{1,3})(\d{1,7})[\"']")
_STYLE = re.compile(rb"\bs\s*=\s*[\"'](\d{1,6})[\"']")
_TEXT_RESULT = re.compile(rb"\bt\s*=\s*[\"']str[\"']")
_PLAIN_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml\s[^<>]*\?>)?\s*<[A-Za-z]")
_ZEROS = re.compile(r"0{2,30}")


class Refused(Exception):  # noqa: N818 -- said to people as it is
    """The workbook must not be taken; `code` is a sentence's."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Looked:
    """What the parts say: the part of each sheet in the workbook's order, `marks` by part of visible ones.

    `shift`: the days by which serials of the 1904 system are behind.
    """

    sheets: list[str]
    shift: int
    marks: dict[str, dict[Place, str | int]]


def look_through(package: zipfile.ZipFile, unpacked: int) -> Looked:
    """Every part whole (its check sum is tested), none larger than announced, none with a document type of its own."""
    left = unpacked

    def checked(part: zipfile.ZipInfo) -> bytes:
        nonlocal left
        with package.open(part) as opened:
            content = opened.read(left + 1)
        left -= len(content)
        if left < 0:
            raise Refused("workbook_bomb")
        if part.filename.lower().endswith((".xml", ".rels", ".vml")):
            _check_markup(content)
        return content

    large = [part for part in package.infolist() if part.filename.lower().startswith("xl/worksheets/")]
    for part in package.infolist():
        if part not in large:
            checked(part)
    sheets, shown, shift = _sheets_of(package)
    padded = _padded_styles(package)
    marks: dict[str, dict[Place, str | int]] = {}
    for part in package.infolist():
        content = checked(part) if part in large else b""
        if part.filename in shown:
            marks[part.filename] = marks_of(content or package.read(part), padded)
    return Looked(sheets, shift, marks)


def _check_markup(content: bytes) -> None:
    if b"\0" in content[:256]:
        raise Refused("workbook_damaged")  # no spreadsheet writes its parts in UTF-16; entities could hide
    if _PLAIN_START.match(content):
        return  # the root is open: a document type cannot come any more
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise Refused("workbook_entities")


def _sheets_of(package: zipfile.ZipFile) -> tuple[list[str], set[str], int]:
    """The part of each sheet in the workbook's order, the visible ones, and the days by which serials are behind."""
    names = {name.lower(): name for name in package.namelist()}
    book = ET.fromstring(package.read(names["xl/workbook.xml"]))  # noqa: S314 -- document types are refused before
    targets: dict[str, str] = {}
    if relations := names.get("xl/_rels/workbook.xml.rels"):
        for relation in ET.fromstring(package.read(relations)):  # noqa: S314 -- the same
            target = relation.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            targets[relation.get("Id", "")] = names.get(path.lower(), "")
    parts, shown, shift = list[str](), set[str](), 0
    for element in book.iter():
        tag = element.tag.rpartition("}")[2]
        if tag == "sheet":
            reference = next((v for k, v in element.attrib.items() if k.rpartition("}")[2] == "id" and "}" in k), "")
            parts.append(targets.get(reference, ""))
            if element.get("state", "visible") == "visible":
                shown.add(parts[-1])
        elif tag == "workbookPr" and element.get("date1904", "0") in ("1", "true"):
            shift = 1462
    return parts, shown, shift


def _padded_styles(package: zipfile.ZipFile) -> dict[bytes, int]:
    """Styles that show a number with leading zeros (`00000`), by their index: how many digits they show."""
    name = next((name for name in package.namelist() if name.lower() == "xl/styles.xml"), None)
    if name is None:
        return {}
    root = ET.fromstring(package.read(name))  # noqa: S314 -- document types are refused before
    digits = {
        form.get("numFmtId"): len(form.get("formatCode", ""))
        for form in root.iter()
        if form.tag.endswith("}numFmt") and _ZEROS.fullmatch(form.get("formatCode", ""))
    }
    styles = next((element for element in root if element.tag.endswith("}cellXfs")), ())
    return {
        str(place).encode(): digits[style.get("numFmtId")]
        for place, style in enumerate(styles)
        if style.get("numFmtId") in digits
    }


def marks_of(xml: bytes, padded: dict[bytes, int]) -> dict[Place, str | int]:
    """Cells the reader tells nothing of: errors, formulas without a result, numbers shown with leading zeros."""
    marks: dict[Place, str | int] = {}
    begin, last = xml.find(b"sheetData"), xml.rfind(b"</sheetData")
    last = last if last > 0 else xml.rfind(b":sheetData")
    last = last if last > 0 else len(xml)
    formulas = xml.find(b"f", max(begin, 0), last) >= 0  # a letter is found at once, and most tables have none
    errors = xml.find(b"e", max(begin, 0) + len(b"sheetData"), last) >= 0
    if not (padded or formulas or errors):
        return marks
    xml = xml[:last]
    if padded:
        for cell in _CELL.finditer(xml):
            style = _STYLE.search(cell[1])
            if style and style[1] in padded:
                marks[_place(cell[1])] = padded[style[1]]
    for hit in _ERROR.finditer(xml) if errors and (b'"e"' in xml or b"'e'" in xml) else ():
        if wrong := _CELL.match(xml, xml.rfind(b"<", 0, hit.start())):
            marks[_place(wrong[1])] = "cell_error"
    for hit in _FORMULA.finditer(xml) if formulas and (b"<f" in xml or b":f" in xml) else ():
        tag, end = _cell_before(xml, hit.start()), _END_OF_CELL.search(xml, hit.start())
        value = _VALUE.search(xml, hit.start(), end.start() + 2 if end else len(xml))
        empty = value is None or not value[1].strip()
        if empty and not (value and _TEXT_RESULT.search(tag)):
            marks[_place(tag)] = "formula"
    return marks


def _cell_before(xml: bytes, place: int) -> bytes:
    """The attributes of the cell whose formula stands there: its tag comes right before."""
    tags = _CELL.findall(xml, max(0, place - 500), place)
    if not tags:
        raise Refused("workbook_damaged")
    return bytes(tags[-1])


def _place(attributes: bytes) -> Place:
    found = _REFERENCE.search(attributes)
    if found is None:
        raise Refused("workbook_damaged")
    column = 0
    for letter in found[1]:
        column = column * 26 + letter - 64
    return int(found[2]) - 1, column - 1
