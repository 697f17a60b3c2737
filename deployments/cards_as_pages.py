"""The run card of a morning as one self-contained HTML page, from the same frozen facts as the card in Prefect.

Which lines a card has is `tasks/reports/card`'s business; here they only become a page.
"""

import html
import re
from typing import Any

from tasks.mail.frozen import thaw_bulletin
from tasks.reports.card import card_markdown
from tasks.reports.trace import page_style


def card_page(frozen_bulletin: dict[str, Any], locale: str) -> str:
    """The page of a frozen bulletin. Raises ValidationError for what is no bulletin."""
    markdown = card_markdown(thaw_bulletin(frozen_bulletin), dry_run=False, locale=locale)
    blocks = markdown.strip().split("\n\n")
    title = blocks[0].removeprefix("# ")
    body = "\n".join(_block(block) for block in blocks)
    return (
        f'<!doctype html>\n<html lang="{locale}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="color-scheme" content="light dark">\n<title>{html.escape(title)}</title>\n'
        f"<style>\n{page_style()}\n</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _block(block: str) -> str:
    """One block of the card's markdown: heading, table, list or sentence."""
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
    return f"<p>{_text(' '.join(lines))}</p>"


def _table(lines: list[str]) -> str:
    heads, _, *rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]
    top = "".join(f'<th scope="col">{_text(head)}</th>' for head in heads)
    body = "".join(_row(heads, row) for row in rows)
    return f'<div class="wide"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def _row(heads: list[str], row: list[str]) -> str:
    cells = "".join(
        f'<td data-head="{html.escape(head, quote=True)}">{_text(cell)}</td>'
        for head, cell in zip(heads, row, strict=False)
    )
    return f"<tr>{cells}</tr>"


def _text(text: str) -> str:
    """Escaped, with the card's bold kept."""
    return re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", html.escape(text, quote=False))
