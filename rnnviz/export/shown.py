"""`show`: a run on the stage, in a notebook or in a file of its own."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from rnnviz.checks import choice
from rnnviz.export.checks import alike, runs, step_of, view_names
from rnnviz.export.document import document, frame
from rnnviz.export.recipe import About, about, title_of
from rnnviz.export.stack import slider
from rnnviz.export.way_back import way_back
from rnnviz.stage.payload import payload
from rnnviz.stage.source import source_of
from rnnviz.stage.views import ALONE, scene
from rnnviz.trace import Trace
from rnnviz.words import DEFAULT_LANGUAGE, languages, say

USUAL: Final = {"views": "step", "theme": "auto", "lang": DEFAULT_LANGUAGE, "start": None, "title": None}
THEMES: Final = ("auto", "light", "dark")


def show(
    trace: Trace | Iterable[Trace],
    views: str | Iterable[str] = "step",
    *,
    baseline: Trace | None = None,
    theme: str = "auto",
    lang: str = DEFAULT_LANGUAGE,
    start: int | None = None,
    title: str | None = None,
) -> Shown:
    """Put a run on the stage: the last line of a notebook's cell draws it, ``.save("run.html")`` writes one file.

    Both hold all they need, and ask no server for anything: the file opens by a double click, offline.

    Parameters
    ----------
    trace : Trace or iterable of Trace
        One run; or several of equal shapes, such as a `sweep`, that a second slider of the stage moves through.
    views : str or iterable of str
        What is shown: a lesson's views, "step", "gates" or "gradients"; or single ones, in reading order: "unrolled",
        "cell", "equations", "score", "attention", "output", "source". The pictures of "gates" that are drawn by
        Plotly.js make a file about 5 MB larger; a stack of several runs goes without them. "gradients" stands alone;
        there runs may differ in length, and those of one cell each lie side by side.
    baseline : Trace, optional
        Another run of the same shapes to lay under this one, such as the one in which no gate is held.
    theme : {"auto", "light", "dark"}
        The colours to begin with; "auto" is as the notebook or the system is.
    lang : str
        Of every word, one of `rnnviz.words.languages`.
    start : int, optional
        The step (0-based) to open at; as an index, −1 is the last. By default the first, of "gradients" the last.
    title : str, optional
        Of the document; by default the cell and what it read.

    Returns
    -------
    Shown

    Raises
    ------
    TypeError
        If ``trace`` or ``baseline`` is no `Trace`.
    ExperimentError
        A ValueError, if runs do not have equal shapes or another argument is none of those above.
    """
    traces = runs(trace)
    names = view_names(views)
    alike(traces, baseline, way_back=ALONE in names)
    chosen = {"theme": choice(THEMES)("theme", theme), "lang": choice(languages())("lang", lang)}
    steps = max(one.steps for one in traces)
    first = step_of(start, steps, usual=steps - 1 if ALONE in names else 0)
    given = {"start": None if start is None else first, "title": None if title is None else str(title)}
    arguments = {"views": names[0] if len(names) == 1 else list(names), **chosen, **given}
    return Shown(traces, baseline, names, first, {name: arguments[name] for name in USUAL})


class Shown:
    """A run as it is shown: the value of `show`."""

    def __init__(
        self,
        traces: Sequence[Trace],
        baseline: Trace | None,
        views: Sequence[str],
        start: int,
        arguments: Mapping[str, Any],
    ) -> None:
        self._traces, self._baseline, self._views = traces, baseline, views
        self._arguments = {name: value for name, value in arguments.items() if value != USUAL[name]}
        self._lang: str = arguments["lang"]
        self.title: str = arguments["title"] or title_of(traces, self._lang, way_back=ALONE in views)
        self._payload = _payload(traces, baseline, views, start, arguments["theme"], self._lang)

    @cached_property
    def html(self) -> str:
        """The whole document, as `save` writes it."""
        return self._document(framed=False)

    @cached_property
    def _about(self) -> About:
        return about(self._traces, self._baseline, self._arguments, self._lang)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write one HTML file that opens anywhere, offline, and return its path; what was there is replaced.

        Raises
        ------
        OSError
            If the folder does not exist, the path is a folder, or it cannot be written.
        """
        target = Path(path)
        if target.is_dir():
            raise IsADirectoryError(say("export.error.is_folder", path=target, example=target / "run.html"))
        if not target.parent.is_dir():
            raise FileNotFoundError(say("export.error.folder", folder=target.parent))
        target.write_text(self.html, encoding="utf-8", newline="\n")
        return target

    def _repr_html_(self) -> str:
        return frame(self._document(framed=True), self.title)

    def __repr__(self) -> str:
        """Return what is shown, in a line, for where no picture can be."""
        stack = f"{len(self._traces)} × " if len(self._traces) > 1 else ""
        return f"<rnnviz.show: {stack}{self._traces[0].brief}, {'+'.join(self._views)}>"

    def _document(self, framed: bool) -> str:
        return document(
            self._payload,
            title=self.title,
            about=self._about,
            framed=framed,
        )


def _payload(
    traces: Sequence[Trace], baseline: Trace | None, views: Sequence[str], start: int, theme: str, lang: str
) -> dict[str, Any]:
    seen = scene(views, traces[0], baseline, lang)
    if len(traces) > 1:  # a figure is of one run
        seen = seen.without("plot")
    told: dict[str, Any] = {"page": "+".join(views), "views": seen.views, "figures": seen.figures, "start": start}
    told |= {"source": _source(traces[0]), "theme": None if theme == "auto" else theme, "lang": lang}
    make = way_back if ALONE in views else payload
    data = make(traces, baseline=baseline, **told, **slider(traces, lang))
    data["stage"]["address"] = False  # there is no link to keep the step in
    return data


def _source(trace: Trace) -> Mapping[str, Any] | None:
    """Return the code that ran, where it is at hand."""
    try:
        return source_of(trace.experiment.cell, trace.experiment.nonlinearity)
    except OSError:
        return None
