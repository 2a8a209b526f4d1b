"""The one palette: a hue for each quantity, the same in every equation, line, node and legend.

Read by Python (figures) and by the browser (CSS variables ``--rv-<name>``). Every hue meets WCAG AA (4.5 : 1) as text
on ``card`` and ``panel`` of its theme, the gates of a cell stay apart for colour-blind eyes, and so do the three cells:
tests/test_palette.py measures it.
"""

from __future__ import annotations

from typing import Final

PALETTE: Final[dict[str, dict[str, str]]] = {
    "light": {
        "paper": "#ffffff",
        "card": "#ffffff",
        "panel": "#f7f8fa",
        "ink": "#1c2230",
        "muted": "#5b6475",
        "faint": "#c9ced8",
        "line": "#e3e6ec",
        "focus": "#1c2230",
        "x": "#4a5163",
        "h": "#1f5fa8",
        "c": "#9a6400",
        "i": "#1b7a4b",
        "f": "#7a3fb0",
        "g": "#0b7285",
        "o": "#b53a0c",
        "r": "#b53a0c",
        "z": "#7a3fb0",
        "n": "#0b7285",
        "output": "#35549c",
        "loss": "#8a4a12",
        "gradient": "#b0246f",
        "positive": "#c4573f",
        "negative": "#3f78bd",
        "positive_text": "#a83b24",
        "negative_text": "#1f5fa8",
        "zero": "#ffffff",
        "rnn": "#9c1030",
        "gru": "#5c7a00",
        "lstm": "#4333d6",
    },
    "dark": {
        "paper": "#0f1218",
        "card": "#161a22",
        "panel": "#1c212b",
        "ink": "#e8ebf1",
        "muted": "#a0a9ba",
        "faint": "#454d5d",
        "line": "#2a303c",
        "focus": "#f2f4f8",
        "x": "#b4bccb",
        "h": "#7db4f5",
        "c": "#e3b04b",
        "i": "#5fce98",
        "f": "#c39bf0",
        "g": "#56cfe1",
        "o": "#ff9466",
        "r": "#ff9466",
        "z": "#c39bf0",
        "n": "#56cfe1",
        "output": "#9db7f5",
        "loss": "#e0a070",
        "gradient": "#f582bb",
        "positive": "#d9694f",
        "negative": "#4f8fdb",
        "positive_text": "#f3917a",
        "negative_text": "#7db4f5",
        "zero": "#1a1e27",
        "rnn": "#ff6b7d",
        "gru": "#b7d84a",
        "lstm": "#9488ff",
    },
}


def colour(name: str, theme: str = "light") -> str:
    """Return the colour of a quantity ("h", "f", "gradient", …) or a surface ("ink", "card", …) as ``#rrggbb``."""
    return PALETTE[theme][name]


def diverging_scale(theme: str = "light") -> list[tuple[float, str]]:
    """Return the one scale for signed values as Plotly stops: negative, zero, positive."""
    stops = PALETTE[theme]
    return [(0.0, stops["negative"]), (0.5, stops["zero"]), (1.0, stops["positive"])]
