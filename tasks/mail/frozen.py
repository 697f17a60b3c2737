"""Digests, bulletins and facts to plain JSON and back: what the ledger keeps is what can be rendered again."""

import hashlib
import json
from typing import Any

from pydantic import TypeAdapter

from tasks.rules.model import Bulletin, Digest, ItemFacts

_DIGEST = TypeAdapter(Digest)
_BULLETIN = TypeAdapter(Bulletin)
_FACTS = TypeAdapter(ItemFacts)
_ADAPTERS: dict[type, TypeAdapter[Any]] = {Digest: _DIGEST, Bulletin: _BULLETIN, ItemFacts: _FACTS}  # costly to make
_CLOCKED = ("as_of", "revision", "data_moment")


def freeze(value: Digest | Bulletin | ItemFacts) -> dict[str, Any]:
    """JSON-able form; instants in ISO 8601 with their zone."""
    frozen: dict[str, Any] = _ADAPTERS[type(value)].dump_python(value, mode="json")
    return frozen


def thaw_digest(frozen: dict[str, Any]) -> Digest:
    """Inverse of `freeze` for digests."""
    return _DIGEST.validate_python(frozen)


def thaw_bulletin(frozen: dict[str, Any]) -> Bulletin:
    """Inverse of `freeze` for bulletins."""
    return _BULLETIN.validate_python(frozen)


def thaw_facts(frozen: dict[str, Any]) -> ItemFacts:
    """Inverse of `freeze` for facts."""
    return _FACTS.validate_python(frozen)


def fingerprint(value: Digest | Bulletin) -> str:
    """Digest of what is told, without clock, revision and data moments: equal means "the mail would say the same"."""
    return hashlib.sha256(json.dumps(_without_clock(freeze(value)), sort_keys=True).encode()).hexdigest()


def _without_clock(node: Any) -> Any:
    if isinstance(node, dict):
        return {k: _without_clock(v) for k, v in node.items() if k not in _CLOCKED}
    if isinstance(node, list):
        return [_without_clock(v) for v in node]
    return node
