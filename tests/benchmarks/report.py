"""Numbers in rows: what was measured, beside its budget."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line of the table; the budget is in the same unit as the value, None where there is none."""

    what: str
    value: float
    unit: str
    budget: float | None = None

    def verdict(self) -> str:
        """Say whether the value keeps the budget: printed, never asserted, for machines differ."""
        if self.budget is None or math.isnan(self.value):
            return ""
        return "kept" if self.value <= self.budget else "MISSED"


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least ``share`` of the values do not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def median(values: Sequence[float]) -> float:
    """Return the middle value."""
    return statistics.median(values)


def show(title: str, rows: Sequence[Row]) -> None:
    """Print one block of the table."""
    print(f"\n{title}", flush=True)
    for row in rows:
        budget = "" if row.budget is None else f"≤ {_number(row.budget)} {row.unit}"
        print(
            f"  {row.what:<74}{_number(row.value):>9} {row.unit:<5} {budget:<12} {row.verdict()}".rstrip(), flush=True
        )


def _number(value: float) -> str:
    if math.isnan(value):
        return "unknown"
    return f"{value:.0f}" if value == int(value) or abs(value) >= 100 else f"{value:.3g}"
