"""The site: what a page of pages/ calls. With the stage's mount, the only Streamlit code of the package.

A page is a short list of calls::

    from rnnviz import site

    with site.open_page("gates", takes=site.fields("hold")) as page:  # title; what was wrong with the link
        before = site.traced(page.controls())       # the row of controls, all in the link; a cached run
        after = site.traced(page.hold(before))      # the controls that hold a gate open or shut
        page.lead("…")                              # the sentence under the title
        page.stage(after, [{"view": "cell", "area": "graph", "options": {}}], baseline=before)
        page.prose("look")                          # a block of rnnviz/lessons/<lang>/gates.md

What the blocks in a page's Markdown are called is said in `rnnviz.lessons`; the pages themselves are listed once, in
`rnnviz.site.lessons`.
"""

from rnnviz.networks.trained import TRAINED
from rnnviz.site.asking import ask, asking_controls, otherwise, rarer_controls, unasked, unremedied
from rnnviz.site.comparison import compare
from rnnviz.site.making import decoder_of, saturated
from rnnviz.site.navigation import lesson_map
from rnnviz.site.orders import both_orders, without_memory
from rnnviz.site.page import Page, open_page
from rnnviz.site.presets import GRADIENTS
from rnnviz.site.remedies import active
from rnnviz.site.runs import kind_of_step, traced
from rnnviz.site.state import fields
from rnnviz.site.telling import gradient_lead, shape_of, told

__all__ = [
    "GRADIENTS",
    "TRAINED",
    "Page",
    "active",
    "ask",
    "asking_controls",
    "both_orders",
    "compare",
    "decoder_of",
    "fields",
    "gradient_lead",
    "kind_of_step",
    "lesson_map",
    "open_page",
    "otherwise",
    "rarer_controls",
    "saturated",
    "shape_of",
    "told",
    "traced",
    "unasked",
    "unremedied",
    "without_memory",
]
