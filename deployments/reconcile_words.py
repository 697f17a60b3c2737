"""Words of `dondoc run reconcile`: what may be refused before it starts, and the few lines that tell its result.

Vietnamese and English. Names of classes and sentences of notices are those of the result itself
(tasks/reports/reconciliation_speech).
"""

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "day": (
        "{option} {text!r}: viết dạng 2026-11-02 hoặc 02/11/2026.",
        "{option} {text!r}: write it as 2026-11-02 or 02/11/2026.",
    ),
    "period": (
        "--from {first} sau --to {last}: hãy đổi lại.",
        "--from {first} is after --to {last}: turn them round.",
    ),
    "not_dossiers": (
        "--source {name}: nguồn này không phải hồ sơ; các nguồn hồ sơ: {known}.",
        "--source {name} holds no dossiers; those that do: {known}.",
    ),
    "unit": (
        "--unit {code}: không có đơn vị nào mang mã này{near}.",
        "--unit {code}: no unit has this code{near}.",
    ),
    "near": ("; có phải {codes}?", "; is it {codes}?"),
    "name": (
        "{option} {name!r}: chỉ ghi tên tệp, không kèm thư mục; tệp nằm trong {folder}.",
        "{option} {name!r}: the name of a file only, without a folder; it lies in {folder}.",
    ),
    "no_file": (
        "{option} {name}: không có tệp này trong {folder}; đang có: {known}.",
        "{option} {name}: no such file in {folder}; there are: {known}.",
    ),
    "out": (
        "--out {folder}: không phải thư mục, hoặc không có quyền ghi; hãy chọn thư mục khác.",
        "--out {folder}: no folder, or it may not be written to; choose another one.",
    ),
    "nothing_there": ("(chưa có tệp nào)", "(none)"),
    "repair_by": (
        "--repair --confirm cần kèm --by NGƯỜI và --reason LÝ_DO: việc này được ghi vào sổ.",
        "--repair --confirm needs --by WHO and --reason WHY: it is written into the audit.",
    ),
    "confirm_alone": (
        "--confirm chỉ dùng cùng --repair.",
        "--confirm is of use only with --repair.",
    ),
    "repair_dry": (
        "--repair --confirm không chạy thử được: bản xem trước chính là chạy thử (--repair không kèm --confirm).",
        "--repair --confirm has no dry run: the preview is one (--repair without --confirm).",
    ),
    "depth": ("--depth {text!r}: rows hoặc counts.", "--depth {text!r}: rows or counts."),
    "agree": (
        "  Các bên khớp nhau trong phạm vi đã hỏi: không có sai lệch nào đang mở.",
        "  The sides agree within what was asked: no difference is open.",
    ),
    "differ": (
        "  Sai lệch đang mở: {open} ({new} mới, {returned} quay lại sau khi đã khắc phục); vừa khắc phục: {fixed}; "
        "đã giải trình: {explained}",
        "  open differences: {open} ({new} new, {returned} back after they were fixed); fixed: {fixed}; "
        "explained: {explained}",
    ),
    "class": ("    {kind}: {n}", "    {kind}: {n}"),
    "returned": (
        "  CẢNH BÁO: quay lại sau khi đã khắc phục: {ids}",
        "  ALARM: back after they were fixed: {ids}",
    ),
    "head": (
        "Đối soát lúc {at}: {state} (mã kết thúc {exit_status})",
        "Reconciliation as of {at}: {state} (exit status {exit_status})",
    ),
    "state_done": ("đã xong", "done"),
    "state_nothing_to_do": ("không có việc phải làm", "nothing to do"),
    "state_incomplete": ("chưa trọn, có bên không đọc được", "incomplete, a side could not be read"),
    "state_refused": ("có nguồn không đáng tin nên không dùng", "a source was not to be trusted"),
    "state_failed": ("không chạy được", "failed"),
    "state_busy": ("một lượt khác đang chạy", "another run is at work"),
    "registers": ("sổ giấy", "paper registers"),
    "other_day": (
        "  (chỉ chạy thử vì thời điểm tính không phải hôm nay)",
        "  (a dry run because it is asked as of another day)",
    ),
    "nothing": (
        "  Không có gì để so trong phạm vi đã hỏi: không bên nào có hồ sơ.",
        "  There is nothing to compare within what was asked: no side has a dossier.",
    ),
    "unseen": (
        "  Không xem được nguồn nào ({names}): không biết các bên có khớp nhau hay không.",
        "  No source could be seen ({names}): whether the sides agree is not known.",
    ),
    "partly": (
        "  Ở những bên xem được, không có sai lệch nào đang mở; nguồn {names} chưa xem được nên chưa thể nói là khớp.",
        "  On the sides that could be seen no difference is open; source {names} could not be seen: no agreement.",
    ),
    "presence": ("  Hồ sơ có mặt ở: {cells}", "  dossiers present in: {cells}"),
    "cell": ("{sides}: {n}", "{sides}: {n}"),
    "notice": ("  Lưu ý: {text}", "  notice: {text}"),
    "more": ("  … và {n} lưu ý khác, xem --json hoặc tệp kết quả", "  … and {n} more notices, see --json or the files"),
    "repair": (
        "  Kéo lại sẽ sửa được {n} hồ sơ. Làm thật: dondoc run reconcile --repair --confirm {run_id} --by NGƯỜI "
        "--reason LÝ_DO",
        "  a repair would pull {n} dossiers again. To do it: dondoc run reconcile --repair --confirm {run_id} --by WHO "
        "--reason WHY",
    ),
    "repair_none": ("  Không có gì kéo lại mà sửa được.", "  nothing here is mended by pulling again."),
    "repair_unseen": (
        "  Nguồn {names} chưa xem được nên không biết có gì cần kéo lại.",
        "  source {names} could not be seen: what should be pulled again is not known.",
    ),
    "pulled": ("    {code} ({unit}): {what}", "    {code} ({unit}): {what}"),
    "pulled_more": (
        "    … và {n} hồ sơ khác, xem --json hoặc trang kết quả",
        "    … and {n} more, see --json or the page",
    ),
    "repair_many": (
        "  Kéo lại là {n} hồ sơ, nhiều hơn --limit {limit}: sẽ không sửa gì.",
        "  {n} dossiers, more than --limit {limit}: a repair would do nothing.",
    ),
    "files": ("  Kết quả: {path}", "  result: {path}"),
    "files_units": ("  và {n} tệp theo đơn vị bên cạnh", "  and {n} files by unit beside it"),
    "look": (
        "  Từng chỗ: dondoc differences list, dondoc differences explain MÃ",
        "  one by one: dondoc differences list, dondoc differences explain ID",
    ),
}


def say(key: str, locale: str, **words: object) -> str:
    """The words of that key in `vi` or `en`."""
    return WORDS[key][1 if locale == "en" else 0].format(**words)
