"""Where gradients start: one adjoint for each loss, or each number asked after, at what is answered from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rnnviz.gradients.attending import look_back
from rnnviz.gradients.flow import Arriving, Own, Spread
from rnnviz.gradients.reading import output_gradients, pooling, pools
from rnnviz.gradients.runs import Stack
from rnnviz.trace import Array, Trace

WAYS: Final = ("context", "attention")
"""How a gradient comes from a decoder to its encoder."""


@dataclass(frozen=True, eq=False)
class Starts:
    """What starts the way back at the top of a stack, of a decoder's if there is one: B adjoints.

    Attributes
    ----------
    steps : (B,) int
        The step that each belongs to, ascending; of a ``mixed`` one any.
    own : (B, W) or None
        Where each begins at its own step, what it begins with.
    mixed : (T, B, W) or None
        Where they begin at any steps of the stack.
    reach : int
        How many steps an adjoint may flow from its own.
    looked : (S, B, C) or None
        What attention brings straight to the encoder's top states.
    ways : tuple of str
        Which of `WAYS` are open.
    """

    steps: NDArray[np.int64]
    own: Array | None
    mixed: Array | None
    reach: int
    looked: Array | None = None
    ways: Sequence[str] = WAYS

    @classmethod
    def of_losses(cls, trace: Trace, losses: NDArray[np.int64], ways: Sequence[str] = WAYS) -> Starts:
        """Return one adjoint for the loss of each of these steps, truncated as the experiment is."""
        if trace.segments:
            found = output_gradients(trace)
            assert found is not None
            return cls.of_answers(trace, found[losses] @ trace.parameters["weight_ho"], losses, ways)
        reach = trace.steps if trace.experiment.truncate is None else trace.experiment.truncate
        if trace.dtop_by_loss is None:
            return cls(losses, trace.dtop[losses], None, reach)
        return cls(losses, None, trace.dtop_by_loss[losses].swapaxes(0, 1), reach)

    @classmethod
    def of_answers(cls, trace: Trace, rows: Array, steps: NDArray[np.int64], ways: Sequence[str] = WAYS) -> Starts:
        """Return an adjoint for each of ``rows``, (B, W): a gradient by what the answer of its step is made from."""
        if trace.segments:
            own, looked = look_back(trace, rows, steps)
            return cls(steps, own, None, trace.steps, looked, ways)
        if pools(trace):
            return cls(steps, None, pooling(trace)[:, None] * rows, trace.steps)
        return cls(steps, rows, None, trace.steps)

    @classmethod
    def whole(cls, trace: Trace, ways: Sequence[str] = WAYS) -> Starts:
        """Return one adjoint for the whole loss; truncated, one for each step, whose sum it is."""
        one = np.zeros(1, np.int64)
        if trace.segments:
            found = cls.of_losses(trace, np.arange(trace.segments[-1].start, trace.steps))
            assert found.own is not None
            looked = None if found.looked is None else found.looked.sum(axis=1, keepdims=True)
            return cls(one, None, found.own[:, None], trace.steps, looked, ways)
        if trace.experiment.truncate is not None:
            return cls.of_losses(trace, np.arange(trace.steps))
        return cls(one, None, trace.dtop[:, None], trace.steps)

    def arriving(self, stack: Stack, dtype: Any) -> list[list[Arriving]]:
        """Return what reaches each direction of the stack's top layers: of an encoder, by attention."""
        hidden = stack.trace.layers["l0"].h.shape[1]
        columns = [slice(first * hidden, (first + 1) * hidden) for first in range(len(stack.levels[-1]))]
        if stack.name == "encoder":
            looked = self.looked if "attention" in self.ways else None
            return [[] if looked is None else [_spread(looked[..., here], dtype)] for here in columns]
        if self.own is not None:
            own, steps = self.own.astype(dtype, copy=False), self.steps - stack.start
            return [[Own(own[:, here], steps)] for here in columns]
        assert self.mixed is not None
        return [[_spread(self.mixed[..., here], dtype)] for here in columns]

    def alive(self, stack: Stack, side: int) -> list[slice]:
        """Return for each of a stack's positions the adjoints that may be there.

        ``side`` is 1 in a layer where they flow from their own step to earlier ones only, −1 to later ones, 0 both.
        """
        if stack.name == "encoder":
            return [slice(0, len(self.steps))] * stack.steps
        t = np.arange(stack.start, stack.stop)
        side = 0 if self.own is None else side
        first = t if side > 0 else t - self.reach
        last = t if side < 0 else t + self.reach
        starts = np.searchsorted(self.steps, first)
        stops = np.searchsorted(self.steps, last, side="right")
        return [slice(int(a), int(b)) for a, b in zip(starts, stops, strict=True)]


def _spread(values: Array, dtype: Any) -> Spread:
    return Spread(values.astype(dtype, copy=False), np.zeros(values.shape[:2], np.int64))
