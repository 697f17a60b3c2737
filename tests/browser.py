"""A headless Chromium as a person would use it: go to a page, wait for words, click, type, take a picture.

Spoken to by its debugging protocol over the websocket client that Prefect brings along. Where no Chromium is installed
`find_chromium()` is empty and tests that need one are skipped.
"""

import base64
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import httpx
from websockets.sync.client import ClientConnection, connect

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE = 60.0


def find_chromium() -> str:
    """The browser on the PATH, "" for none."""
    return next((found for name in NAMES if (found := shutil.which(name))), "")


class Page:
    """One tab."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket, self._number = socket, 0
        self.call("Page.enable")

    def call(self, method: str, **words: Any) -> dict[str, Any]:
        """A command of the protocol and its result."""
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": words}))
        while True:
            answer = json.loads(self._socket.recv(timeout=PATIENCE))
            if answer.get("id") == self._number:
                assert "error" not in answer, answer["error"]
                return dict(answer["result"])

    def go(self, address: str) -> None:
        self.call("Page.navigate", url=address)

    def ask(self, expression: str) -> Any:
        """The value of an expression on the page."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def text(self) -> str:
        return str(self.ask("document.body ? document.body.innerText : ''"))

    def until(self, expression: str, what: str = "") -> Any:
        """The first true value of the expression."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if value := self.ask(expression):
                return value
            time.sleep(0.1)
        raise AssertionError(f"never on the page: {what or expression}\n{self.text()[:3000]}")

    def until_said(self, words: str) -> None:
        self.until(f"document.body && document.body.innerText.includes({json.dumps(words)})", words)

    def has_popped_up(self, words: str) -> bool:
        """Whether a notice with these words is there; it is put away."""
        notices = "[...document.querySelectorAll('[class*=toast],[class*=notification]')]"
        said = f"{notices}.filter(one => (one.innerText || '').includes({json.dumps(words)}))"
        return bool(self.ask(f"{said}.map(one => one.remove()).length"))

    def click(self, words: str, tag: str = "button,a,[role=tab],[role=option],label") -> None:
        """Click the innermost visible thing that says exactly these words."""
        found = (
            f"[...document.querySelectorAll({json.dumps(tag)})].filter(one => one.offsetParent !== null"
            f" && one.innerText.trim() === {json.dumps(words)}).pop()"
        )
        self.until(f"!!({found})", f"to click: {words}")
        self.ask(f"({found}).click()")

    def fill(self, label: str, value: str) -> None:
        """Type into the field below that label."""
        field = self._below(label, "input,textarea")
        self.until(f"!!({field})", f"field {label}")
        self.ask(f"({field}).focus()")
        self.call("Input.insertText", text=value)

    def pick_day(self, label: str, button: str, day: date) -> None:
        """Open the date picker below that label by its button, and choose a day as by mouse."""
        buttons = self._below(label, "button,label,[role=radio]", all_of_them=True)
        self.ask(f"({buttons}).find(one => one.innerText.trim() === {json.dumps(button)}).click()")
        field = self._below(label, "input[type=date]")
        self.until(f"!!({field})", f"date picker {label}")
        kinds = "['input', 'change'].forEach(kind => one.dispatchEvent(new Event(kind, {bubbles: true})))"
        self.ask(f"(() => {{ const one = {field}; one.value = '{day}'; {kinds}; }})()")

    def choose(self, label: str, option: str) -> int:
        """In every list whose label begins so, choose that option; how many lists there were."""
        labels = f"[...document.querySelectorAll('label')].filter(one => one.innerText.startsWith({json.dumps(label)}))"
        lists = f"{labels}.map(one => one.closest('.p-label')?.querySelector('select')).filter(Boolean)"
        tell = f"one.value = {json.dumps(option)}; one.dispatchEvent(new Event('change', {{bubbles: true}}));"
        self.until(f"({lists}).length", f"lists {label}")
        return int(self.ask(f"({lists}).map(one => {{ {tell} }}).length"))

    @staticmethod
    def _below(label: str, chosen: str, *, all_of_them: bool = False) -> str:
        """What stands in the box of that label, as an expression."""
        found = f"[...document.querySelectorAll('label')].find(one => one.innerText.startsWith({json.dumps(label)}))"
        asked = f"box.querySelectorAll({json.dumps(chosen)})" if all_of_them else f"box.querySelector('{chosen}')"
        got = f"[...{asked}]" if all_of_them else asked
        return f"(() => {{ const box = {found}?.closest('.p-label'); return box && {got}; }})()"

    def _instead(self, words: str, other: str) -> None:
        """Show other words wherever these are seen; what the page knows stays as it is."""
        walk = "document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)"
        texts = f"for (const w = {walk}; w.nextNode();) w.currentNode.data = w.currentNode.data.replaceAll(a, b);"
        fields = "for (const f of document.querySelectorAll('input,textarea')) f.value = f.value.replaceAll(a, b);"
        self.ask(f"((a, b) => {{ {texts} {fields} }})({json.dumps(words)}, {json.dumps(other)})")

    def picture(self, path: Path, *, width: int = 1280, height: int = 900, hide: tuple[str, str] | None = None) -> None:
        """What is seen, as PNG; `hide`: words and what is shown instead."""
        self.size(width, height)
        time.sleep(0.5)  # the page lays itself out anew
        if hide:
            self._instead(*hide)
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    def size(self, width: int, height: int, scale: float = 1) -> None:
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=False
        )


@contextmanager
def browser(folder: Path, *, dark: bool = False) -> Iterator[Page]:
    """A browser with a profile of its own in that folder; gone afterwards."""
    words = [
        find_chromium(),
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        "--no-first-run",
        "--lang=vi",
        "--remote-debugging-port=0",
        f"--user-data-dir={folder}",
        "about:blank",
    ]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            with connect(_tab(folder), max_size=None, proxy=None) as socket:
                page = Page(socket)
                page.size(1280, 900)
                scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
                page.call("Emulation.setEmulatedMedia", features=[scheme])
                page.call("Emulation.setTimezoneOverride", timezoneId="Asia/Ho_Chi_Minh")
                yield page
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _tab(folder: Path) -> str:
    told, until = folder / "DevToolsActivePort", time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if told.exists() and (lines := told.read_text(encoding="utf-8").splitlines()):
            tabs = httpx.get(f"http://127.0.0.1:{lines[0]}/json/list", trust_env=False).json()
            pages = [one["webSocketDebuggerUrl"] for one in tabs if one["type"] == "page"]
            if pages:
                return str(pages[0])
        time.sleep(0.1)
    raise AssertionError("the browser did not start")
