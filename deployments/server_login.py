"""The login of our own Prefect server: made once, kept in `<var>/prefect/auth` for the account it runs under.

Prefect knows one login for everybody; who did what is said by the forms and written by the desk, not by this.
"""

import os
import secrets
import stat
from pathlib import Path

from deployments.exits import UsageFaultError
from tasks.settings import Settings

SHORTEST = 32
GIVEN = "PREFECT_SERVER_API_AUTH_STRING"
SENTENCES = {
    "short": (
        "Mã đăng nhập trong {place} quá ngắn: cần ít nhất {least} ký tự, dạng tên:mã. Xóa đi để dondoc tự tạo mã mới.",
        "The login in {place} is too short: at least {least} characters, as name:secret. Remove it to have one made.",
    ),
    "open": (
        "Người khác đọc được {place}. Đặt quyền 0600: chmod 600 {place}",
        "Others can read {place}. Give it mode 0600: chmod 600 {place}",
    ),
}


def login_of(settings: Settings) -> tuple[str, str]:
    """The login `name:secret` given by the environment or kept in the file, and where it stands; made if need be.

    Raises:
        UsageFaultError: it is too short to be safe, or others can read it.
    """
    if given := os.environ.get(GIVEN):
        return _long_enough(given, GIVEN, settings)
    path = settings.var / "prefect" / "auth"
    if not path.exists():
        _make(path)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise UsageFaultError(_sentence("open", settings, place=path))
    return _long_enough(path.read_text(encoding="utf-8").strip(), str(path), settings)


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"dondoc:{secrets.token_urlsafe(SHORTEST)}\n")


def _long_enough(login: str, place: str, settings: Settings) -> tuple[str, str]:
    if len(login.partition(":")[2]) < SHORTEST:
        raise UsageFaultError(_sentence("short", settings, place=place, least=SHORTEST))
    return login, place


def _sentence(code: str, settings: Settings, **words: object) -> str:
    vietnamese, english = SENTENCES[code]
    return (english if settings.locale == "en" else vietnamese).format(**words)
