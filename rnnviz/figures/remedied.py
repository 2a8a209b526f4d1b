"""What a remedy changed and what it did not, in sentences computed from the run with it and the run without."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from rnnviz.engines.clipping import global_norm
from rnnviz.figures.powers import powers, powers_of_log10
from rnnviz.gradients import log10_norms, sigma_max, spectral_radius
from rnnviz.gradients.facts import curve, facts_of
from rnnviz.trace import Array, Trace
from rnnviz.words import DEFAULT_LANGUAGE, say

NO_FACTOR: Final = "–"
"""Where a gradient has no way to go."""


def remedy_sentences(name: str, before: Trace, after: Trace, lang: str = DEFAULT_LANGUAGE) -> list[str]:
    """Say what one remedy did.

    Parameters
    ----------
    name : str
        "clip", "clip_value", "truncate", "orthogonal", "identity", "relu" or "residual".
    before, after : Trace
        The same experiment without this remedy and with it.
    lang : str
    """
    if not all(np.isfinite(trace.grad_norm) for trace in (before, after)):
        return [say("remedy.nonfinite", lang)]
    return _TOLD[name](name, before, after, lang)


def _clip(name: str, before: Trace, after: Trace, lang: str) -> list[str]:
    old, new = global_norm(dict(before.parameter_grads)), global_norm(dict(after.parameter_grads))
    limit = powers(float(after.experiment.clip or 0))
    if old == new:
        return [say("remedy.clip.idle", lang, old=powers(old), limit=limit)]
    told = say("remedy.clip.done", lang, old=powers(old), new=powers(new), factor=powers(new / old))
    return [told, *_small_stays_small(after, lang)]


def _clip_value(name: str, before: Trace, after: Trace, lang: str) -> list[str]:
    was, now = _flat(before.parameter_grads), _flat(after.parameter_grads)
    cut = int((was != now).sum())
    limit = powers(float(after.experiment.clip_value or 0))
    if not cut:
        return [say("remedy.clip_value.idle", lang, most=powers(float(np.abs(was).max())), limit=limit)]
    values = {"old": powers(float(np.linalg.norm(was))), "new": powers(float(np.linalg.norm(now)))}
    told = say("remedy.clip_value.done", lang, cut=f"{cut:,}", total=f"{was.size:,}", limit=limit, **values)
    turned = say("remedy.clip_value.turned", lang, degrees=powers(_angle(was, now)))
    return [told, turned, *_small_stays_small(after, lang)]


def _truncate(name: str, before: Trace, after: Trace, lang: str) -> list[str]:
    steps = after.experiment.truncate or 0
    old, new = (log10_norms(trace.layers["l0"].dh) for trace in (before, after))
    silenced = int(((new == -np.inf) & (old > -np.inf)).sum())
    same = say("remedy.truncate.values", lang, loss=f"{after.losses.sum():.4g}")
    if _same(before.parameter_grads, after.parameter_grads):
        return [say("remedy.truncate.idle", lang, steps=steps), same]
    key = "remedy.truncate.silent" if silenced else "remedy.truncate.band"
    was, now = _flat(before.parameter_grads), _flat(after.parameter_grads)
    values = {"old": powers(float(np.linalg.norm(was))), "new": powers(float(np.linalg.norm(now)))}
    alike = "_alike" if values["old"] == values["new"] else ""
    weights = say(f"remedy.truncate.weights{alike}", lang, degrees=powers(_angle(was, now)), **values)
    return [say(key, lang, steps=steps, silenced=silenced, total=after.steps), same, weights]


def _factors(name: str, before: Trace, after: Trace, lang: str) -> list[str]:
    told = _of_parts(before, after, lang) if after.segments else _of_whole(name, before, after, lang)
    if _first(before) != _first(after):
        told.append(say("remedy.arrives", lang, old=_first(before), new=_first(after)))
    if name in ("orthogonal", "identity") and after.experiment.cell == "rnn" and not after.segments:
        sigmas = [powers(sigma_max(trace)["h"]) for trace in (before, after)]
        radii = [powers(spectral_radius(trace)["h"]) for trace in (before, after)]
        told.append(say("remedy.spectrum", lang, sigmas=" → ".join(sigmas), radii=" → ".join(radii)))
    return told


def _of_whole(name: str, before: Trace, after: Trace, lang: str) -> list[str]:
    values = {"old": _factor(before), "new": _factor(after)}
    key = "remedy.no_factor" if NO_FACTOR in values.values() else f"remedy.{name}.done"
    return [say(key, lang, **values)]


def _of_parts(before: Trace, after: Trace, lang: str) -> list[str]:
    """Say from which factor a step to which: in the decoder and in the encoder, as far as they have steps to go."""
    old, new = (facts_of(trace)["parts"] for trace in (before, after))
    known = [name for name in ("decoder", "encoder") if old[name] is not None and new[name] is not None]
    return [say(f"remedy.{name}.done", lang, old=powers(old[name]), new=powers(new[name])) for name in known]


def _residual(name: str, before: Trace, after: Trace, lang: str) -> list[str]:
    if after.experiment.num_layers < 2:
        return [say("remedy.residual.idle", lang)]
    return [*_factors(name, before, after, lang)]


_TOLD: Final[Mapping[str, Callable[[str, Trace, Trace, str], list[str]]]] = {
    "clip": _clip,
    "clip_value": _clip_value,
    "truncate": _truncate,
    "orthogonal": _factors,
    "identity": _factors,
    "relu": _factors,
    "residual": _residual,
}


def gate_sentences(runs: Mapping[str, Trace], lang: str = DEFAULT_LANGUAGE) -> list[str]:
    """Say how the three cells compare: of the last loss, what each hands on a step."""
    factors = {cell: _factor(trace) for cell, trace in runs.items()}
    return [say("remedy.gates.done", lang, **factors)] if set(factors.values()) != {NO_FACTOR} else []


def _first(trace: Trace) -> str:
    return powers_of_log10(float(curve(trace)[0]))


def _factor(trace: Trace) -> str:
    factor = facts_of(trace)["factor"]
    return NO_FACTOR if factor is None else powers(factor)


def _small_stays_small(trace: Trace, lang: str) -> list[str]:
    """Say which share of what sets out arrives at step 1; nothing where nothing does, or gradients set out anywhere."""
    if trace.experiment.loss != "last":
        return []
    dh = curve(trace)
    alive = np.flatnonzero(dh > -np.inf)
    if len(alive) < 2 or alive[0]:
        return []
    last = int(alive[-1])
    return [say("remedy.clip.ratio", lang, ratio=powers_of_log10(float(dh[0] - dh[last])), last=last + 1)]


def _flat(grads: Mapping[str, Array]) -> Array:
    return np.concatenate([grad.ravel() for grad in grads.values()])


def _same(one: Mapping[str, Array], other: Mapping[str, Array]) -> bool:
    return all(np.array_equal(one[name], other[name]) for name in one)


def _angle(one: Array, other: Array) -> float:
    """Return the angle between two vectors in degrees."""
    norms = [float(np.linalg.norm(each)) for each in (one, other)]
    if not all(norms):
        return 0.0
    one, other = one / norms[0], other / norms[1]
    # Exact also where the angle is small, unlike the arc cosine (Kahan).
    return math.degrees(2 * math.atan2(float(np.linalg.norm(one - other)), float(np.linalg.norm(one + other))))
