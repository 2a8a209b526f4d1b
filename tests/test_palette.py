"""The palette can be read by everyone: contrast, and gates apart for colour-blind eyes."""

import itertools

import numpy as np
import pytest

from rnnviz.experiment import GATES
from rnnviz.palette import PALETTE

TEXT = ("ink", "muted", "x", "h", "c", "i", "f", "g", "o", "r", "z", "n", "output", "loss", "gradient", *GATES)
# Linear-RGB matrices of full dichromacy: Viénot, Brettel & Mollon 1999, "Digital video colourmaps".
DICHROMACY = {
    "protanopia": [[0.11238, 0.88762, 0.0], [0.11238, 0.88762, 0.0], [0.00401, -0.00401, 1.0]],
    "deuteranopia": [[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]],
}


def linear(colour: str) -> np.ndarray:
    channels = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    return float(linear(colour) @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIE L*a*b* (D65) of linear RGB."""
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    x, y, z = np.cbrt(np.clip(to_xyz @ rgb / [0.9505, 1.0, 1.089], 1e-6, None))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("theme", PALETTE)
@pytest.mark.parametrize("name", [*TEXT, "positive_text", "negative_text"])
def test_every_hue_can_be_read_as_text(theme: str, name: str) -> None:
    for surface in ("paper", "card", "panel"):
        assert contrast(PALETTE[theme][name], PALETTE[theme][surface]) >= 4.5


@pytest.mark.parametrize("theme", PALETTE)
@pytest.mark.parametrize("cell", ["lstm", "gru"])
@pytest.mark.parametrize("sight", [None, *DICHROMACY])
def test_gates_of_a_cell_stay_apart(theme: str, cell: str, sight: str | None) -> None:
    seen = {gate: linear(PALETTE[theme][gate]) for gate in GATES[cell]}
    if sight:
        seen = {gate: np.clip(DICHROMACY[sight] @ rgb, 0, 1) for gate, rgb in seen.items()}
    for one, other in itertools.combinations(seen, 2):
        assert np.linalg.norm(lab(seen[one]) - lab(seen[other])) >= 10, (one, other)


@pytest.mark.parametrize("theme", PALETTE)
@pytest.mark.parametrize("sight", [None, *DICHROMACY])
def test_cells_stay_apart_from_each_other_and_from_every_gate(theme: str, sight: str | None) -> None:
    def seen(name: str) -> np.ndarray:
        rgb = linear(PALETTE[theme][name])
        return lab(np.clip(DICHROMACY[sight] @ rgb, 0, 1) if sight else rgb)

    for one, other in itertools.combinations(GATES, 2):
        assert np.linalg.norm(seen(one) - seen(other)) >= 15, (one, other)
    for cell, gate in itertools.product(GATES, "ifgorzn" if sight is None else ""):
        assert np.linalg.norm(seen(cell) - seen(gate)) >= 15, (cell, gate)


def test_both_themes_name_the_same_things() -> None:
    assert PALETTE["light"].keys() == PALETTE["dark"].keys()
