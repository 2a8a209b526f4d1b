"""The nearest training that can be run here: what fits is taken, what does not is put right, and said.

The same for what stands in the controls and for what comes by a link: every value is raw, a text or a number, and
whatever it is, a plan comes of it.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from rnnviz import checks
from rnnviz.checks import finite, shorten
from rnnviz.experiment import (
    ATTENTIONS,
    CELLS,
    CONTEXTS,
    DECODERS,
    FEEDS,
    INITS,
    NONLINEARITIES,
    READOUTS,
    SHAPES,
    ExperimentError,
)
from rnnviz.site import limits
from rnnviz.site.limits import written
from rnnviz.site.training.naming import sentence
from rnnviz.site.training.plan import COMPARED, EXPERIMENT_FIELDS, RATES, UNSET, Plan, width_of
from rnnviz.tasks.problems import PROBLEMS, Setting
from rnnviz.training import OPTIMISERS
from rnnviz.training.settings import ENGINES, check_trainable

CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "cell": CELLS,
    "nonlinearity": NONLINEARITIES,
    "init": INITS,
    "optimiser": tuple(OPTIMISERS),
    "engine": tuple(ENGINES),
    "compare": COMPARED,
    "shape": SHAPES,
    "feed": FEEDS,
    "readout": READOUTS,
    "context": CONTEXTS,
    "decoder": DECODERS,
    "attention": ATTENTIONS,
}
TRUTHS: Final = ("bidirectional", "residual")
INSTEAD: Final[Mapping[str, Any]] = {
    "cell": "rnn",
    "bidirectional": False,
    "context": "transform",
    "attention": "additive",
    "truncate": None,
}
"""What is used where a value is well by itself and does not go with the others."""
OPTIONAL: Final = ("forget_bias", "truncate", "clip")
"""Numbers that may be left empty, each with a meaning of its own."""
EMPTY: Final = (None, "", UNSET)
WHOLE: Final = ("hidden_size", "num_layers", "seed", "truncate", "steps", "batch_size", "probe")
FIELDS: Final = (*EXPERIMENT_FIELDS, "optimiser", "learning_rate", "steps", "batch_size", "engine", "compare")


NOT_BESIDE: Final = {"unclipped": "limit.compare_clip", "unattended": "limit.compare_attention"}
"""Why a network has none of these beside it; of another cell, since it has no memory to compare."""


@dataclass(frozen=True)
class Settled:
    """A plan that can be trained, and one sentence for each thing that had to be put right."""

    plan: Plan
    sentences: tuple[str, ...]


def settle(asked: Mapping[str, Any], last: Plan, lang: str, *, link: bool = False) -> Settled:
    """Return the plan nearest to what is asked; where a value has no nearest, that of ``last`` is taken.

    Parameters
    ----------
    asked : mapping
        By the names of `FIELDS`, and "problem"; "options" has the problem's settings by name. What is not there is
        as in ``last``.
    last : Plan
    lang : str
    link : bool
        Whether it came by a link: then the sentences name its words.
    """
    sentences: list[str] = []

    def complain(error: ExperimentError, used: Any) -> Any:
        sentences.append(sentence(error, used, lang, link=link))
        return used

    plan = _problem(asked, last, complain)
    found: dict[str, Any] = {}
    for name in FIELDS:
        if name in asked:
            try:
                found[name] = admit(name, asked[name])
            except ExperimentError as error:
                found[name] = complain(error, nearest(name, asked[name], plan))
    if "optimiser" in found and "learning_rate" not in found:
        found["learning_rate"] = RATES[found["optimiser"]]
    if found.get("shape", plan.shapes[0]) not in plan.shapes:
        wrong = ExperimentError("shape", found["shape"], "shaping.problem", choices=", ".join(plan.shapes))
        found["shape"] = complain(wrong, plan.shapes[0])
    return Settled(_together(_changed(plan, found, complain), complain), tuple(sentences))


Complain = Callable[[ExperimentError, Any], Any]


def _changed(plan: Plan, found: dict[str, Any], complain: Complain) -> Plan:
    """Return a plan with other fields; where a network cannot be put together so, with the nearest that can."""
    for _ in INSTEAD:
        try:
            return plan.changed(**found)
        except ExperimentError as error:
            found[error.field] = complain(error, INSTEAD[error.field])
    return plan.changed(**found)


def _problem(asked: Mapping[str, Any], last: Plan, complain: Complain) -> Plan:
    """Return the last plan with the problem that is asked for."""
    name = asked.get("problem", last.problem)
    if name not in PROBLEMS:
        error = ExperimentError("problem", name, "error.choice", choices=", ".join(PROBLEMS))
        name = complain(error, _closest(name, tuple(PROBLEMS)) or last.problem)
    known = {setting.name: setting for setting in PROBLEMS[name].settings}
    before = dict(last.options) if name == last.problem else {}
    options = {**PROBLEMS[name].defaults, **before}
    for given, value in asked.get("options", {}).items():
        if given not in known:
            named = {"name": shorten(given), "problem": name, "choices": ", ".join(known)}
            complain(ExperimentError(given, value, "training.link.setting", used="", **named), None)
            continue
        try:
            options[given] = setting_value(known[given], value)
        except ExperimentError as error:
            options[given] = complain(error, error.values.get("used", _near(known[given], value, options[given])))
    plan = replace(last, problem=name, options=tuple(options.items()))
    try:
        _pose(plan)
    except ExperimentError as error:  # settings that are well each, and do not go together
        fallback = tuple(before.items())
        field = error.field
        used = dict(before or PROBLEMS[name].defaults).get(field)
        complain(error, used)
        plan = replace(plan, options=fallback)
    return plan


def _pose(plan: Plan) -> None:
    # What only shows when the data are looked at: a text of one symbol, numbers too far apart.
    posed = plan.posed
    width_of(posed)
    _ = posed.baselines


def setting_value(setting: Setting, value: Any) -> Any:
    """Return the value of one of a problem's settings as this site may have it.

    Raises
    ------
    ExperimentError
        If it does not fit, or lies beyond the site's limits.
    """
    if setting.name == "text" and isinstance(value, str) and len(value) > limits.OWN_TEXT:
        counts = {"count": f"{len(value):,}", "most": f"{limits.OWN_TEXT:,}"}
        raise ExperimentError("text", value, "limit.own_text", used=value[: limits.OWN_TEXT], **counts)
    if not setting.choices and isinstance(setting.default, int | float):
        value = limits.whole(value) if isinstance(setting.default, int) else value
        least, most = range_of(setting)
        if value is None:
            raise ExperimentError(setting.name, value, "limit.empty", least=written(least), most=written(most))
        setting = replace(setting, least=least, most=most)
    found = setting.check(value)
    if setting.name == "series" and len(found) > limits.OWN_SERIES:
        counts = {"count": f"{len(found):,}", "most": f"{limits.OWN_SERIES:,}"}
        raise ExperimentError("series", value, "limit.own_series", used=found[: limits.OWN_SERIES], **counts)
    return found


def range_of(setting: Setting) -> limits.Range:
    """Return the limits of a number among a problem's settings: the library's, unless the site's are narrower."""
    own = limits.PROBLEM.get(setting.name, limits.Range(-1e9, 1e9))
    least = own.least if setting.least is None else max(own.least, setting.least)
    most = own.most if setting.most is None else min(own.most, setting.most)
    return limits.Range(least, most)


def _near(setting: Setting, value: Any, before: Any) -> Any:
    """Return the allowed value nearest to one that was refused."""
    if setting.choices:
        return _closest(value, setting.choices) or before
    number = finite(value)
    if number is None or not isinstance(setting.default, int | float):
        return before
    least, most = range_of(setting)
    kind = int if isinstance(setting.default, int) else float
    return kind(min(max(number, least), most))


def admit(name: str, value: Any) -> Any:
    """Return the value of one field as a training on this site may have it.

    Raises
    ------
    ExperimentError
        If it cannot be read, or lies beyond the site's limits.
    """
    if name in CHOICES:
        return checks.choice(CHOICES[name])(name, value)
    if name in TRUTHS:
        return checks.truth(name, value)
    if name in OPTIONAL and value in EMPTY:
        return None
    return ranged(name, value, limits.TRAINING[name])


def ranged(name: str, value: Any, within: limits.Range) -> Any:
    """Return a number within its limits.

    Raises
    ------
    ExperimentError
        If it is none, or not within them.
    """
    least, most = within
    value = limits.whole(value) if name in WHOLE else value
    key = "limit.whole" if name in WHOLE else "limit.range"
    try:
        number = checks.whole(0)(name, value) if name in WHOLE else checks.number()(name, value)
    except ExperimentError:
        number = None
    if number is None or not least <= number <= most:
        key = "limit.empty" if value is None or value == "" else key
        raise ExperimentError(name, value, key, least=written(least), most=written(most))
    return number


def nearest(name: str, value: Any, last: Plan) -> Any:
    """Return what is used instead of a value that was refused."""
    before = getattr(last.experiment if name in EXPERIMENT_FIELDS else last, name)
    if name in CHOICES:
        return _closest(value, CHOICES[name]) or before
    number = finite(value)
    if name in TRUTHS or number is None:
        return before
    least, most = limits.TRAINING[name]
    return (int if name in WHOLE else float)(min(max(number, least), most))


def _together(plan: Plan, complain: Complain) -> Plan:
    """Put right what is well by itself and does not go together."""
    try:
        check_trainable(plan.experiment)
    except ExperimentError as error:
        complain(error, None)
        plan = plan.changed(truncate=None)
    if plan.weights > limits.WEIGHTS:
        counts = {"count": f"{plan.weights:,}", "most": f"{limits.WEIGHTS:,}"}
        wrong = ExperimentError("hidden_size", plan.experiment.hidden_size, "limit.weights", **counts)
        plan = plan.changed(hidden_size=complain(wrong, plan.units_within(limits.WEIGHTS)))
    width = width_of(plan.posed)
    most = max(1, limits.MINIBATCH // width)
    if plan.batch_size > most:
        steps, kinds = plan.posed.steps, plan.posed.inputs
        wrong = ExperimentError("batch_size", plan.batch_size, "limit.minibatch", kinds=kinds, steps=steps)
        plan = replace(plan, batch_size=complain(wrong, most))
    if plan.compare not in plan.comparable:
        own = plan.compare == plan.experiment.cell
        key = "limit.compare_self" if own else NOT_BESIDE.get(plan.compare, "limit.compare_memory")
        plan = replace(plan, compare=complain(ExperimentError("compare", plan.compare, key), "none"))
    return plan


def _closest(value: Any, choices: tuple[str, ...]) -> str | None:
    close = difflib.get_close_matches(str(value)[:40].lower(), choices, n=1)
    return close[0] if close else None
