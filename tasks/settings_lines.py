"""On which line of a TOML text each key stands, so that a fault can be found by a person.

Works on text that `tomllib` has accepted; values are not interpreted. A path is a tuple of keys and list indexes,
for example ("sources", 1, "base_url").
"""

import re
from collections.abc import Iterator

Path = tuple[str | int, ...]

_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|'
    r"'''.*?'{3,5}|"
    r'"(?:\\.|[^"\\\n])*"|'
    r"'[^'\n]*'|"
    r"\#[^\n]*|\n|[\[\]{},=]|[^\s\[\]{},=#\"']+",
    re.DOTALL,
)
_ESCAPES = {"\\\\": "\\", '\\"': '"'}


def key_lines(text: str) -> dict[Path, int]:
    """Every key, table and list element of the text with its line, counted from 1."""
    return _Scanner(text).scan()


class _Scanner:
    """A reader of TOML's outline; every method leaves the position behind what it has read."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text.replace("\r\n", "\n")))
        self._at = 0
        self._lines: dict[Path, int] = {}
        self._elements: dict[Path, int] = {}  # arrays of tables: index of the newest element

    def scan(self) -> dict[Path, int]:
        table: Path = ()
        while self._skip_blank():
            if self._peek() == "[":
                table = self._header()
            else:
                self._pair(table)
        return self._lines

    def _peek(self) -> str:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else ""

    def _take(self) -> tuple[str, int]:
        self._at += 1
        return self._tokens[self._at - 1]

    def _skip_blank(self) -> bool:
        while self._peek() == "\n" or self._peek().startswith("#"):
            self._at += 1
        return self._at < len(self._tokens)

    def _note(self, path: Path, line: int) -> None:
        for length in range(1, len(path) + 1):
            self._lines.setdefault(path[:length], line)

    def _header(self) -> Path:
        _, line = self._take()
        is_array = self._peek() == "["
        self._at += is_array
        path: Path = ()
        names = self._key_until("]")
        for place, name in enumerate(names):
            path = (*path, name)
            if is_array and place == len(names) - 1:
                self._elements[path] = self._elements.get(path, -1) + 1
            if path in self._elements:
                path = (*path, self._elements[path])
        self._at += is_array
        self._note(path, line)
        return path

    def _key_until(self, end: str) -> list[str]:
        names: list[str] = []
        while self._peek() != end:
            token, _ = self._take()
            names += [_unquote(token)] if token[0] in "\"'" else [part for part in token.split(".") if part]
        self._at += 1
        return names

    def _pair(self, table: Path) -> None:
        line = self._tokens[self._at][1]
        path = (*table, *self._key_until("="))
        self._note(path, line)
        self._value(path)

    def _value(self, path: Path) -> None:
        if self._peek() == "[":
            self._array(path)
        elif self._peek() == "{":
            self._inline_table(path)
        else:
            while self._peek() not in ("\n", ",", "]", "}", "") and not self._peek().startswith("#"):
                self._at += 1

    def _array(self, path: Path) -> None:
        self._at += 1
        index = 0
        while self._skip_blank() and self._peek() != "]":
            if self._peek() == ",":
                self._at += 1
                continue
            self._note((*path, index), self._tokens[self._at][1])
            self._value((*path, index))
            index += 1
        self._at += 1

    def _inline_table(self, path: Path) -> None:
        self._at += 1
        while self._skip_blank() and self._peek() != "}":
            if self._peek() == ",":
                self._at += 1
            else:
                self._pair(path)
        self._at += 1


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    line, end = 1, 0
    for found in _TOKEN.finditer(text):
        line += text.count("\n", end, found.start())
        yield found.group(), line
        line += found.group().count("\n")
        end = found.end()


def _unquote(token: str) -> str:
    inner = token[1:-1]
    return re.sub(r'\\[\\"]', lambda found: _ESCAPES[found.group()], inner) if token[0] == '"' else inner
