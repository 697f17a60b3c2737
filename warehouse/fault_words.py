"""Refusals of the warehouse in the words of people, Vietnamese and English: for the command line, books and bulletins.

One entry for each class, with `:code` where a class knows several cases. What a refusal means is in `errors`.
"""

WORDS: dict[str, tuple[str, str]] = {
    "LockBusyError": (
        "Một lượt chạy khác đang làm việc với kho dữ liệu: {holder}. Hãy chờ lượt đó xong rồi chạy lại.",
        "Another run works on this warehouse: {holder}. Wait for it to end, then run again.",
    ),
    "LockLostError": (
        "Mất kết nối giữ quyền chạy ({holder}), lượt chạy dừng tại đây. Hãy chạy lại.",
        "The session that held the run lock is gone ({holder}); the run stopped here. Run again.",
    ),
    "WarehouseBusyError": (
        "Kho dữ liệu {where} đang được tiến trình khác ghi hoặc hết kết nối trống. Hãy thử lại sau một phút.",
        "The warehouse {where} is being written by another process or has no connection free. Try again in a minute.",
    ),
    "WarehouseUnavailableError": (
        "Không mở được kho dữ liệu {where}: {reason}. Hãy kiểm tra `warehouse.url` và quyền truy cập.",
        "The warehouse {where} cannot be opened: {reason}. Check `warehouse.url` and permissions.",
    ),
    "WarehouseDiskError": (
        "Đĩa của kho dữ liệu {where} đã đầy hoặc không ghi được ({code}). Dữ liệu cũ còn nguyên; hãy giải phóng chỗ "
        "rồi chạy lại.",
        "The disk of the warehouse {where} is full or cannot be written ({code}). What was there is whole; make room, "
        "then run again.",
    ),
    "WarehouseLostError": (
        "Mất kết nối tới kho dữ liệu {where} giữa chừng ({code}). Phần chưa ghi xong sẽ được làm lại ở lượt sau.",
        "The connection to the warehouse {where} broke ({code}). What was not finished is done again by the next run.",
    ),
    "WarehouseDamagedError": (
        "Kho dữ liệu {where} bị hỏng ({reason}); chương trình không thay đổi gì. Hãy chuyển tệp này cùng các tệp -wal, "
        "-shm đi nơi khác rồi khôi phục bản sao lưu gần nhất.",
        "The warehouse {where} is damaged ({reason}); nothing was changed. Move the file with its -wal and -shm aside, "
        "then restore the last backup.",
    ),
    "WarehouseDamagedError:older_copy": (
        "Kho dữ liệu {where} thiếu lượt chạy {reason} đã kết thúc tại đây: tệp -wal bị xóa hoặc tệp là bản sao cũ hơn. "
        "Hãy khôi phục tệp đúng; nếu đây là bản sao lưu được khôi phục có chủ đích thì xóa tệp {note} bên cạnh "
        "rồi chạy lại.",
        "The warehouse {where} lacks run {reason}, which ended here: its -wal file was removed, or it is an old copy. "
        "Put the right file back; if it is a backup restored on purpose, remove {note} beside it and run again.",
    ),
    "BackupError:not_a_backup": (
        "{target} không phải là bản sao lưu của dondoc.",
        "{target} is no backup of dondoc.",
    ),
    "BackupError:damaged": (
        "Bản sao lưu {target} bị hỏng; chưa thay đổi gì. Hãy dùng bản khác.",
        "The backup {target} is damaged; nothing was changed. Take another one.",
    ),
    "BackupError:newer_form": (
        "Bản sao lưu {target} do phiên bản dondoc mới hơn tạo ra. Hãy cài bản dondoc mới hơn.",
        "The backup {target} was made by a newer dondoc. Install that one.",
    ),
    "BackupError:not_empty": (
        "Kho dữ liệu {target} không trống; chỉ khôi phục vào kho trống. Hãy chuyển kho cũ đi nơi khác (tệp cùng -wal, "
        "-shm) hoặc tạo cơ sở dữ liệu mới.",
        "The warehouse {target} is not empty; backups are restored into an empty one only. Move the old one aside "
        "(with -wal and -shm) or create a new database.",
    ),
    "BackupError:no_reason": (
        "Khôi phục thì phải nêu --by AI và --reason VÌ SAO; điều này được ghi vào sổ.",
        "A restore needs --by WHO and --reason WHY: it is written into the audit.",
    ),
    "AuditBrokenError": (
        "Sổ việc làm của người vận hành trong kho dữ liệu {where} bị sửa, xóa hoặc chèn từ dòng {row_id}. Hãy giữ "
        "nguyên kho, đối chiếu với bản sao lưu gần nhất: `dondoc audit list`, `dondoc audit check`.",
        "The audit in {where} was changed, cut or added to from row {row_id} on. Leave the warehouse as it is and "
        "compare with the last backup: `dondoc audit list`, `dondoc audit check`.",
    ),
    "SchemaError:missing": (
        "Chưa có kho dữ liệu tại {where}. Hãy chạy `dondoc db upgrade` hoặc một lệnh `dondoc run` để tạo.",
        "There is no warehouse at {where} yet. Run `dondoc db upgrade` or any `dondoc run` to create it.",
    ),
    "SchemaError:foreign": (
        "{where} chứa bảng của ứng dụng khác ({detail}). Hãy dành cho dondoc một cơ sở dữ liệu riêng.",
        "{where} holds tables of another application ({detail}). Give dondoc a database of its own.",
    ),
    "SchemaError:older": (
        "Kho dữ liệu tại {where} ở phiên bản cũ {detail}. Hãy sao lưu rồi chạy `dondoc db upgrade`.",
        "The warehouse at {where} has the older schema {detail}. Back it up, then run `dondoc db upgrade`.",
    ),
    "SchemaError:newer": (
        "Kho dữ liệu tại {where} ở phiên bản {detail}, mới hơn chương trình này. Hãy cài bản dondoc mới hơn.",
        "The warehouse at {where} has schema {detail}, unknown to this version. Install a newer dondoc.",
    ),
    "SchemaError:damaged": (
        "Kho dữ liệu tại {where} thiếu {detail}. Hãy khôi phục từ bản sao lưu gần nhất.",
        "The warehouse at {where} lacks {detail}. Restore it from the last backup.",
    ),
}


def sentence_of(error: Exception, locale: str) -> str:
    """The sentence of a refusal, filled from its own attributes; its own text where the catalogue has none."""
    name = type(error).__name__
    values = vars(error)
    for key in (f"{name}:{values.get('code', '')}", name):
        if key in WORDS:
            return WORDS[key][1 if locale == "en" else 0].format(**values)
    return str(error)
