"""Which text is an e-mail address that a mail may be handed for. Syntax only: nobody is asked whether it exists."""

import re

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_LABEL}", re.ASCII)
_LONGEST, _LONGEST_LOCAL = 254, 64  # RFC 5321 §4.5.3.1


def usable_address(text: object) -> bool:
    """True for a plain ASCII `local@domain.tld`: one @, no space, no control character, no line break, no quoting."""
    if not isinstance(text, str) or len(text) > _LONGEST or not _ADDRESS.fullmatch(text):
        return False
    return text.index("@") <= _LONGEST_LOCAL
