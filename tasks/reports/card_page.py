"""A card's markdown as one self-contained HTML page: to open where no Prefect is, to print, to file.

Only the markdown that our own cards use: headings, tables, lists, sentences, bold, code, links to files beside it,
escaped signs. Which lines a card has is `card`'s, `desks`' and `reconciliation`'s business.
"""

import html
import re

from tasks.reports.trace import page_style

_ESCAPED = re.compile(r"\\([\\`*_\[\]<>#|])")
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_BAR = re.compile(r"(?<!\\)\|")
_CODE = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"\[([^\[\]]+)\]\(((?:\.\./|[\w-])[\w./-]*)\)")  # never to another host
_VERDICTS = {"🟢": "good", "🟡": "watch", "🔴": "bad", "⚪": "dry"}
_KEPT = "\ue000{}\ue001"  # stands for an escaped sign while the others are read


def card_page(markdown: str, locale: str) -> str:
    """The page of a card."""
    blocks = markdown.strip().split("\n\n")
    title = _plain(blocks[0].removeprefix("# "))
    body = "\n".join(_block(block) for block in blocks)
    return (
        f'<!doctype html>\n<html lang="{locale}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="color-scheme" content="light dark">\n<title>{html.escape(title)}</title>\n'
        f"<style>\n{page_style()}\n</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _block(block: str) -> str:
    """One block: heading, table, list or sentence."""
    if block.startswith("# "):
        return f"<header><h1>{_text(block[2:])}</h1></header>"
    if block.startswith("## "):
        return f"<h3>{_text(block[3:])}</h3>"
    lines = block.splitlines()
    if lines[0].startswith("| "):
        return _table(lines)
    if lines[0].startswith("- "):
        items = "".join(f"<li>{_text(line[2:])}</li>" for line in lines)
        return f'<ul class="needs">{items}</ul>'
    text = " ".join(lines)
    if verdict := _VERDICTS.get(text[:1]):
        return f'<p class="verdict {verdict}">{_text(text[1:].strip())}</p>'
    return f"<p>{_text(text)}</p>"


def _table(lines: list[str]) -> str:
    heads, _, *rows = [[cell.strip() for cell in _BAR.split(line.strip())[1:-1]] for line in lines]
    top = "".join(f'<th scope="col">{_text(head)}</th>' for head in heads)
    body = "".join(_row(heads, row) for row in rows)
    return f'<div class="wide"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def _row(heads: list[str], row: list[str]) -> str:
    cells = "".join(
        f'<td data-head="{html.escape(_plain(head), quote=True)}">{_text(cell)}</td>'
        for head, cell in zip(heads, row, strict=False)
    )
    return f"<tr>{cells}</tr>"


def _text(text: str) -> str:
    """Escaped for HTML, with the card's own marks kept and its escaped signs as they are meant."""
    kept = _ESCAPED.sub(lambda sign: _KEPT.format(ord(sign[1])), text)
    marked = _LINK.sub(r'<a href="\2">\1</a>', _BOLD.sub(r"<b>\1</b>", html.escape(kept, quote=False)))
    marked = _CODE.sub(r"<code>\1</code>", marked)
    return re.sub("\ue000(\\d+)\ue001", lambda code: html.escape(chr(int(code[1])), quote=False), marked)


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)
