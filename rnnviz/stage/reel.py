"""Which moments of a training are frames of the stage: chosen as it goes on, so that what a browser has stays right."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from rnnviz.training import History
from rnnviz.words import DEFAULT_LANGUAGE, say


def of_moments(moments: Sequence[int], lang: str = DEFAULT_LANGUAGE) -> dict[str, Any]:
    """Return what the slider through moments says."""
    return {"frame_title": say("learning.frames", lang), "frame_labels": [f"{moment:,}" for moment in moments]}


class Reel:
    """The moments of a training that are frames, evenly spread over all that it will have.

    They only become more, at the end, as long as ``generation`` is the same: what stands on a grid, fixed before the
    first update so that the planned ones fit, and where the training stood still. If it stands still too often, or its
    record is thinned out, the grid becomes twice as wide, and the generation another.

    Parameters
    ----------
    steps : int
        How many updates are planned.
    most : int
        Frames at most, 2 at least.

    Attributes
    ----------
    moments : list of int
        Numbers of updates.
    generation : int
    """

    def __init__(self, steps: int, most: int) -> None:
        self._steps, self._most = steps, max(2, most)
        self._grid = 1
        self.moments: list[int] = []
        self.generation = 0

    def follow(self, history: History) -> None:
        """Add the moments that a history has had since; its first and its last are always among them."""
        known = history.moments
        stood = history.last[0] if history.last is not None else -1
        if not set(self.moments) <= set(known):
            self._choose(known, history.every)
            return
        newest = self.moments[-1] if self.moments else -1
        more = [one for one in known if one > newest and (one == stood or one == known[0] or self._on(one, history))]
        if len(self.moments) + len(more) > self._most:
            self._choose(known, history.every)
        else:
            self.moments += more

    def narrow(self, most: int, history: History) -> None:
        """Let there be fewer frames at most; those that are too many are chosen anew."""
        self._most = min(self._most, max(2, most))
        if len(self.moments) > self._most:
            self._choose(history.moments, history.every)

    def _on(self, moment: int, history: History) -> bool:
        return history.every is not None and moment % self._wide(history.every) == 0

    def _wide(self, every: int) -> int:
        """Return the grid: so many times twice what the history keeps that all planned moments fit."""
        grid = max(self._grid, every)
        while self._steps // grid + 1 > self._most:
            grid *= 2
        self._grid = grid
        return grid

    def _choose(self, known: Sequence[int], every: int | None) -> None:
        """Choose anew among all moments that there are."""
        self.generation += 1
        grid = self._wide(every or 1)
        while True:
            self.moments = [one for one in known if one % grid == 0 or one in (known[0], known[-1])]
            if len(self.moments) <= self._most:
                break
            grid *= 2
        self._grid = grid


class Companion:
    """Of another training the moments beside those of a reel: at each the latest that it has had until then.

    It may have fewer, as long as it lags behind; once it has ended, its last stands beside all that come later.
    """

    def __init__(self) -> None:
        self.moments: list[int] = []
        self.generation = 0

    def follow(self, reel: Reel, history: History, ended: bool) -> None:
        """Add the moments beside those that were added to the reel."""
        known, reached = history.moments, history.updates
        beside = [one for one in reel.moments if ended or one <= reached]
        found = [known[max(0, bisect_right(known, one) - 1)] for one in beside]
        if found[: len(self.moments)] != self.moments:
            self.generation += 1
        self.moments = found
