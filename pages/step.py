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
    once = trace.experiment.shape == "one_to_one"
    reads = page.say(f"step.symbol.{site.kind_of_step(trace)}")
    page.lead(page.say("step.lead.one_to_one" if once else f"step.lead.{trace.experiment.cell}", symbol=reads))
    page.stage(trace, VIEWS)
    if trace.experiment.network:
        page.prose("look-once") if once else page.prose("look")
        page.prose("trained") if trace.experiment.network in site.TRAINED else page.prose("handmade")
        page.explain(trace.experiment.network)
        page.prose("gradient-once") if once else page.prose("gradient")
    elif once:
        page.prose("look-once", "random", "gradient-once")
    else:
        page.prose("look", "random", "gradient")
