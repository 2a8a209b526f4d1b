"""What each number on the screen has to be, taken from a run made here and not from what the browser was sent."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rnnviz import LayerTrace, Trace
from rnnviz.gradients import itemised, jacobian_norms, reach_totals
from rnnviz.padding import Padding
from rnnviz.training import History
from tests.browser.screen import Number
from tests.browser.truth_of_batch import BATCH, of_batch
from tests.browser.truth_of_shapes import SHAPED, of_shape, prefix_at, read, started

Array = NDArray[np.float64]
GATES = {"lstm": "ifgo", "gru": "rzn", "rnn": "h"}
# The browser gets float32; what it computes of several of them is off by a few roundings more.
COMPUTED = 1e-5
LEARNED = {"minibatch-loss", "minibatch-score", "validation-loss", "validation-score", "grad-norm", "clipped-norm"}
LEARNED |= {"weight-norm", "gate-mean", "gate-of-unit"}
BRIDGED = {"attention", "attention-score", "hypothesis-logp"}
NAMED = 8  # answers in the table, beside those that are added up
_RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_NUMERAL = re.compile(r"(?P<digits>−?\d+(?:\.(?P<decimals>\d+))?)(?:·10(?P<power>[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?(?P<percent>\s?%)?")


@dataclass(frozen=True)
class Truth:
    """One run, asked for numbers by the names that the page gives them."""

    trace: Trace
    history: History | None = None  # of the training that the trace is a moment of
    update: int = 0  # how many updates that moment had taken
    batch: Mapping[str, Padding] | None = None  # of a stage that shows sequences side by side, by side

    def problems(self, numbers: Iterable[Number], t: int, layer: str = "l0") -> list[str]:
        """Return what is wrong with the numbers that are seen at step ``t`` of ``layer``, a sentence each."""
        seen = list(numbers)
        problems = [problem for number in seen if (problem := self.problem(number, t, layer))]
        terms = [number for number in seen if number.quantity in ("term", "term-rest") and number.view == "equations"]
        if terms and not self._adds_up(terms, t, layer):
            problems.append(f"{[number.value for number in terms]} do not add up")
        # What a tip tells of one edge: weight × factor = contribution.
        tip = {n.quantity: n.value for n in seen if n.quantity in ("factor", "contribution") or is_of_edge(n)}
        if tip and not math.isclose(tip["weight"] * tip["factor"], tip["contribution"], rel_tol=COMPUTED):
            problems.append(f"{tip} is no product")
        return problems

    def problem(self, number: Number, t: int, layer: str = "l0") -> str | None:
        """Return what is wrong with a number that is seen at step ``t`` of ``layer``, None if nothing is."""
        wanted = self.wanted(number, t, layer)
        # Exactly the float32 of one number of the trace, or what follows from several of them. A norm may be tiny.
        near = 0 if number.unit == "norm" else COMPUTED
        fits = any(math.isclose(number.value, value, rel_tol=COMPUTED, abs_tol=near) for value in wanted)
        if number.quantity in self.recorded and (number.unit.isdigit() or is_of_edge(number)):
            fits = any(_same(number.value, float(np.float32(value))) for value in wanted)
        if not fits:
            return f"{number}, but the run has {wanted[:4]}"
        return None if reads_as(number.text, number.value) else f"{number}, which that text is not"

    @property
    def recorded(self) -> set[str]:
        """The names under which a number of the trace itself is shown."""
        return {
            "h",
            "c",
            "h0",
            "c0",
            "pre",
            "x",
            "loss",
            "output",
            "weight",
            "bias",
            "hn",
            *GATES["lstm"],
            *GATES["gru"],
        }

    def wanted(self, number: Number, t: int, layer: str) -> list[float]:
        """Return the value that a number must have; of a weight or a term, all that its unit has."""
        layer = number.layer or layer
        if number.quantity in LEARNED:
            return [self._learned(number, layer)]
        if number.quantity in BATCH:
            assert self.batch is not None, "the page shows a batch, and none was given here"
            return [of_batch(number, self.batch, t)]
        if number.quantity in BRIDGED:
            return [self._bridged(number)]
        step = t if number.step == "" else -1 if number.step == "start" else int(number.step)
        if self.trace.segments and number.quantity in ("step-factor", "dh-by-context", "dh-by-attention"):
            return self._across(number.quantity, layer, step)
        if number.quantity in SHAPED:
            return of_shape(self.trace, number, layer, step)
        if number.quantity in ("contribution", "term-rest"):  # see `problems`
            return [number.value]
        if number.quantity == "factor" or is_of_edge(number):
            return self._anything(number.quantity)
        one_of = {"weight": self._weights, "bias": self._biases}
        if number.quantity in one_of:
            return one_of[number.quantity](layer, int(number.unit), step)
        if number.quantity == "term":
            return self._terms(layer, step, int(number.unit))
        row = np.atleast_1d(self._row(number, layer, step))
        if number.unit == "mean" or number.quantity.startswith("mean_"):
            return [float(row.mean())]
        if "-" in number.unit:
            first, last = map(int, number.unit.split("-"))
            return [float(row[first : last + 1].mean())]
        return [float(row[int(number.unit) if number.unit.isdigit() else 0])]

    def _adds_up(self, terms: list[Number], t: int, layer: str) -> bool:
        """Tell whether what the panel lists is the whole of one of a unit's sums."""
        sums = self.trace.layers[terms[0].layer or layer].preactivations
        unit, total = int(terms[0].unit), sum(number.value for number in terms)
        scale = sum(abs(number.value) for number in terms) + 1
        return any(abs(total - sums[gate][t, unit]) <= COMPUTED * scale for gate in sums) or not math.isfinite(total)

    def _row(self, number: Number, name: str, t: int) -> Array:
        """Return the quantity of all units at one step."""
        trace, layer = self.trace, self.trace.layers[name]
        quantity = number.quantity.removeprefix("mean_").removesuffix("-mean")
        if quantity in ("h", "h0"):
            return layer.h0 if t < 0 or quantity == "h0" else layer.h[t]
        if quantity in ("c", "c0"):
            state, start = layer.c, layer.c0
            assert state is not None and start is not None
            return start if t < 0 or quantity == "c0" else state[t]
        if quantity in layer.gates:
            return layer.gates[quantity][t]
        if quantity in ("pre", "hn"):
            gate = "hn" if quantity == "hn" else number.gate if number.gate in layer.gates else "h"
            return layer.preactivations[gate][t]
        answers = trace.outputs if trace.probabilities is None else trace.probabilities
        losses = trace.losses[:, None]
        of_step = {"x": trace.inputs, "loss": losses, "output": answers, "probability": answers, "logit": trace.outputs}
        if quantity in of_step:
            return of_step[quantity][t]
        if quantity == "target":
            return np.atleast_1d(trace.targets[t])
        if quantity == "target_probability":
            return answers[t, [int(trace.targets[t])]]
        if quantity == "probability-rest":
            return np.array([1 - sum(self._named(answers[t], t))])
        if quantity in ("dh", "dc"):
            gradient = layer.dh if quantity == "dh" else layer.dc
            assert gradient is not None and number.unit == "norm", "only the norm of a gradient is shown"
            return np.linalg.norm(gradient[t : t + 1], axis=1)
        if quantity in ("belt", "bound", "step-factor", "itemised", "jacobian"):
            return np.atleast_1d(self._flow(quantity, layer, name, t, number.gate))
        if quantity.startswith(("dh-", "dc-")) or quantity in ("sigma", "rho"):
            return np.atleast_1d(self._way(quantity, layer, name, t))
        return self._derived(quantity, layer, name, t, number.gate)

    def _derived(self, quantity: str, layer: LayerTrace, name: str, t: int, gate: str) -> Array:
        """Return what a page works out of several numbers of the run."""
        gates = {key: values[t] for key, values in layer.gates.items()}
        before = self._before(layer, name, t)
        if quantity in ("squashed", "tanh-c"):
            assert layer.c is not None
            return np.tanh(layer.c[t])
        if quantity in ("rest", "1-z"):
            return 1 - gates["z"]
        if quantity == "kept":
            return gates["f"] * before["c"] if "f" in gates else gates["z"] * before["h"]
        if quantity == "written":
            return gates["i"] * gates["g"] if "i" in gates else (1 - gates["z"]) * gates["n"]
        if quantity == "recalled":
            return gates["r"] * layer.preactivations["hn"][t]
        if quantity == "read":
            return layer.preactivations["n"][t] - gates["r"] * layer.preactivations["hn"][t]
        if quantity in ("part-x", "part-h"):
            kind, entering = ("ih", read(self.trace, name, t)) if quantity == "part-x" else ("hh", before["h"])
            return self._rows(f"{prefix_at(self.trace, t)}weight_{kind}_{name}", gate) @ entering
        raise AssertionError(f"the page shows a {quantity!r}, and no rule here says what that is")

    def _flow(self, quantity: str, layer: LayerTrace, name: str, t: int, row: str) -> float:
        """Return what is drawn beside the total gradients: the bound, the cell path, parts, the mean factor."""
        if quantity == "itemised":
            return float(itemised(self.trace, name)[int(row), t])
        if quantity == "jacobian":
            return float(jacobian_norms(self.trace, layer=name)[int(row), t])
        norms = np.linalg.norm(layer.dh, axis=1)
        first, end = (int(np.flatnonzero(norms)[k]) for k in (0, -1))
        if quantity == "step-factor":
            return float((norms[first] / norms[end]) ** (1 / (end - first)))
        if quantity == "bound":
            return float(np.linalg.norm(self.trace.parameters[f"weight_hh_{name}"], 2) ** (end - t) * norms[end])
        assert layer.dc is not None
        return float(np.linalg.norm(layer.dc[end] * layer.gates["f"][t + 1 : end + 1].prod(axis=0)))

    def _across(self, quantity: str, name: str, t: int) -> list[float]:
        """Return what of a gradient comes to an encoder by one way; or its factors a step, of each part."""
        if quantity != "step-factor":
            return [float(10 ** reach_totals(self.trace, name)[quantity.removeprefix("dh-by-")][t])]
        norms = np.linalg.norm(self.trace.layers[name].dh, axis=1)
        found = []
        for part in self.trace.segments:
            alive = [t for t in range(part.start, part.stop) if norms[t]]
            if len(alive) > 1:
                found.append(float((norms[alive[0]] / norms[alive[-1]]) ** (1 / (alive[-1] - alive[0]))))
        return found

    def _way(self, quantity: str, layer: LayerTrace, name: str, t: int) -> float:
        """Return what the graph backwards and its panel make of a layer's gradients; of a single layer."""
        if quantity == "sigma":
            return float(np.linalg.norm(self.trace.parameters[f"weight_hh_{name}"], 2))
        if quantity == "rho":
            return float(np.abs(np.linalg.eigvals(self.trace.parameters[f"weight_hh_{name}"])).max())
        state = layer.dh if quantity.startswith("dh") else layer.dc
        assert state is not None
        own = self.trace.dtop[t, : state.shape[1]]
        if self.trace.segments and (t < self.trace.segments[-1].start or self.trace.experiment.num_layers > 1):
            own = np.zeros(state.shape[1])  # what a step's own loss gives is not told there
        future = 0.0 if t == self.trace.steps - 1 else np.linalg.norm(state[t] - own)
        if quantity in ("dh-own", "dh-future"):
            return float(np.linalg.norm(own) if quantity == "dh-own" else future)
        here = future if quantity == "dh-passed" else np.linalg.norm(state[t])
        return float(here / np.linalg.norm(state[t + 1]))

    def _bridged(self, number: Number) -> float:
        """Return what passes from an encoder to its decoder, or what the decoder kept in mind."""
        bridge = self.trace.bridge
        assert bridge is not None
        if number.quantity == "hypothesis-logp":
            return bridge.hypotheses[int(number.unit)][1]
        looks = bridge.attention if number.quantity == "attention" else bridge.scores
        assert looks is not None
        return float(looks[int(number.step) - self.trace.segments[-1].start, int(number.unit)])

    def _learned(self, number: Number, name: str) -> float:
        """Return what is told of the moment of a training."""
        history, trace, layer = self.history, self.trace, self.trace.layers[name]
        if number.quantity == "weight-norm":
            parameter = f"weight_{number.unit}" if number.unit == "ho" else f"weight_{number.unit}_{name}"
            return float(np.linalg.norm(trace.parameters[parameter]))
        if number.quantity == "gate-mean":
            return float(layer.gates[number.gate].mean())
        if number.quantity == "gate-of-unit":
            return float({"most": np.max, "least": np.min}[number.unit](layer.gates[number.gate].mean(axis=0)))
        assert history is not None
        kind, _, what = number.quantity.partition("-")
        if kind == "validation":
            known = [one for one in history.validations if one.update <= self.update]
            return float(getattr(known[-1], what))
        curve = getattr(history, {"minibatch": what, "grad": "grad_norm", "clipped": "clipped_norm"}[kind])
        return float(curve[self.update - 1])  # of the update that led to this moment

    def _named(self, chances: Array, t: int) -> list[float]:
        """Return the probabilities that a step's table names: the largest, and the target's."""
        order = list(np.argsort(-chances)[:NAMED])
        if self.trace.targets[t] >= 0 and self.trace.targets[t] not in order:
            order[-1] = self.trace.targets[t]
        return [float(chances[k]) for k in order]

    def _rows(self, parameter: str, gate: str) -> Array:
        """Return the rows of a parameter that belong to one gate."""
        value = self.trace.parameters[parameter]
        order = GATES[self.trace.experiment.cell]
        return np.split(value, len(order))[order.index(gate) if gate in order else 0]

    def _parts(self, kind: str, name: str, unit: int, t: int) -> list[Array]:
        """Return a unit's row, or its one number, of each of a layer's parameters of a kind, gate by gate."""
        gates = len(GATES[self.trace.experiment.cell])
        names = (f"{prefix_at(self.trace, t)}{kind}_{which}_{name}" for which in ("ih", "hh"))
        parameters = [self.trace.parameters[key] for key in names if key in self.trace.parameters]
        return [np.atleast_1d(part[unit]) for parameter in parameters for part in np.split(parameter, gates)]

    def _anything(self, quantity: str) -> list[float]:
        """Return all weights, or all that weights are multiplied with, of the whole run."""
        trace = self.trace
        weights = [value for name, value in trace.parameters.items() if "weight" in name]
        states = [state for layer in trace.layers.values() for state in (layer.h, layer.h0)]
        passed = [] if trace.bridge is None else list(trace.bridge.context.values())
        found = weights if quantity == "weight" else [trace.inputs, *states, *passed]
        return np.concatenate([array.ravel() for array in found]).tolist()

    def _weights(self, name: str, unit: int, t: int) -> list[float]:
        return [float(weight) for row in self._parts("weight", name, unit, t) for weight in row]

    def _biases(self, name: str, unit: int, t: int) -> list[float]:
        """Return each bias, and the sums of the two of a gate that some notations write as one."""
        biases = [float(bias[0]) for bias in self._parts("bias", name, unit, t)]
        half = len(biases) // 2
        return biases + [biases[k] + biases[k + half] for k in range(half)]

    def _terms(self, name: str, t: int, unit: int) -> list[float]:
        """Return the terms of all of a unit's sums; a GRU scales what its candidate hears of the past by r."""
        layer = self.trace.layers[name]
        rows = self._parts("weight", name, unit, t)
        gates = len(GATES[self.trace.experiment.cell])
        products = [row * read(self.trace, name, t) for row in rows[:gates]]
        products += [row * self._before(layer, name, t)["h"] for row in rows[gates:]]
        products.append(np.array(self._biases(name, unit, t)))
        if "r" in layer.gates:
            r = layer.gates["r"][t, unit]
            products += [r * products[2 * gates - 1], r * products[-1]]
        return [float(product) for row in products for product in row]

    def _before(self, layer: LayerTrace, name: str, t: int) -> dict[str, Array]:
        """Return the states that enter a step; a reverse layer reads from the end."""
        step = t + 1 if name.endswith("_reverse") else t - 1
        if 0 <= step < self.trace.steps and prefix_at(self.trace, step) == prefix_at(self.trace, t):
            return {"h": layer.h[step]} | ({} if layer.c is None else {"c": layer.c[step]})
        if prefix_at(self.trace, t) == "decoder.":
            return started(self.trace, name)
        return {"h": layer.h0} | ({} if layer.c0 is None else {"c": layer.c0})


def is_of_edge(number: Number) -> bool:
    """Tell whether a weight is one that the pointer is on, which names no unit."""
    return number.quantity == "weight" and not number.unit


def _same(one: float, other: float) -> bool:
    return one == other or (math.isnan(one) and math.isnan(other))


def reads_as(text: str, value: float) -> bool:
    """Tell whether a text, read by a person, is this number to the digits that are shown."""
    if not math.isfinite(value):
        words = ("NaN", "–") if math.isnan(value) else ("−∞",) if value < 0 else ("∞",)
        return any(word in text for word in words)
    return any(_reads(match, value) for match in _NUMERAL.finditer(text))


def _reads(match: re.Match[str], value: float) -> bool:
    power = int(match["power"].translate(_RAISED)) if match["power"] else 0
    scale = 10.0 ** (power - (2 if match["percent"] else 0))
    read = float(match["digits"].replace("−", "-")) * scale
    last_digit = 10.0 ** -len(match["decimals"] or "") * scale
    wrong_sign = match["digits"].startswith("−") and value >= 0
    return abs(read - value) <= last_digit * 0.5001 and not wrong_sign
