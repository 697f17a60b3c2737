"""The gate of one source: may this pull be promoted, and may what follows from it be mailed (design §4, §9).

Pure: counts and limits in, a decision with its reasons out. Whether a single row is good is `expectations`' business;
gates over all sources (stop button, cap, empty directory) are asked where mails are composed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

BAND_RUNS = 5
BAND_FLAGS = 20
HALF = 0.5
FEW_VANISHED = 1  # a single record gone is a deletion, never a mass, however short the list


@dataclass(frozen=True, slots=True, kw_only=True)
class GateLimits:
    """`[gates]` of the configuration. The ratio and the number must both be passed; half closes always."""

    max_quarantine_ratio: float = 0.05
    min_quarantined: int = 20
    max_vanished_ratio: float = 0.05
    band: tuple[float, float] = (0.5, 2.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PullCounts:
    """What one pull brought, save what was left out on purpose.

    `quarantined_known` of the quarantined lay in quarantine before with the same content.
    `known` are the records that a complete pull should have shown again, `vanished` those of them that it did not.
    """

    pulled: int
    quarantined: int
    quarantined_known: int = 0
    known: int = 0
    vanished: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.quarantined_known <= self.quarantined <= self.pulled:
            msg = "known quarantined ≤ quarantined ≤ pulled does not hold"
            raise ValueError(msg)
        if not 0 <= self.vanished <= self.known:
            msg = "vanished ≤ known does not hold"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class GateReason:
    """Why a gate closed. `params` fill the sentence of the code (`expectations.sentences.sentence`)."""

    code: str  # too_many_quarantined, half_quarantined, too_many_vanished, flags_out_of_band
    params: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GateDecision:
    """Open means: promote. Closed: nothing of this pull is promoted, and its reasons say why."""

    reasons: tuple[GateReason, ...] = ()

    @property
    def open(self) -> bool:
        """True when nothing speaks against it."""
        return not self.reasons


def gate(
    counts: PullCounts, limits: GateLimits, *, flagged: int | None = None, flagged_before: Sequence[int] = ()
) -> GateDecision:
    """Decide on one source's pull.

    `flagged` is the number of its open flags now (None: not asked), `flagged_before` those of its promoted runs, oldest
    first.
    """
    found = (
        _quarantine(counts, limits),
        _vanished(counts, limits),
        None if flagged is None else _band(flagged, flagged_before, limits),
    )
    return GateDecision(tuple(reason for reason in found if reason is not None))


def flag_gate(flagged: int, flagged_before: Sequence[int], limits: GateLimits) -> GateDecision:
    """Decide on the number of flags alone, where it is known only after the load."""
    reason = _band(flagged, flagged_before, limits)
    return GateDecision(() if reason is None else (reason,))


def _quarantine(counts: PullCounts, limits: GateLimits) -> GateReason | None:
    """A row that lay in quarantine with the same content counts in neither part: old trouble closes no gate."""
    fresh = counts.quarantined - counts.quarantined_known
    pulled = counts.pulled - counts.quarantined_known
    if not fresh:
        return None
    ratio = fresh / pulled
    params = {"quarantined": fresh, "pulled": pulled, "ratio": ratio}
    if ratio >= HALF:
        return GateReason("half_quarantined", params)
    if ratio > limits.max_quarantine_ratio and fresh >= limits.min_quarantined:
        return GateReason("too_many_quarantined", params)
    return None


def _vanished(counts: PullCounts, limits: GateLimits) -> GateReason | None:
    if counts.vanished <= FEW_VANISHED:
        return None
    ratio = counts.vanished / counts.known
    if ratio <= limits.max_vanished_ratio:
        return None
    return GateReason("too_many_vanished", {"vanished": counts.vanished, "known": counts.known, "ratio": ratio})


def _band(flagged: int, before: Sequence[int], limits: GateLimits) -> GateReason | None:
    """Compared with the median of the last runs; too few runs or flags say nothing about what is usual."""
    last = before[-BAND_RUNS:]
    if len(last) < BAND_RUNS or (usual := median(last)) < BAND_FLAGS:
        return None
    low, high = limits.band
    if low * usual <= flagged <= high * usual:
        return None
    return GateReason("flags_out_of_band", {"flagged": flagged, "usual": usual})
