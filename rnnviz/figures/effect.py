"""What holding a gate changed, in sentences computed from the two runs, with the hold and without."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rnnviz.figures.base import Array, gate_name
from rnnviz.figures.retention import KEEPING_GATE, followed, share_left
from rnnviz.hold import Hold
from rnnviz.trace import LayerTrace, Trace
from rnnviz.words import DEFAULT_LANGUAGE, say


def hold_sentences(free: Trace, held: Trace, *, layer: str | None = None, lang: str = DEFAULT_LANGUAGE) -> list[str]:
    """Say what is held, what that did to the memory, and what became of the answer.

    Parameters
    ----------
    free, held : Trace
        The same experiment without and with its holds.
    layer : str, optional
        The layer whose states are compared; holds of other layers are left out. None compares every layer that a hold
        names, and the first for those that name none.
    lang : str

    Returns
    -------
    list of str
        Empty if nothing is held there.
    """
    holds = [hold for hold in held.experiment.hold if hold.start < held.steps]
    holds = [hold for hold in holds if layer in (None, hold.layer) or hold.layer is None]
    if not holds:
        return []
    told = [_in_layer(hold.layer, _held(hold, held, lang), held, lang) for hold in holds]
    layers = [layer] if layer else list(dict.fromkeys(hold.layer or "l0" for hold in holds))
    pairs = {name: (free.layers[name], held.layers[name]) for name in layers}
    if not all(np.isfinite(one.h).all() for pair in pairs.values() for one in pair):
        return [*told, say("figures.effect_nonfinite", lang)]
    if all(_same(*pair) for pair in pairs.values()):
        return [*told, say("figures.effect_none", lang)]
    effects = [sentence for name, pair in pairs.items() for sentence in _effects(holds, name, *pair, held, lang)]
    return [*told, *effects, _outcome(free, held, lang)]


def _effects(
    holds: list[Hold], layer: str, before: LayerTrace, after: LayerTrace, held: Trace, lang: str
) -> Iterator[str]:
    """Say what became of one layer, a sentence for each of its gates that is held."""
    here = {hold.gate: hold for hold in holds if hold.layer in (None, layer)}
    for hold in here.values():
        sentence = _effect(hold, layer, before, after, held, lang)
        if sentence:
            yield _in_layer(layer, sentence, held, lang)


def _in_layer(layer: str | None, sentence: str, held: Trace, lang: str) -> str:
    """Return a sentence with the layer it is about, of several: "l0" is layer 1, "l0_reverse" its other direction."""
    if layer is None or len(held.layers) == 1:
        return sentence
    number, _, reverse = layer.removeprefix("l").partition("_")
    key = "figures.in_layer_backwards" if reverse else "figures.in_layer"
    return say(key, lang, layer=int(number) + 1, sentence=sentence)


def since_step(holds: tuple[Hold, ...], steps: int) -> int:
    """Return the step (0-based) from which to follow what is left: the last one before a hold, else the first."""
    starts = [hold.start for hold in holds if hold.start < steps]
    return max(0, min(starts) - 1) if starts else 0


def _same(before: LayerTrace, after: LayerTrace) -> bool:
    pairs = [(before.h, after.h)] + ([(before.c, after.c)] if before.c is not None and after.c is not None else [])
    return all(np.array_equal(old, new) for old, new in pairs)


def _held(hold: Hold, trace: Trace, lang: str) -> str:
    stop = trace.steps if hold.stop is None else min(hold.stop, trace.steps)
    span = {"first": hold.start + 1, "last": stop}
    one, whole = stop - hold.start == 1, hold.start == 0 and stop == trace.steps
    when = say(f"figures.span_{'all' if whole else 'one' if one else 'some'}", lang, **span)
    units = say("figures.units_all" if hold.unit is None else "figures.units_one", lang, unit=(hold.unit or 0) + 1)
    name = gate_name(hold.gate, lang)
    return say("figures.effect_held", lang, gate=name, value=_number(hold.value), units=units, span=when)


def _effect(hold: Hold, layer: str, before: LayerTrace, after: LayerTrace, held: Trace, lang: str) -> str:
    state, keep = KEEPING_GATE["lstm" if after.c is not None else "gru"]
    if hold.gate == keep:
        return _left(hold, before, after, (state, keep), followed(held, since_step((hold,), held.steps), layer), lang)
    where = slice(hold.start, hold.stop), _units(hold)
    measure = {"o": _shown, "r": _heard}.get(hold.gate, _written)
    old, new = (float(np.abs(measure(layer)[where]).mean()) for layer in (before, after))
    return say(f"figures.effect_{hold.gate}", lang, gate=hold.gate, old=_number(old), new=_number(new))


def _left(
    hold: Hold, before: LayerTrace, after: LayerTrace, names: tuple[str, str], way: tuple[int, int], lang: str
) -> str:
    (state, keep), (since, stop) = names, way
    if since >= stop - 1:
        return ""
    kept = (share_left(layer.gates[keep][:stop], since)[-1, _units(hold)] for layer in (before, after))
    old, new = (float(share.mean()) for share in kept)
    key = "figures.effect_left_mean" if hold.unit is None and before.h.shape[1] > 1 else "figures.effect_left"
    values = {"state": state, "step": since + 1, "last": stop}
    return say(key, lang, old=_percent(old, lang), new=_percent(new, lang), **values)


def _units(hold: Hold) -> slice:
    return slice(None) if hold.unit is None else slice(hold.unit, hold.unit + 1)


def _written(layer: LayerTrace) -> Array:
    gates = layer.gates
    return gates["i"] * gates["g"] if "i" in gates else (1 - gates["z"]) * gates["n"]


def _heard(layer: LayerTrace) -> Array:
    return layer.gates["r"] * layer.preactivations["hn"]


def _shown(layer: LayerTrace) -> Array:
    return layer.h


def _outcome(free: Trace, held: Trace, lang: str) -> str:
    old, new = (f"{trace.losses.sum():.2f}" for trace in (free, held))
    return say("figures.effect_loss" if old != new else "figures.effect_same_loss", lang, old=old, new=new)


def _number(value: float) -> str:
    return (f"{value:.0f}" if value == round(value) else f"{value:.3g}").replace("-", "−")


def _percent(share: float, lang: str) -> str:
    if 0 < share < 0.001:
        return say("figures.trace_left", lang)
    return f"{share:.1%}" if 0 < share < 0.1 else f"{share:.0%}"
