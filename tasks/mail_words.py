"""Why mail did not go out, in words: what happened, where, what to do. Vietnamese and English.

Faults make a run incomplete; barriers are how things should be (stop button, mode, window) and only explain a zero.
Codes come from `tasks/mail/outcome`, `mail_gates` and the settings.
"""

from tasks.settings import Settings
from tasks.settings_messages import SENTENCES as SETTINGS_SENTENCES

_LOGIN = (
    "Máy chủ thư {where} từ chối đăng nhập ({code}), đã dừng sau một lần thử. Hãy kiểm tra username và mật khẩu ở "
    "[mail]; thư còn trong sổ và sẽ gửi ở lượt sau.",
    "The mail server {where} refused the login ({code}); we stopped after one try. Check username and password in "
    "[mail]; the mails stay in the ledger and go out with the next run.",
)
_UNREACHED = (
    "Không kết nối được máy chủ thư {where}. Hãy kiểm tra host, port ở [mail] và máy chủ; thư còn trong sổ và sẽ gửi "
    "ở lượt sau.",
    "The mail server {where} cannot be reached. Check host and port in [mail], and the server; the mails stay in the "
    "ledger and go out with the next run.",
)
_SECURITY = (
    "Không thiết lập được kết nối bảo mật với máy chủ thư {where} ({code}), chưa gửi mật khẩu. Hãy kiểm tra security "
    "và ca_file ở [mail]; thư còn trong sổ.",
    "No secure connection to the mail server {where} ({code}); no password was sent. Check security and ca_file in "
    "[mail]; the mails stay in the ledger.",
)
_CERTIFICATE = (
    "Chứng thư của máy chủ thư {where} không tin cậy được, chưa gửi mật khẩu. Hãy kiểm tra chứng thư, tên máy chủ và "
    "ca_file ở [mail]; thư còn trong sổ.",
    "The certificate of the mail server {where} cannot be trusted; no password was sent. Check the certificate, the "
    "host name and ca_file in [mail]; the mails stay in the ledger.",
)
_PAUSE = (
    "Máy chủ thư {where} đề nghị tạm dừng ({code}). Thư còn lại nằm trong sổ và sẽ gửi ở lượt sau.",
    "The mail server {where} asks us to pause ({code}). The other mails stay in the ledger and go out with the next "
    "run.",
)
_US = (
    "Máy chủ thư {where} không nhận thư của hệ thống ({code}). Hãy kiểm tra sender ở [mail] và quyền gửi.",
    "The mail server {where} takes no mail from us ({code}). Check sender in [mail] and our right to send.",
)
_SECRET = (
    "Không lấy được mật khẩu của máy chủ thư {where}: {why}. Hãy kiểm tra password_env, password_file ở [mail].",
    "The password for the mail server {where} cannot be had: {why}. Check password_env, password_file in [mail].",
)
_OTHERS: dict[str, tuple[str, str]] = {
    "certificate": _CERTIFICATE,
    "tls": _SECURITY,
    "starttls_missing": _SECURITY,
    "auth_missing": _SECURITY,
    "no_connection": _UNREACHED,
    "empty_directory": (
        "Chưa có danh mục đơn vị trong kho nên không gửi thư cho ai. Hãy kiểm tra nguồn units.",
        "There is no directory of units in the warehouse, so nobody is written to. Check the source of units.",
    ),
    "cap": (
        "Số thư vượt mức {cap} thư một lượt ([mail] max_per_run) nên chưa gửi thư nào. Hãy xem `dondoc outbox list`; "
        "nếu đúng thì tăng max_per_run rồi chạy lại.",
        "There are more mails than the {cap} one run may send ([mail] max_per_run), so none was sent: look at `dondoc "
        "outbox list`; if the number is right, raise max_per_run and run again.",
    ),
    "mail_cannot_be_built": (
        "Có thư không lập được (địa chỉ sai hoặc có thông tin cá nhân), đã giữ lại. Xem `dondoc outbox list`.",
        "A mail cannot be built (wrong address, or personal data in it) and is held. See `dondoc outbox list`.",
    ),
}
_WAITS: dict[str, tuple[str, str]] = {
    "stopped": (
        "Thư đang bị dừng; các thư nằm chờ trong sổ. Cho gửi trở lại: `dondoc mail start`.",
        "Mail is stopped; the mails wait in the ledger. To go on: `dondoc mail start`.",
    ),
    "shadow": (
        "Chế độ shadow: thư được soạn và lưu, không gửi cho ai. Đổi bằng `dondoc mail mode`.",
        "Shadow mode: mails are composed and stored, sent to nobody. Change it with `dondoc mail mode`.",
    ),
    "ops_only": (
        "Chế độ ops: chỉ gửi bản tin vận hành, thư đôn đốc được giữ lại. Đổi bằng `dondoc mail mode`.",
        "Ops mode: only the bulletin goes out, reminders are held. Change it with `dondoc mail mode`.",
    ),
    "outside_window": (
        "Ngoài khung giờ gửi thư {window}; các thư nằm chờ trong sổ. Gửi bù đến {catch_up}: --outside-window --reason.",
        "Outside the mail window {window}; the mails wait in the ledger. Until {catch_up}: --outside-window --reason.",
    ),
}


def fault_sentence(code: str, settings: Settings) -> str:
    """What kept mail from going out, in the configured language."""
    where = f"{settings.mail.host}:{settings.mail.port}"
    if code in SETTINGS_SENTENCES:
        return _said(_SECRET, settings, where=where, why=_said(SETTINGS_SENTENCES[code], settings))
    return _said(_OTHERS.get(code) or _of_reply(code), settings, where=where, code=code, cap=settings.mail.max_per_run)


def waiting_sentence(code: str, settings: Settings) -> str:
    """Why composed mails were not sent although nothing is wrong; empty for a dry run."""
    if code not in _WAITS:
        return ""
    reminders = settings.reminders
    return _said(_WAITS[code], settings, window=reminders.window, catch_up=reminders.catch_up_until)


def _of_reply(code: str) -> tuple[str, str]:
    if code in ("530", "534", "535", "538"):
        return _LOGIN
    return _US if code.startswith("5") else _PAUSE


def _said(pair: tuple[str, str], settings: Settings, **words: object) -> str:
    return pair[1 if settings.locale == "en" else 0].format(**words)


def old_quarantine_sentence(days: int, locale: str) -> str:
    """For the bulletin's list of quarantined rows: how many have been lying there for too long."""
    vietnamese = f"Trong đó chờ xử lý quá {days} ngày làm việc (dondoc quarantine list --older-than {days})"
    english = f"Of these, unsettled for more than {days} working days (dondoc quarantine list --older-than {days})"
    return english if locale == "en" else vietnamese
