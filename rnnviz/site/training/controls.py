"""The controls of the Training page: what is changed often stands open, the rest behind "More"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import streamlit as st

from rnnviz.experiment import ATTENTIONS, CELLS, CONTEXTS, DECODERS, FEEDS, INITS, NONLINEARITIES, READOUTS
from rnnviz.site import limits, present
from rnnviz.site.controls import KEEP, limited
from rnnviz.site.training import files, presets
from rnnviz.site.training.naming import TYPED, label
from rnnviz.site.training.plan import EXPERIMENT_FIELDS, RATES, Plan
from rnnviz.site.training.settling import FIELDS, range_of, settle
from rnnviz.tasks.problems import PROBLEMS, Problem, Setting
from rnnviz.training import OPTIMISERS
from rnnviz.training.settings import ENGINES
from rnnviz.words import DEFAULT_LANGUAGE, say

OPEN: Final = ("book", "text", "series", "ticker", "blanks", "delay", "length")
"""Settings that stand open, of each problem the first that it has; its others are behind "More"."""
OF_SHAPE: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "one_to_many": {"feed": FEEDS},
    "many_to_one": {"readout": READOUTS},
    "encoder_decoder": {"context": CONTEXTS, "decoder": DECODERS},
}
"""What there is to choose in a shape, behind "More"."""
WIDTHS: Final = {"book": 200, "text": 200, "series": 200, "ticker": 120, "blanks": 156, "delay": 176, "length": 124}
"""Beside the others, so that all of a problem's controls stand in one row."""


def key_of(name: str, problem: str | None = None) -> str:
    """Return the key of the control of a field, or of a setting of a problem.

    It begins with the page's name: what is trained here is none of the other pages' experiment.
    """
    return f"training_{problem}_{name}" if problem else f"training_{name}"


def put(plan: Plan) -> None:
    """Let the controls show a plan; the settings of other problems stay as they are."""
    state = st.session_state
    state[key_of("problem")] = plan.problem
    for name in FIELDS:
        state[key_of(name)] = getattr(plan.experiment if name in EXPERIMENT_FIELDS else plan, name)
    for name, value in plan.options:
        state[key_of(name, plan.problem)] = _typed(value)


def ready() -> None:
    """See to it that every control has a value."""
    if key_of("problem") not in st.session_state:
        put(Plan())
    st.session_state.setdefault(key_of("probe"), 1)
    st.session_state.setdefault(key_of("open"), False)
    for problem in PROBLEMS.values():
        for setting in problem.settings:
            st.session_state.setdefault(key_of(setting.name, problem.name), _typed(setting.default))


def asked() -> dict[str, Any]:
    """Return what the controls ask for, as it stands."""
    state = st.session_state
    problem = state[key_of("problem")]
    options = {one.name: state[key_of(one.name, problem)] for one in PROBLEMS[problem].settings}
    return {"problem": problem, "options": options} | {name: state[key_of(name)] for name in FIELDS}


def controls(last: Plan, lang: str) -> Any:
    """Show the row of controls; return the place beside it for the link.

    ``last`` is the plan that was settled last.
    """
    problem = PROBLEMS[st.session_state[key_of("problem")]]
    with st.container(key="controls", horizontal=True, vertical_alignment="bottom", gap="small"):
        _choose("problem", tuple(PROBLEMS), lang, "problem.{}.title", width=174, on_change=_fitting_shape)
        for setting in _open(problem):
            _setting(problem.name, setting, lang, width=WIDTHS[setting.name])
        attends = problem.posed.shapes[0] == "encoder_decoder"
        if attends:
            _choose("attention", ATTENTIONS, lang, "control.attention.{}", "control.attention.help", width=128)
        if st.session_state[key_of("shape")] != "one_to_one":
            _cells(lang)
        _amount("hidden_size", lang, width=133)
        _choose(
            "compare",
            _comparable(last),
            lang,
            "training.compare.{}",
            "training.compare.help",
            width=164 if attends else 146,
        )
        tools = st.container(key="tools", horizontal=True, vertical_alignment="bottom", width="content")
    with tools:
        more = st.popover(say("site.more", lang), key="more", on_change="rerun")
        if more.open:  # what is not seen is not built
            with more:
                _more(problem.name, lang)
        presets.try_menu(lang, put)
        return present.present_button(lang)


def probe_control(count: int, lang: str) -> None:
    """Offer which of some sequences is seen on the stage."""
    key = key_of("probe")
    st.session_state[key] = min(st.session_state[key] or 1, count)
    st.segmented_control(
        say("training.control.probe", lang),
        range(1, count + 1),
        format_func=lambda number: say("training.probe.first", lang) if number == 1 else str(number),
        key=key,
        required=True,
        label_visibility="collapsed",
        **KEEP,
    )


def open_control(lang: str) -> None:
    """Offer to open the network of the moment that is seen: its graph, and its numbers worked out."""
    st.toggle(say("training.control.open", lang), key=key_of("open"), help=say("training.open.help", lang), **KEEP)


def _open(problem: Problem) -> list[Setting]:
    """Return the setting of a problem that stands open; some have none."""
    return sorted((one for one in problem.settings if one.name in OPEN), key=lambda one: OPEN.index(one.name))[:1]


def _more(problem: str, lang: str) -> None:
    cell = st.session_state[key_of("cell")]
    _choose(
        "optimiser",
        tuple(OPTIMISERS),
        lang,
        "training.optimiser.{}",
        "training.rate.help",
        on_change=_fitting_rate,
    )
    _amount("learning_rate", lang, step=0.001)
    _amount("steps", lang, step=100)
    _amount("batch_size", lang)
    _amount("clip", lang, step=0.1, placeholder="training.clip.none", help="training.clip.help")
    _amount("truncate", lang, placeholder="training.truncate.none", help="training.truncate.help")
    for setting in PROBLEMS[problem].settings:
        if setting.name in TYPED:
            files.upload(setting.name, key_of(setting.name, problem), lang)
        if setting not in _open(PROBLEMS[problem]):
            _setting(problem, setting, lang)
    _of_shape(PROBLEMS[problem].posed.shapes, lang)
    _choose("init", INITS, lang, "control.init.{}", "control.init.help")
    _amount("gain", lang, step=0.1, help="control.gain.help")
    if cell == "lstm":
        empty, help_ = "control.forget_bias.empty", "control.forget_bias.help"
        _amount("forget_bias", lang, step=0.5, placeholder=empty, help=help_)
    if cell == "rnn":
        _choose("nonlinearity", NONLINEARITIES, lang, "control.nonlinearity.{}")
    _amount("num_layers", lang, help="control.num_layers.help")
    help_ = say("control.bidirectional.help", lang)
    st.toggle(label("bidirectional", lang), key=key_of("bidirectional"), help=help_, **KEEP)
    help_ = say("control.residual.help", lang)
    st.toggle(label("residual", lang), key=key_of("residual"), help=help_, **KEEP)
    _amount("seed", lang, help="training.seed.help")
    _choose("engine", tuple(ENGINES), lang, "training.engine.{}", "training.engine.help")


def _comparable(last: Plan) -> tuple[str, ...]:
    """Return what may run beside the network that is chosen; the choice stays among it."""
    state = st.session_state
    cell, compare = state[key_of("cell")], key_of("compare")
    found = settle(asked() | {"compare": "none"}, last, DEFAULT_LANGUAGE).plan.comparable
    if state[compare] not in found:  # the network has become what it was compared with
        state[compare] = next(one for one in ("lstm" if cell == "rnn" else "rnn", "none") if one in found)
    return found


def _of_shape(shapes: Sequence[str], lang: str) -> None:
    """Offer the shapes in which a problem can be learned, and what there is to choose in the one that is chosen."""
    if len(shapes) > 1:
        _choose("shape", shapes, lang, "control.shape.{}", "control.shape.help", on_change=_fitting_cell)
    for name, options in OF_SHAPE.get(st.session_state[key_of("shape")], {}).items():
        _choose(name, options, lang, f"control.{name}.{{}}", f"control.{name}.help")
    if st.session_state[key_of("shape")] == "encoder_decoder" and st.session_state[key_of("decoder")] == "feedback":
        _amount("forcing", lang, step=0.1, help="training.forcing.help")


def _fitting_shape() -> None:
    """Take the shape that suits a problem best."""
    state = st.session_state
    state[key_of("shape")] = PROBLEMS[state[key_of("problem")]].posed.shapes[0]
    if state[key_of("shape")] == "encoder_decoder":
        state[key_of("truncate")] = None
    _fitting_cell()


def _fitting_cell() -> None:
    if st.session_state[key_of("shape")] == "one_to_one":
        st.session_state[key_of("cell")] = "rnn"


def _fitting_rate() -> None:
    st.session_state[key_of("learning_rate")] = RATES[st.session_state[key_of("optimiser")]]


def _setting(problem: str, setting: Setting, lang: str, **layout: Any) -> None:
    """Offer one of a problem's settings."""
    layout |= {"key": key_of(setting.name, problem), **KEEP}
    title = setting.title(lang)
    if setting.name in TYPED:
        most = f"{limits.OWN_TEXT if setting.name == 'text' else limits.OWN_SERIES:,}"
        shown = say(f"training.control.{setting.name}.limit", lang, label=title, most=most)
        st.text_area(shown, height=68, **layout)
    elif setting.choices:
        st.selectbox(title, setting.choices, format_func=lambda one: _choice(setting.name, one, lang), **layout)
    else:
        layout |= {"step": 1.0 if isinstance(setting.default, int) else 0.5, "format": "%g", "value": None}
        st.number_input(limited(title, *range_of(setting), lang), **layout)


def _choice(setting: str, value: str, lang: str) -> str:
    if setting == "ticker":
        return value
    return say(f"control.tokens.{value}" if setting == "tokens" else f"training.book.{value}", lang)


def _cells(lang: str) -> None:
    st.segmented_control(
        label("cell", lang),
        CELLS,
        format_func=lambda name: say(f"control.cell.{name}", lang),
        key=key_of("cell"),
        required=True,
        **KEEP,
    )


def _choose(name: str, options: Sequence[str], lang: str, words: str, help: str | None = None, **layout: Any) -> None:
    """Offer some names, each under the words for it."""
    layout = {"key": key_of(name), "help": help and say(help, lang), **layout, **KEEP}
    st.selectbox(label(name, lang), options, format_func=lambda option: say(words.format(option), lang), **layout)


def _amount(
    name: str, lang: str, *, step: float = 1, help: str | None = None, placeholder: str | None = None, **layout: Any
) -> None:
    """Offer a number; the field itself has no limits, for it would refuse one without a word."""
    title = limited(label(name, lang), *limits.TRAINING[name], lang)
    words = {"help": help and say(help, lang), "placeholder": placeholder and say(placeholder, lang)}
    usual = {"key": key_of(name), "value": None, "step": float(step), "format": "%g"}
    st.number_input(title, **{**usual, **words, **layout, **KEEP})


def _typed(value: Any) -> Any:
    """Return a setting as its control holds it: numbers as a person would write them."""
    return ", ".join(f"{number:.15g}" for number in value) if isinstance(value, tuple) else value
