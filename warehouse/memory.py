"""Whether a fault means that this machine has no memory left: few libraries say it with a MemoryError."""

import errno

_SAID = ("cannot allocate memory", "failed to map segment", "can't start new thread", "out of memory")


def is_out_of_memory(fault: BaseException | None) -> bool:
    """By its class, its number or the system's words, or by what it came from."""
    seen: set[int] = set()
    while fault is not None and id(fault) not in seen:
        seen.add(id(fault))
        if isinstance(fault, MemoryError) or (isinstance(fault, OSError) and fault.errno == errno.ENOMEM):
            return True
        if isinstance(fault, ImportError | RuntimeError) and any(words in str(fault).lower() for words in _SAID):
            return True
        fault = fault.__cause__
    return False
