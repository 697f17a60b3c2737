"""Asking a person to confirm what was shown: by --yes, or by an answer where somebody sits at the keyboard."""

import sys

import typer


def confirmed(question: str, *, yes: bool, quiet: bool = False) -> bool:
    """True after --yes or a yes at the keyboard; without a keyboard, or where only JSON may be printed, False."""
    if yes:
        return True
    if quiet or not sys.stdin.isatty():
        return False
    return typer.confirm(question)
