"""The stop button, pressed in Prefect: the same audited act as `dondoc mail stop|start`, without the run lock."""

import os
from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.clock import machine_now
from tasks.settings import load_settings
from tasks.store import open_store
from warehouse import desk

_SENTENCES = {
    "stop": ("Đã dừng mọi thư. Cho gửi lại: chọn start.", "All mail is stopped. To let it go again: choose start."),
    "start": ("Thư được gửi trở lại.", "Mail goes out again."),
    "missing": (
        "Chưa làm gì: hãy ghi người thực hiện; khi dừng thì cả lý do.",
        "Nothing done: say who acts, and to stop also why.",
    ),
}


@task(name="switch mail", cache_policy=NO_CACHE, persist_result=False)
def switch_mail(config: str, switch: str, by: str, reason: str) -> tuple[str, bool]:
    """Stop or start all mail; a sentence in the configured language, and whether it was done."""
    settings = load_settings(Path(config), os.environ)
    done = bool(by.strip()) and (switch == "start" or bool(reason.strip()))
    if done:
        act = desk.stop_mail if switch == "stop" else desk.start_mail
        with open_store(settings.warehouse.url, dry_run=False) as store, store.transaction() as conn:
            act(conn, by.strip(), reason.strip(), machine_now())
    return _SENTENCES[switch if done else "missing"][settings.locale == "en"], done
