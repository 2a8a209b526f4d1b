"""Training: press Train, watch a network learn, and go back to the moment at which it did."""

from typing import Any

from rnnviz.site.training import open_training

LANES = ["written", "attention", "h", "c", "gates", "output", "loss", "gradient"]
VIEWS: list[dict[str, Any]] = [
    {"view": "learning", "area": "graph"},
    {"view": "moment", "area": "panel"},
    {"view": "score", "area": "score", "options": {"lanes": LANES}},
]
NETWORK: list[dict[str, Any]] = [{"view": "unrolled", "area": "graph"}, {"view": "equations", "area": "panel"}]
BESIDE = [{"view": "score", "area": "score", "options": {"lanes": LANES}}]
SAMPLES = [{"view": "samples", "area": "wide"}]
READING = [{"view": "reading", "area": "wide"}]

with open_training() as page:
    page.lead()
    page.run()
    learned = (SAMPLES if page.continues else []) + (READING if page.reads else [])
    page.watch([*VIEWS, *learned], NETWORK, BESIDE)
    page.prose("look")
    page.prose("update")
    page.prose("line")
    page.prose("why")
    if page.forecasts:
        page.prose("windows")
    page.prose("broken")
    page.prose("kept")
