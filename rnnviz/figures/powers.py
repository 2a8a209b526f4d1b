"""Numbers of any size as people write them: 0.31, 4.7·10⁻¹⁰."""

from __future__ import annotations

import math
from typing import Final

_RAISED: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def powers(value: float) -> str:
    """Return a number with two digits that count, as a power of ten where it is small or large."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else "NaN" if math.isnan(value) else "∞" if value > 0 else "−∞"
    sign = "−" if value < 0 else ""
    return sign + powers_of_log10(math.log10(abs(value)))


def powers_of_log10(log10: float) -> str:
    """Return the number of which this is the logarithm, which may be too small or too large for any float."""
    if log10 == -math.inf:
        return "0"
    if not math.isfinite(log10):
        return "NaN" if math.isnan(log10) else "∞"
    if -2 <= log10 < 4:
        value = 10.0**log10
        return f"{value:,.0f}" if value >= 100 else f"{float(f'{value:.2g}'):g}"
    exponent = math.floor(log10)
    mantissa = f"{10.0 ** (log10 - exponent):.1f}"
    if mantissa == "10.0":
        mantissa, exponent = "1.0", exponent + 1
    return f"{mantissa}·10{str(exponent).translate(_RAISED)}"
