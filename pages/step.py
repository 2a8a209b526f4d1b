"""Step: one run, column by column."""

from rnnviz import site

LANES = ["written", "attention", "h", "c", "gates", "loss", "gradient"]
VIEWS = [
    {"view": "unrolled", "area": "graph", "options": {}},
    {"view": "equations", "area": "panel", "options": {}},
    {"view": "score", "area": "score", "options": {"lanes": LANES}},
    {"view": "output", "area": "wide", "options": {}},
    {"view": "source", "area": "wide", "options": {}},
]

with site.open_page("step", step=6) as page:
    trace = site.traced(page.controls())
    page.lead(
        page.say(f"step.lead.{trace.experiment.cell}", symbol=page.say(f"step.symbol.{site.kind_of_step(trace)}"))
    )
    page.stage(trace, VIEWS)
    if trace.experiment.network:
        page.prose("look")
        page.prose("trained") if trace.experiment.network in site.TRAINED else page.prose("handmade")
        page.explain(trace.experiment.network)
        page.prose("gradient")
    else:
        page.prose("look", "random", "gradient")
