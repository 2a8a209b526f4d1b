"""Shapes: what goes in and what comes out, and how an encoder hands on what it has read."""

from functools import partial
from typing import Any

from rnnviz import site
from rnnviz.site import shapes

LANES = ["written", "attention", "h", "c", "gates", "loss", "gradient"]


def views(kind: str) -> list[dict[str, Any]]:
    """Return what is shown of a run; of one that answers with numbers, these as a curve, too."""
    lanes = LANES if kind == "symbols" else ["output", *LANES]
    return [
        {"view": "unrolled", "area": "graph", "options": {}},
        {"view": "equations", "area": "panel", "options": {}},
        {"view": "score", "area": "score", "options": {"lanes": lanes}},
        {"view": "output", "area": "wide", "options": {}},
    ]


with site.open_page("shapes", step=5, takes=site.fields("batch")) as page:
    if not shapes.is_open(page):
        page.lead(page.say("shapes.lead"))
        shapes.gallery(page.lang)
        page.prose("look")
        page.prose("at-once")
        page.prose("uses")
        shapes.uses(page.lang)
        page.prose("zeros")
        shapes.batch(page)
    else:
        asked = shapes.opening(page.lang)
        name = shapes.entry_of(asked)
        with page.bar:
            shapes.row(name, asked, page.lang)
        weights = partial(shapes.weights_control, name)
        made = shapes.networks_of(name)
        trace = site.traced(page.controls(shapes.cells_of(name), row=shapes.row_of, weights=weights, networks=made))
        page.lead(shapes.lead(name, page.lang))
        page.remark(shapes.goes_wrong(trace, page.lang))
        page.stage(trace, views(trace.kind))
        shapes.elsewhere(name, page.experiment, page.lang)
        shapes.about(name, page.lang)
        if trace.experiment.network:
            page.explain(trace.experiment.network)
        shapes.equations(trace.experiment, page.lesson.name, page.lang)
        if trace.experiment.translates:
            page.prose("between", "loses")
            shapes.growing(page, trace)
            shapes.reaching(trace, page.lang)
            page.prose("conventions")
