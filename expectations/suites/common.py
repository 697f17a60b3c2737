"""Rules that every dataset has, derived from the catalogue: required, readable, plausible, known words.

Particular rules stand in the dataset's own suite. A new column of the catalogue is covered here by itself.
"""

from collections.abc import Iterator

from expectations import wording
from expectations.check_context import CheckContext
from expectations.rules import Expect, Rule, Severity, has_column, has_rows, never_null, not_flagged, one_of, within
from expectations.shape import CONFLICT, DATED, FORMULA, GIVEN, KEYLESS, LONG_CODE, MALFORMED, SPOILT_CODE, TYPED
from tasks.rules.datasets import VOCABULARY, Column, Dataset

HOUSE = "Quy tắc dữ liệu dondoc: cột bắt buộc và danh mục của từng tập dữ liệu"
KEYS = "Quy tắc dữ liệu dondoc: mỗi khóa một bản ghi, bản cập nhật mới nhất có giá trị"
DATES = "Quy tắc dữ liệu dondoc: khoảng ngày hợp lý"
INTAKE = "Quy tắc dữ liệu dondoc: tiếp nhận tệp và bản ghi"

UNIT_MISSING = (
    "Thiếu mã đơn vị; đề nghị bổ sung tại nguồn, hệ thống không tự đoán đơn vị.",
    "The unit code is missing: please add it at the source, units are never guessed.",
)


# Rows of one key in one pull stand far apart: this rule looks at their keys when all of the pull has been read.
KEY_RULE = Rule(
    code="conflicting_duplicates",
    column="",
    expect=not_flagged(CONFLICT),
    text_vi="Mã trùng nhưng nội dung khác nhau, không xác định được bản mới hơn; "
    "đề nghị giữ lại một bản đúng hoặc ghi ngày cập nhật.",
    text_en="The same code stands in several rows with different content and nothing tells the newer: "
    "please keep the right one or give the date of the last update.",
    basis=KEYS,
)


def common_rules(dataset: Dataset, context: CheckContext) -> tuple[Rule, ...]:
    """Source rules, row rules about the record as a whole, then rules column by column in the catalogue's order."""
    rules = [*_source_rules(dataset, context), *_record_rules()]
    for column in dataset.columns:
        rules.extend(_column_rules(dataset, column, context))
    return tuple(rules)


def flag_rule(code: str, column: str, text_vi: str, text_en: str, basis: str) -> Rule:
    """A rule on the boolean helper `<code>__flag`, which must be false."""
    return Rule(
        code=code, column=column, expect=not_flagged(f"{code}__flag"), text_vi=text_vi, text_en=text_en, basis=basis
    )


def period_rule(code: str, column: str, helper: str, text_vi: str, text_en: str) -> Rule:
    """A rule on a distance in days from the first to the last day of a period, which must not be negative."""
    return Rule(code=code, column=column, expect=within(helper, 0, None), text_vi=text_vi, text_en=text_en, basis=DATES)


def validity_rule() -> Rule:
    """valid_from ≤ valid_to, on the helper `validity__days`."""
    return period_rule(
        "valid_to_before_valid_from",
        "valid_to",
        "validity__days",
        "Ngày hết hiệu lực trước ngày bắt đầu hiệu lực; đề nghị kiểm tra và sửa lại hai ngày này.",
        "The last day of validity is before the first: please check and correct the two dates.",
    )


def _source_rules(dataset: Dataset, context: CheckContext) -> Iterator[Rule]:
    for name in dataset.required:
        vi, en = wording.LABELS[name]
        yield Rule(
            code=f"{name}_column_missing",
            column=name,
            expect=has_column(name),
            text_vi=f"Nguồn không có cột {vi}; đề nghị gửi lại tệp đủ các cột bắt buộc.",
            text_en=f"The source has no column for the {en}: please send the file again with all required columns.",
            basis=HOUSE,
            severity=Severity.SOURCE,
        )
    if context.is_snapshot(dataset):
        yield Rule(
            code="snapshot_empty",
            column="",
            expect=has_rows(),
            text_vi="Bản danh sách đầy đủ không có dòng nào; không nhận để tránh xóa hết dữ liệu, đề nghị gửi lại tệp.",
            text_en="The complete list has no rows: it is refused, or it would end everything. Please send it again.",
            basis=INTAKE,
            severity=Severity.SOURCE,
        )


def _record_rules() -> tuple[Rule, ...]:
    return (
        Rule(
            code="malformed_row",
            column="",
            expect=not_flagged(MALFORMED),
            text_vi="Dòng dữ liệu bị hỏng (thừa hoặc thiếu ô so với tiêu đề, bị cắt ở cuối tệp, hoặc có nội dung không "
            "lưu được); đề nghị xuất lại dòng này từ phần mềm nguồn.",
            text_en="The row is malformed (more or fewer cells than headings, cut at the end of the file, or content "
            "that cannot be stored): please export it again from the source.",
            basis=INTAKE,
        ),
        Rule(
            code="formula_cell",
            column="",
            expect=not_flagged(FORMULA),
            text_vi="Dòng có ô công thức chưa có kết quả hoặc ô báo lỗi (như #REF!); đề nghị dán giá trị, gửi lại tệp.",
            text_en="The row has a formula without a result or a cell with an error (such as #REF!): "
            "please paste values and send the file again.",
            basis=INTAKE,
        ),
        Rule(
            code="code_as_number",
            column="",
            expect=not_flagged(SPOILT_CODE),
            text_vi="Mã đã bị bảng tính đổi thành số hoặc ngày (như 1,09E+11) nên không còn đúng; "
            "đề nghị để cột mã ở dạng văn bản rồi gửi lại tệp.",
            text_en="A spreadsheet turned a code into a number or a date (such as 1.09E+11), it is no longer right: "
            "please format the column as text and send the file again.",
            basis=INTAKE,
        ),
        Rule(
            code="code_too_long",
            column="",
            expect=not_flagged(LONG_CODE),
            text_vi="Bản ghi có mã dài quá 200 ký tự, không phải là mã; đề nghị kiểm tra các cột mã rồi gửi lại.",
            text_en="The record has a code of more than 200 characters, which is no code: please check the columns.",
            basis=INTAKE,
        ),
        Rule(
            code="key_missing",
            column="",
            expect=not_flagged(KEYLESS),
            text_vi="Không xác định được khóa của bản ghi; đề nghị bổ sung mã định danh tại nguồn.",
            text_en="The record has no usable key: please add its identifier at the source.",
            basis=KEYS,
        ),
    )


def _column_rules(dataset: Dataset, column: Column, context: CheckContext) -> Iterator[Rule]:
    name = column.name
    if column.required:
        is_unit = name == "unit_code"
        texts = UNIT_MISSING if is_unit else wording.missing(name)
        code = "unit_missing" if is_unit else f"{name}_missing"
        yield _rule(code, name, never_null(f"{name}__state"), texts, HOUSE)
    if column.kind in TYPED:
        texts = wording.unreadable(name, column.kind)
        yield _rule(f"{name}_invalid", name, one_of(f"{name}__state", (GIVEN,)), texts, INTAKE)
    if (dataset.name, name) in VOCABULARY:
        words = VOCABULARY[dataset.name, name]
        yield _rule(f"{name}_unknown", name, one_of(f"{name}__word", words), wording.unknown_word(name), HOUSE)
    if column.kind in DATED:
        first, last = (day.toordinal() for day in context.window(name))
        yield _rule(f"{name}_implausible", name, within(f"{name}__day", first, last), wording.implausible(name), DATES)


def _rule(code: str, column: str, expect: Expect, texts: tuple[str, str], basis: str) -> Rule:
    return Rule(code=code, column=column, expect=expect, text_vi=texts[0], text_en=texts[1], basis=basis)
