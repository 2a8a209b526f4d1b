"""Where the files lie that a browser needs: for the routes of the site, and for a document that holds them all."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

PACKAGE: Final = Path(__file__).parents[1]
ASSETS: Final = PACKAGE / "stage" / "assets"


@cache
def plotly_js() -> Path:
    """Return the plotly package's own plotly.min.js, without importing the package.

    Raises
    ------
    ModuleNotFoundError
        If the package is not installed.
    """
    spec = find_spec("plotly")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("plotly", name="plotly")
    return Path(spec.origin).parent / "package_data" / "plotly.min.js"
