"""The traces of one probe sequence through a training, made of the parameters when they are asked for."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, overload

import numpy as np
from numpy.typing import NDArray

from rnnviz.engines.numpy_engine import traces
from rnnviz.experiment import Experiment
from rnnviz.inputs import Inputs
from rnnviz.trace import Moment, Trace

BLOCK: Final = 8
"""Moments that walk through time together, as a stack: three times as fast as one by one, and one is seldom alone."""
MEMORY: Final = 32 * 2**20
"""Bytes of traces that stay made, at most; those last asked for stay in any case."""


class Frames(Sequence[Trace]):
    """The traces of one probe at F moments of a training, in their order: a frame axis.

    Each has the very bits of ``rnnviz.run`` of these parameters, computed in float64 even where training is in float32;
    and it says what is learned, ``problem``, and at which moment it is. A decoder reads the right outputs in all of
    them, so that they have as many steps, and what differs is what it has learned.
    """

    def __init__(
        self,
        experiment: Experiment,
        probe: Inputs,
        moments: tuple[int, ...],
        parameters: Callable[[int], Mapping[str, NDArray[Any]]],
        before: Frames | None = None,
        problem: str | None = None,
    ) -> None:
        self.experiment = experiment.replace(forcing=1.0, beam=1)
        self.probe, self.moments, self.problem = probe, moments, problem
        self._parameters, self._lock = parameters, threading.Lock()
        # Those that were made together share their memory, and are forgotten together.
        self._made: OrderedDict[int, dict[int, Trace]] = OrderedDict(before._made if before else {})

    def __len__(self) -> int:
        """F, the number of moments."""
        return len(self.moments)

    @overload
    def __getitem__(self, frame: int) -> Trace: ...
    @overload
    def __getitem__(self, frame: slice) -> tuple[Trace, ...]: ...
    def __getitem__(self, frame: int | slice) -> Trace | tuple[Trace, ...]:
        """Return the trace of one moment, or those of a slice."""
        if isinstance(frame, slice):
            return tuple(self[k] for k in range(*frame.indices(len(self))))
        frame = range(len(self))[frame]
        first = frame - frame % BLOCK
        return self._trace(self.moments[frame], self.moments[first : first + BLOCK])

    def at(self, update: int) -> Trace:
        """Return the trace of the latest moment that had at most so many updates."""
        return self[max(0, int(np.searchsorted(self.moments, update, side="right")) - 1)]

    @property
    def nbytes(self) -> int:
        """Bytes of the traces that are made now."""
        return sum(size_of(made.values()) for made in self._made.values())

    def _trace(self, moment: int, block: tuple[int, ...]) -> Trace:
        """Return the trace of a moment; if it is not made, make all of its block that are not."""
        with self._lock:
            where = next((key for key, made in self._made.items() if moment in made), None)
            if where is None:
                missing = [update for update in block if not any(update in made for made in self._made.values())]
                sets = [_exact(self._parameters(update)) for update in missing]
                found = traces([self.experiment] * len(sets), [self.probe] * len(sets), sets)
                self._made[moment] = {
                    update: replace(one, moment=Moment(self.problem, update))
                    for update, one in zip(missing, found, strict=True)
                }
            self._made.move_to_end(moment if where is None else where)
            while len(self._made) > 1 and self.nbytes > MEMORY:
                self._made.popitem(last=False)
            return next(reversed(self._made.values()))[moment]


def _exact(parameters: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.float64]]:
    return {name: value.astype(np.float64) for name, value in parameters.items()}


def size_of(made: Iterable[Trace]) -> int:
    """Return the bytes of some traces' arrays, what they share counted with each."""
    total = 0
    for trace in made:
        for layer in trace.layers.values():
            arrays = [layer.x, layer.h, layer.c, layer.dh, layer.dc]
            arrays += [*layer.gates.values(), *layer.preactivations.values()]
            total += sum(array.nbytes for array in arrays if array is not None)
        total += trace.outputs.nbytes + trace.dtop.nbytes
        total += 0 if trace.dtop_by_loss is None else trace.dtop_by_loss.nbytes
        total += 2 * sum(value.nbytes for value in trace.parameters.values())
    return total
