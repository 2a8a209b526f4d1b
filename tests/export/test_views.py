"""A notebook shows of a run what the lesson of that name shows."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from rnnviz import Experiment, run
from rnnviz.stage.views import GATE_LANES, scene
from tests.sources import ROOT, tree


def constants(page: str) -> dict[str, Any]:
    """Return the values that a page's script gives names of capitals to, in its first lines."""
    values: dict[str, Any] = {}
    for node in tree(ROOT / "pages" / f"{page}.py").body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id.isupper():
            exec(compile(ast.Module([node], []), page, "exec"), values)
    return values


def test_step_has_the_views_of_its_page() -> None:
    assert scene(("step",), run(Experiment(text="hello"))).views == constants("step")["VIEWS"]


def test_the_scores_have_the_lanes_of_their_pages() -> None:
    assert constants("gates")["SCORE"] == GATE_LANES
    lanes, pairs = constants("gradients")["LANES"], constants("gradients")["PAIRS"]
    views = scene(("gradients",), run(Experiment(text="hello"))).views
    assert [view["options"]["lanes"] for view in views if view["view"] == "score"] == [lanes, pairs]


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_gates_opens_with_the_most_active_unit_or_the_one_that_is_held(cell) -> None:
    trace = run(Experiment(cell=cell, text="hello", hidden_size=6))
    (view,) = [view for view in scene(("gates",), trace).views if view["view"] == "cell"]
    assert view["options"]["unit"] == abs(trace.layers["l0"].h).mean(axis=0).argmax()
    held = run(Experiment.from_query({**trace.experiment.to_query(), "hold": f"{'fz'[cell == 'gru']}:0:unit2"}))
    (view,) = [view for view in scene(("gates",), held).views if view["view"] == "cell"]
    assert view["options"]["unit"] == 1
