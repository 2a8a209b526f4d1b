"""One setting of a problem: its default, its range, and the check of what a person gives for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rnnviz import checks
from rnnviz.experiment import ExperimentError
from rnnviz.inputs import readable
from rnnviz.tasks.series import parse_series
from rnnviz.words import DEFAULT_LANGUAGE, say


@dataclass(frozen=True)
class Setting:
    """One setting of a problem.

    What it takes follows from its default: a whole number, a number, one of ``choices``, a text, or a series.

    Attributes
    ----------
    name : str
    default : int, float, str or tuple of float
    least, most : float or None
        The range of a number, both ends included.
    choices : tuple of str
    """

    name: str
    default: int | float | str | tuple[float, ...]
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()

    def title(self, lang: str = DEFAULT_LANGUAGE) -> str:
        """Return what a person reads beside its control."""
        return say(f"problem.setting.{self.name}", lang)

    def check(self, value: Any) -> Any:
        """Return a value that was given, or a text that writes it, as the setting's own type.

        Raises
        ------
        ExperimentError
            If it does not fit; the sentence names the setting, the value and the range.
        """
        if self.choices:
            return checks.choice(self.choices)(self.name, value)
        if isinstance(self.default, str):
            return checks.text(self.name, value)
        if isinstance(self.default, tuple):
            return parse_series(value) if isinstance(value, str) else checks.series(self.name, value)
        return self._number(value)

    def _number(self, value: Any) -> int | float:
        whole = isinstance(self.default, int)
        try:
            number = checks.whole(0)(self.name, value) if whole else checks.number()(self.name, value)
        except ExperimentError:
            number = None
        low, high = self.least, self.most
        if number is None or (low is not None and number < low) or (high is not None and number > high):
            key = "problem.whole" if whole else "problem.number"
            least, most = (readable(end) if end is not None else "" for end in (low, high))
            raise ExperimentError(self.name, value, key, least=least, most=most)
        return number
