"""What was run, in a line, and the lines of Python that make it again: only where they truly do."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rnnviz.experiment import INPUTS, Experiment, ExperimentError
from rnnviz.export.stack import differing, of_several_cells
from rnnviz.export.writing import written
from rnnviz.inputs import readable
from rnnviz.run import run
from rnnviz.tasks.problems import PROBLEMS
from rnnviz.trace import NO_TARGET, Moment, Trace
from rnnviz.words import say

CLOSE: Final = 1e-4
"""Outputs that differ by less of their largest are the same run in float32."""
TITLE: Final = 60
UNSEEN: Final = ("bias=", "batch_first=", "dropout=", "device=", "dtype=")
"""Options of a recurrent module that change nothing of what one sees of it."""
MOST: Final = 240
"""Characters of the settings that the line shows; all of them stand in the lines of Python."""
GIVEN: Final = (*INPUTS, "length", "target")
"""What an experiment is given to read and to write."""
RECORD: Final = "from rnnviz import record, show\n\nshow(record({arguments}))"


@dataclass(frozen=True)
class About:
    """What is told of runs: ``facts``, a paragraph each, and under a ``heading`` the ``lines`` that are folded away."""

    facts: list[str]
    heading: str
    lines: str


def about(traces: Sequence[Trace], baseline: Trace | None, arguments: Mapping[str, Any], lang: str) -> About:
    """Return what is told of ``traces``, which `rnnviz.show` shows with a ``baseline`` and further ``arguments``."""
    first = traces[0]
    sizes = " · ".join(_sizes(first, lang))
    if first.recorded:
        loss = {"sum": "export.no_loss", "own": "export.own_loss"}.get(first.loss_kind or "")
        own = [say(loss, lang)] if loss else []
        recorded = say("export.recorded", lang, module=_module(first.recorded))
        return About(
            [sizes, *_summed(first, lang), recorded, *own],
            say("export.how", lang),
            RECORD.format(arguments=_arguments(first)),
        )
    sizes_and_answers = [sizes, *_summed(first, lang), *written(first, lang)]
    distance = distance_to_rerun(traces)
    key = "export.cells" if of_several_cells(traces) else "export.frames"
    stack = [say(key, lang, count=len(traces))] if len(traces) > 1 else []
    settings = say("export.settings", lang, settings=_cut(_settings(first), MOST))
    told = [*stack, *sizes_and_answers, settings, _origin(traces, distance, lang)]
    if distance is None or (baseline and distance_to_rerun([baseline]) is None):
        again = dict.fromkeys(_settings(trace) for trace in (*traces, *([baseline] if baseline else [])))
        return About(told, say("export.what", lang), "\n".join(again))
    return About(told, say("export.again", lang), _program(traces, baseline, arguments))


def _summed(trace: Trace, lang: str) -> list[str]:
    """Say that L is a sum, where a mean would be another number: most people's losses are means."""
    count = _counted(trace)
    return [say("export.summed", lang, count=f"{count:,}")] if count > 1 else []


def _counted(trace: Trace) -> int:
    """Return how many steps' losses L is the sum of."""
    if trace.experiment.loss == "last" or trace.loss_kind == "sum":
        return 1
    return trace.steps if trace.loss_kind == "own" else int(_asked(trace).sum())


def _asked(trace: Trace) -> NDArray[np.bool_]:
    """Tell at which steps there is something to answer."""
    asked = trace.targets != NO_TARGET if trace.kind == "symbols" else ~np.isnan(trace.targets).any(axis=1)
    return np.asarray(asked)


def _settings(trace: Trace) -> str:
    """Return the settings of a run; what a network in training read was not its experiment's."""
    plain = trace.experiment.to_dict()
    return json.dumps({n: v for n, v in plain.items() if not (trace.moment and n in GIVEN)}, ensure_ascii=False)


def _origin(traces: Sequence[Trace], distance: float | None, lang: str) -> str:
    """Say where the numbers come from."""
    moments = [trace.moment for trace in traces if trace.moment]
    if moments:
        updates = ", ".join(f"{moment.updates:,}" for moment in moments)
        return say("export.trained", lang, problem=_problem(moments[0], lang), updates=_cut(updates, MOST))
    if distance is None:
        return say("export.elsewhere", lang)
    return say("export.close", lang, distance=f"{distance:.0e}") if distance else say("export.same", lang)


def _program(traces: Sequence[Trace], baseline: Trace | None, arguments: Mapping[str, Any]) -> str:
    lines = ["from rnnviz import Experiment, run, show", "", *_runs(traces)]
    given = ["trace" if len(traces) == 1 else "traces", *(f"{name}={value!r}" for name, value in arguments.items())]
    if baseline:
        lines.append(f"baseline = {_run(baseline.experiment)}")
        given.append("baseline=baseline")
    return "\n".join([*lines, f"show({', '.join(given)})"])


def distance_to_rerun(traces: Sequence[Trace]) -> float | None:
    """Return how far outputs are at most from those of a new run on the NumPy engine, as a share of the largest.

    None if they are not the same run: its weights or its input came from elsewhere. Of a stack only the first and the
    last are asked.
    """
    if any(trace.moment for trace in traces):
        return None
    distances = [_distance(trace) for trace in dict.fromkeys((traces[0], traces[-1]))]
    known = [distance for distance in distances if distance is not None]
    return max(known) if len(known) == len(distances) else None


def _distance(trace: Trace) -> float | None:
    try:
        again = run(trace.experiment)
    except ExperimentError:
        return None
    if again.labels != trace.labels or again.outputs.shape != trace.outputs.shape:
        return None
    if np.array_equal(again.outputs, trace.outputs, equal_nan=True):
        return 0.0
    known = np.isfinite(again.outputs)  # before the first answer there are none
    if not np.array_equal(again.outputs[~known], trace.outputs[~known], equal_nan=True):
        return None
    largest = float(np.abs(again.outputs[known]).max(initial=0.0))
    distance = float(np.abs(again.outputs - trace.outputs)[known].max(initial=0.0)) / largest if largest else np.inf
    return distance if distance < CLOSE else None


def _arguments(trace: Trace) -> str:
    """Return what `rnnviz.record` was given, by its names."""
    target = ["target"] if _asked(trace).any() else []
    return ", ".join(["module", "x", *target, *(["loss=loss"] if trace.loss_kind == "own" else [])])


def _run(experiment: Experiment) -> str:
    return f"run(Experiment.from_json({experiment.to_json()!r}))"


def _runs(traces: Sequence[Trace]) -> list[str]:
    """Return the lines that make one run, or several: those that differ in one setting by a loop over it."""
    if len(traces) == 1:
        return [f"trace = {_run(traces[0].experiment)}"]
    found = differing(traces)
    if found is None:
        return ["traces = [", *(f"    {_run(trace.experiment)}," for trace in traces), "]"]
    name, values = found
    return [
        f"experiment = Experiment.from_json({traces[0].experiment.to_json()!r})",
        f"traces = [run(experiment.replace({name}=value)) for value in {values!r}]",
    ]


def _sizes(trace: Trace, lang: str) -> list[str]:
    experiment = trace.experiment
    sizes = {"D": trace.inputs.shape[1], "H": trace.layers["l0"].h.shape[1], "O": trace.outputs.shape[1]}
    parts = [cell_name(experiment, lang), *_shape_name(trace, lang)]
    if trace.segments:
        read, wrote = (part.stop - part.start for part in trace.segments)
        sizes["D"] = trace.segments[0].width
        parts.append(say("export.sizes_two", lang, T=trace.steps, S=read, N=wrote, **sizes))
    else:
        parts.append(say("export.sizes", lang, T=trace.steps, **sizes))
    if experiment.num_layers > 1:
        parts.append(say("export.layers", lang, count=experiment.num_layers))
    if experiment.bidirectional:
        parts.append(say("export.directions", lang))
    return [*parts, say("export.loss", lang, loss=readable(float(f"{trace.losses.sum():.4g}")))]


def _shape_name(trace: Trace, lang: str) -> list[str]:
    """Return what a shape is called; that of an ordinary network, or of one that was recorded, needs no name."""
    shape = trace.experiment.shape
    return [] if trace.recorded or shape == Experiment.shape else [say(f"export.shape.{shape}", lang)]


def title_of(traces: Sequence[Trace], lang: str, way_back: bool = False) -> str:
    """Return what runs are called: the cell and what it read or learned, or the module that was recorded."""
    trace = traces[0]
    experiment = trace.experiment
    read = experiment.text or experiment.task or experiment.network or ", ".join(map(str, experiment.series or ()))
    if experiment.translates and experiment.target is not None:
        read = f"{_cut(read, TITLE)} → {experiment.target}"
    name = ", ".join([cell_name(experiment, lang), *_shape_name(trace, lang)])
    how = say("export.backwards" if way_back else "export.forwards", lang)
    if trace.recorded:
        return say("export.title_recorded", lang, module=_shape(trace.recorded), how=how)
    if trace.moment:
        told = {"cell": name, "problem": _problem(trace.moment, lang)}
        if len(traces) > 1:
            return say("export.title_learning", lang, **told)
        return say("export.title_moment", lang, **told, update=f"{trace.moment.updates:,}")
    return say("export.title", lang, cell=name, how=how, read=_cut(read, TITLE))


def _problem(moment: Moment, lang: str) -> str:
    """Return what is learned."""
    return PROBLEMS[moment.problem].title(lang) if moment.problem else say("learning.own_problem", lang)


def _module(recorded: str) -> str:
    """Return what was recorded, a bare "GRU: GRU(3, 6)" as "GRU(3, 6)"."""
    name, _, shape = recorded.partition(": ")
    return shape if shape.startswith(f"{name}(") else recorded


def _shape(recorded: str) -> str:
    """Return what was recorded as a title names it, "Tagger.lstm: LSTM(6, 10)"; its options are told below."""
    name, bracket, options = _module(recorded).partition("(")
    kept = [part for part in options.removesuffix(")").split(", ") if not part.startswith(UNSEEN)]
    return f"{_cut(name, TITLE)}{bracket}{', '.join(kept)})"


def _cut(text: str, most: int) -> str:
    words = " ".join(text.split())
    return words if len(words) <= most else f"{words[: most - 1]}…"


def cell_name(experiment: Experiment, lang: str) -> str:
    """Return what a person calls the cell of a run."""
    if experiment.cell != "rnn":
        return experiment.cell.upper()
    return say("export.rnn", lang, nonlinearity=experiment.nonlinearity)
