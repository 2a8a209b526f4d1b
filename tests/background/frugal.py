"""A desk for tests: its workers wait for the next test, for to begin one takes longer than most tests do."""

from __future__ import annotations

from rnnviz.background import Desk
from rnnviz.background.pool import Pool


class Frugal(Pool):
    """Begins no worker that nobody needs."""

    def warm(self) -> None:
        """Begin none."""


class FrugalDesk(Desk):
    """Keeps the workers that it has begun."""

    def __init__(self, places: int) -> None:
        super().__init__(places)
        self.pool = Frugal(self._heard)
        self.pool.spares = places + 1
