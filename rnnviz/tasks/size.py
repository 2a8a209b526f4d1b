"""How large a run may be: seen before anything of it is made, so that none fills the memory or never comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rnnviz.cells import cell_named
from rnnviz.engines.decoding import most_steps
from rnnviz.experiment import Experiment, ExperimentError
from rnnviz.inputs import Inputs, readable

NUMBERS: Final = 2**27
"""Most numbers that a run may hold at once: 1 GiB in float64."""
WALKED: Final = 200_000
"""Most steps that a run may take one after another, those of all its layers together: half a minute."""
WRITTEN: Final = 20_000
"""Most steps that a decoder may write by itself: each is worked out before it is known what the next one reads."""
SEARCHED: Final = 10**9
"""Most numbers that a beam search may look at, over all its steps."""
BEGINNING: Final = 1000
"""What it takes to keep one beginning in mind for a step, as if it were so many numbers."""
SORTED: Final = 20
"""What it takes to put one answer in its place among all, in the same measure."""
KEPT: Final = 16
"""Numbers that a step leaves of a unit: its states, an LSTM's gates and what these are made of, and all gradients."""
SPARSE: Final = 16
"""Of the gradients of every loss by every state nearly all are 0, and take no memory until they are looked at."""
MANY: Final = 10**12
"""Numbers beyond which nobody wants to read each digit."""


@dataclass(frozen=True)
class _Length:
    """Steps that are read and written, S and N, and how wide they are; of one network N is 0."""

    read: int
    written: int
    inputs: int = 1
    outputs: int = 1

    @classmethod
    def of(cls, experiment: Experiment, data: Inputs | None) -> _Length:
        if data is None:
            return cls(experiment.length or 1, 0)
        sizes = data.read, data.outputs
        if not data.sources:
            return cls(len(data.inputs), 0, *sizes)
        own = experiment.forcing < 1 and data.kind == "symbols"
        asked = len(data.inputs) - data.sources
        return cls(data.sources, most_steps(data.sources, asked) if own else asked, *sizes)


def check_size(experiment: Experiment, data: Inputs | None = None) -> None:
    """Refuse a run that is too large; before its ``data`` is made, one that is by its settings alone.

    Raises
    ------
    ExperimentError
        The sentence names what of the run is largest.
    """
    length = _Length.of(experiment, data)
    walked = experiment.num_layers * (experiment.directions * length.read + length.written)
    for key, count, most in (("size.walked", walked, WALKED), ("size.numbers", _held(experiment, length), NUMBERS)):
        if count > most:
            field = _largest(experiment, length)
            values = {"count": f"{count:,}" if count < MANY else readable(count), "most": f"{most:,}"}
            raise ExperimentError(field, getattr(experiment, field), key, **values)
    if length.written and experiment.forcing < 1:
        _check_written(experiment, length)
    if data and data.sources and data.kind == "symbols" and experiment.forcing == 0:
        _check_beam(experiment, length)


def check_symbols(field: str, text: str, steps: int, kinds: int) -> None:
    """Refuse a text of so many symbols of so many kinds that their one-hot rows, (steps, kinds), are too large."""
    if steps * kinds > NUMBERS:
        values = {"steps": f"{steps:,}", "kinds": f"{kinds:,}", "most": f"{NUMBERS:,}"}
        raise ExperimentError(field, text, "size.symbols", **values)


def _held(experiment: Experiment, length: _Length) -> int:
    """Return about how many numbers a run holds: weights and their gradients, rows, states, what attention looks at."""
    hidden, steps = experiment.hidden_size, length.read + length.written
    layers, top = (
        experiment.num_layers * (experiment.directions + experiment.translates),
        experiment.directions * hidden,
    )
    rows = hidden * len(cell_named(experiment.cell).blocks)
    weights = rows * (length.inputs + layers * (top + hidden)) + length.outputs * top
    wide = 2 * max(length.inputs, length.outputs) + 2 * length.outputs + KEPT * layers * hidden
    looked = {"none": 0, "dot": 3, "additive": 3 * hidden}[experiment.attention] * length.written * length.read
    pooled = experiment.shape == "many_to_one" and (experiment.readout != "last" or experiment.bidirectional)
    return 2 * weights + steps * wide + looked + pooled * steps * steps * top // SPARSE


def _largest(experiment: Experiment, length: _Length) -> str:
    """Return the field that makes a run large."""
    source = next(name for name in ("text", "series", "length") if getattr(experiment, name) is not None)
    sizes = {"hidden_size": experiment.hidden_size, "num_layers": experiment.num_layers}
    sizes[source] = max(length.read, length.inputs)
    if experiment.translates and experiment.target is not None:
        sizes["target"] = max(length.written, length.outputs)
    return max(sizes, key=lambda name: sizes[name])


def _check_written(experiment: Experiment, length: _Length) -> None:
    """Refuse a decoder that would write by itself for too long."""
    if length.written > WRITTEN:
        field = _largest(experiment, length)
        values = {"steps": f"{length.written:,}", "most": f"{WRITTEN:,}"}
        raise ExperimentError(field, getattr(experiment, field), "size.written", **values)


def _check_beam(experiment: Experiment, length: _Length) -> None:
    """Refuse a search for too many ways of writing at once."""
    steps, hidden = length.written, experiment.hidden_size
    looked = {"none": 0, "dot": 1, "additive": hidden}[experiment.attention] * length.read
    each = SORTED * length.outputs + steps + BEGINNING + experiment.num_layers * KEPT * hidden + looked
    most = max(1, SEARCHED // (each * steps))
    if experiment.beam > most:
        values = {"outputs": length.outputs, "steps": steps, "most": f"{most:,}"}
        raise ExperimentError("beam", experiment.beam, "size.beam", **values)
