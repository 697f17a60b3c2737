"""Rules on extensions, shared by the events of dossiers and of recommendations."""

import pandas as pd

from expectations.rules import Rule
from expectations.shape import Sheet
from expectations.suites.common import flag_rule


def extension_rules(new_date: str, basis: str) -> tuple[Rule, ...]:
    """An `extend` event names its document and its new date."""
    return (
        flag_rule(
            "extension_without_document",
            "document_no",
            "Gia hạn không có số văn bản; thời hạn cũ vẫn giữ nguyên cho đến khi bổ sung số văn bản cho phép gia hạn.",
            "The extension has no document number: the old date stands until the number is given.",
            basis,
        ),
        flag_rule(
            "extension_without_date",
            new_date,
            "Gia hạn không nêu thời hạn mới; thời hạn cũ vẫn giữ nguyên cho đến khi bổ sung ngày mới.",
            "The extension names no new date: the old date stands until one is given.",
            basis,
        ),
    )


def extension_helpers(sheet: Sheet, new_date: str) -> dict[str, pd.Series]:
    """Helper columns of `extension_rules`."""
    extends = sheet.equals("event", "extend")
    return {
        "extension_without_document__flag": extends & sheet.missing("document_no"),
        "extension_without_date__flag": extends & sheet.missing(new_date),
    }
