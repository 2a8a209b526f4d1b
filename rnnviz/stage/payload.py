"""A trace as the browser receives it: once, whole, every array as base64 little-endian numbers with its shape."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnnviz.experiment import GATES
from rnnviz.gradients import log10_norms
from rnnviz.palette import PALETTE
from rnnviz.tasks import visible
from rnnviz.trace import Bridge, LayerTrace, Trace
from rnnviz.words import DEFAULT_LANGUAGE, section

VERSION = 1
LARGEST = float(np.finfo(np.float32).max)
WORDS = (
    *("stage.", "score.", "graph.", "panel.", "cell.", "flow.", "figures.", "learning.", "learned."),
    *("attention.", "padding."),
)


def payload(
    traces: Trace | Sequence[Trace],
    *,
    page: str,
    views: Sequence[Mapping[str, Any]],
    start: int = 0,
    size: str = "full",
    transport: bool = True,
    baseline: Trace | Mapping[str, Any] | None = None,
    arrays: Sequence[Mapping[str, Any]] | None = None,
    source: Mapping[str, Any] | None = None,
    figures: Mapping[str, str] | None = None,
    lang: str = DEFAULT_LANGUAGE,
    **extra: Any,
) -> dict[str, Any]:
    """Return what one stage needs, as plain JSON values.

    Parameters
    ----------
    traces : Trace or sequence of Trace
        One run, or the F frames of a sweep or a training history: runs of equal shapes.
    page : str
        Stages of the same page share one cursor.
    views : sequence of mapping
        ``{"view": name, "area": "graph" | "panel" | "score" | "wide", "options": {…}}`` in reading order.
    start : int
        The step (0-based) to open at.
    size : {"full", "small"}
    transport : bool
        Whether the stage carries the row of playing controls.
    baseline : Trace or mapping, optional
        Another run of the same shape to lay under this one; a mapping is packed already.
    arrays : sequence of mapping, optional
        The frames, packed already; ``traces`` then only says what they have in common.
    source : mapping, optional
        From `rnnviz.stage.source.source_of`.
    figures : mapping of name to Plotly JSON, optional
    **extra
        Further top-level values, such as ``plotly``, the address of Plotly.js, or ``theme``.
    """
    frames = [traces] if isinstance(traces, Trace) else list(traces)
    return {
        "version": VERSION,
        "page": page,
        "stage": {"key": page, "views": list(views), "transport": transport, "start": start, "size": size},
        "meta": _meta(frames[0]),
        "frames": [frame_of(trace) for trace in frames] if arrays is None else list(arrays),
        "baseline": frame_of(baseline) if isinstance(baseline, Trace) else baseline,
        "source": source,
        "figures": dict(figures or {}),
        "palette": PALETTE,
        "words": _words(lang),
        "lang": lang,
        **extra,
    }


@lru_cache(maxsize=8)
def _words(lang: str) -> dict[str, str]:
    """Return what a stage may say; not to be changed by whoever gets it."""
    return section(WORDS, lang)


def pack(array: NDArray[Any]) -> dict[str, Any]:
    """Return ``{"shape", "data"}`` of an array of any shape, float32.

    An array with a finite number that float32 cannot hold is float64 instead, so that a run that explodes is seen to
    the step where it truly ends; the browser tells the two apart by their length.
    """
    return pack_all(np.asarray(array)[None])[0]


def pack_all(arrays: NDArray[Any]) -> list[dict[str, Any]]:
    """Return each of F arrays of one shape, (F, …), as `pack` does; one that needs float64 gets it alone."""
    numbers = np.asarray(arrays, dtype=np.float64)
    if ((np.abs(numbers) <= LARGEST) | ~np.isfinite(numbers)).all():
        return [_packed(single) for single in np.ascontiguousarray(numbers, dtype="<f4")]
    if len(numbers) == 1:
        return [_packed(np.ascontiguousarray(numbers[0], dtype="<f8"))]
    return [pack(array) for array in numbers]


def _packed(array: NDArray[Any]) -> dict[str, Any]:
    return {"shape": list(array.shape), "data": base64.b64encode(array.tobytes()).decode("ascii")}


def _meta(trace: Trace) -> dict[str, Any]:
    experiment, layer = trace.experiment, trace.layers["l0"]
    return {
        "cell": experiment.cell,
        "nonlinearity": experiment.nonlinearity,
        "T": trace.steps,
        "D": trace.inputs.shape[1],
        "O": trace.outputs.shape[1],
        "H": layer.h.shape[1],
        "num_layers": experiment.num_layers,
        "directions": experiment.directions,
        "layers": list(trace.layers),
        "gates": list(GATES[experiment.cell]),
        "kind": trace.kind,
        "labels": list(trace.labels),
        "alphabet": None if trace.alphabet is None else [visible(symbol) for symbol in trace.alphabet],
        "answers": None if trace.answers is None else list(trace.answers),
        "loss": experiment.loss,
        "loss_kind": trace.loss_kind or {"symbols": "cross_entropy", "numbers": "squared_error"}[trace.kind],
        "answered": trace.answered,
        "recorded": trace.recorded is not None,
        "network": experiment.network,
        "unit_names": None if trace.unit_names is None else list(trace.unit_names),
        "hold": [asdict(held) for held in experiment.hold],
        "nonfinite": trace.first_nonfinite_step,
        "residual": experiment.residual,
        **_shape(trace),
    }


def _shape(trace: Trace) -> dict[str, Any]:
    """Return what goes in and what comes out, and of an encoder and a decoder how they meet and what was written."""
    names = ("shape", "feed", "readout", "context", "decoder", "attention", "forcing", "beam")
    bridge = trace.bridge
    return {
        **{name: getattr(trace.experiment, name) for name in names},
        "segments": [asdict(segment) for segment in trace.segments],
        "written": _written(trace),
        "stopped": bridge is None or bridge.stopped,
        "hypotheses": _kept(trace),
    }


def _written(trace: Trace) -> list[str] | None:
    """Return what a decoder wrote, the best of what it kept in mind; None if it writes numbers, or there is none."""
    if not trace.segments or trace.bridge is None or trace.answers is None:
        return None
    kept = trace.bridge.hypotheses
    return _named(trace, kept[0][0] if kept else trace.outputs[trace.segments[-1].start :].argmax(axis=1))


def _kept(trace: Trace) -> list[dict[str, Any]]:
    """Return what a decoder that wrote by itself kept in mind, the best first."""
    kept = trace.bridge.hypotheses if trace.bridge else ()
    return [{"text": _named(trace, answers), "logp": _finite(logp)} for answers, logp in kept]


def _named(trace: Trace, answers: Iterable[int]) -> list[str]:
    assert trace.answers is not None, "only symbols are kept in mind"
    return [trace.answers[answer] for answer in answers]


def frame_of(trace: Trace, sums: bool = True) -> dict[str, Any]:
    """Return the arrays of one run, packed: a frame. Without ``sums`` that is without preactivations and weights."""
    targets = trace.targets.astype(np.float64)
    probabilities = trace.probabilities
    return {
        "inputs": pack(trace.inputs),
        "targets": pack(targets),
        "outputs": pack(trace.outputs),
        "probabilities": None if probabilities is None else pack(probabilities),
        "losses": pack(trace.losses),
        "parameters": {name: pack(value) for name, value in trace.parameters.items()} if sums else {},
        "layers": {name: _layer(layer, sums) for name, layer in trace.layers.items()},
        "bridge": None if trace.bridge is None else _bridge(trace, trace.bridge),
    }


def _bridge(trace: Trace, bridge: Bridge) -> dict[str, Any]:
    looks = {name: getattr(bridge, name) for name in ("attention", "scores", "attended", "mixed")}
    return {
        "context": {name: pack(value) for name, value in bridge.context.items()},
        "d_context_log10": {name: _finite(log10_norms(value[None])[0]) for name, value in bridge.d_context.items()},
        **{name: None if value is None else pack(value) for name, value in looks.items()},
        "hypotheses": _kept(trace),
        "stopped": bridge.stopped,
        "asked": bridge.asked,
    }


def _finite(value: float) -> float | None:
    """Return a number as JSON can hold it: nothing has no logarithm."""
    return float(value) if np.isfinite(value) else None


def _layer(layer: LayerTrace, sums: bool) -> dict[str, Any]:
    return {
        "h": pack(layer.h),
        "c": None if layer.c is None else pack(layer.c),
        "h0": pack(layer.h0),
        "c0": None if layer.c0 is None else pack(layer.c0),
        "gates": {name: pack(value) for name, value in layer.gates.items()},
        "preactivations": {name: pack(value) for name, value in layer.preactivations.items()} if sums else {},
        "dh_log10": pack(log10_norms(layer.dh)),
        "dc_log10": None if layer.dc is None else pack(log10_norms(layer.dc)),
    }
