from rnnviz import site

VIEWS = [
    {"view": "unrolled", "area": "graph", "options": {}},
    {"view": "equations", "area": "panel", "options": {}},
    {"view": "score", "area": "score", "options": {"lanes": ["h", "c", "gates", "loss", "gradient"]}},
    {"view": "output", "area": "wide", "options": {}},
    {"view": "source", "area": "wide", "options": {}},
]

with site.open_page("step", step=6) as page:
    experiment = page.controls()
    trace = site.traced(experiment)
    page.stage(trace, VIEWS)
