"""Every reason code as a sentence in both languages, for the quarantine desk, the bulletin and reports.

Sentences of rules stand beside their rule; here are only those that no rule of a suite says: what became of folded
rows, and why a gate closed (`tasks/rules/gates.py`).
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache

_OTHERS: dict[str, tuple[str, str]] = {
    "duplicate": (
        "Bản ghi lặp lại nguyên văn trong cùng một lần nhận; chỉ lấy một bản.",
        "The record stands several times in one pull with the same content: it is taken once.",
    ),
    "superseded": (
        "Cùng lần nhận đã có bản mới hơn của bản ghi này; lấy bản mới nhất.",
        "The same pull has a newer version of this record: the newest is taken.",
    ),
    "too_many_quarantined": (
        "Có {quarantined} trên {pulled} bản ghi sai ({ratio:.0%}); không nhận dữ liệu lần này. "
        "Đề nghị đơn vị quản lý nguồn sửa tại nguồn; nếu đã kiểm tra mà vẫn cần nhận, hãy nới [gates] trong cấu hình.",
        "{quarantined} of {pulled} records are bad ({ratio:.0%}): nothing of this pull is taken. "
        "Have them corrected at the source; if they were checked and must come in, widen [gates] in the configuration.",
    ),
    "half_quarantined": (
        "Từ một nửa số bản ghi trở lên bị sai ({quarantined} trên {pulled}); không nhận dữ liệu lần này. "
        "Đề nghị đơn vị quản lý nguồn sửa tại nguồn; không có thiết lập nào cho qua mức này.",
        "Half of the records or more are bad ({quarantined} of {pulled}): nothing of this pull is taken. "
        "Have them corrected at the source; no setting lets so many through.",
    ),
    "commonest_reasons": (
        "Lỗi nhiều nhất: {reasons}",
        "Most frequent: {reasons}",
    ),
    "too_many_vanished": (
        "Có {vanished} trên {known} bản ghi biến mất khỏi nguồn cùng một lúc ({ratio:.0%}); chưa ghi nhận, "
        "đề nghị kiểm tra nguồn có gửi đủ không. Nếu đúng là đã hết: "
        'dondoc run sync --source {source} --accept-drop --reason "…".',
        "{vanished} of {known} records vanished from the source at once ({ratio:.0%}): not accepted, "
        "please check that the source sent everything. If they are really gone: "
        'dondoc run sync --source {source} --accept-drop --reason "…".',
    ),
    "flags_out_of_band": (
        "Số hồ sơ, kiến nghị bị cảnh báo là {flagged}, thường lệ là {usual:g}; dừng lại để người phụ trách kiểm tra.",
        "{flagged} items are flagged where {usual:g} are usual: held until somebody has looked.",
    ),
}
_UNKNOWN = ("Bản ghi không hợp lệ (mã {code}).", "The record is not valid (code {code}).")


def sentence(code: str, locale: str = "vi", params: Mapping[str, float | str] | None = None) -> str:
    """What the code means and what to do, in `vi` or `en`. Gate codes take the `params` of their reason.

    A code of an older version that is no longer known still gives a sentence, with the code in it.
    """
    texts = _catalogue().get(code)
    if texts is None:
        return _choose(_UNKNOWN, locale).format(code=code)
    text = _choose(texts, locale)
    return text.format(**params) if params else text


def codes() -> frozenset[str]:
    """All codes that have a sentence."""
    return frozenset(_catalogue())


def _choose(texts: tuple[str, str], locale: str) -> str:
    return texts[1] if locale == "en" else texts[0]


@lru_cache(maxsize=1)
def _catalogue() -> dict[str, tuple[str, str]]:
    from expectations.check_context import CheckContext
    from expectations.suites import SUITES  # pandas is loaded only when a sentence is asked for
    from expectations.suites.common import KEY_RULE
    from tasks.rules.datasets import Mode

    context = CheckContext(now=datetime(2026, 1, 1, tzinfo=UTC), mode=Mode.SNAPSHOT)
    rules = {r.code: (r.text_vi, r.text_en) for suite in SUITES.values() for r in suite.rules(context)}
    rules[KEY_RULE.code] = (KEY_RULE.text_vi, KEY_RULE.text_en)
    return rules | _OTHERS
