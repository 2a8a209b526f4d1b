"""The site: what a page of pages/ calls. With the stage's mount, the only Streamlit code of the package.

A page is a short list of calls::

    from rnnviz import site

    with site.open_page("gates") as page:              # title, lead, what was wrong with the link
        experiment = page.controls(cells=("lstm", "gru"))  # the row of controls; every one is in the URL
        trace = site.traced(experiment)                # cached; NumPy engine
        page.stage(trace, views=[{"view": "cell", "area": "graph", "options": {}}, …])
        page.prose("gates")                            # rnnviz/lessons/<lang>/gates.md

What the blocks in a page's Markdown are called is said in `rnnviz.lessons`; the pages themselves are listed once, in
`rnnviz.site.lessons`.
"""

from rnnviz.site.page import Page, open_page
from rnnviz.site.runs import traced

__all__ = ["Page", "open_page", "traced"]
