"""Gradients through time: pure functions of a `Trace`, each of which says its shape, its unit and its source.

Everything is rebuilt from the trace: the local derivatives from the states and gates it keeps, and the way back from
the cells' own lines. Held gates, truncation, stacked and reverse layers and residual connections are as they were run.
"""

from rnnviz.gradients.belt import CellPath, cell_path
from rnnviz.gradients.clips import Clipping, clipping
from rnnviz.gradients.influences import answer_influence, connectivity, influence
from rnnviz.gradients.items import itemised, itemised_vectors, log10_itemised
from rnnviz.gradients.jacobians import jacobian_norms, log10_jacobian_norms
from rnnviz.gradients.magnitude import log10_norms
from rnnviz.gradients.nested import Expansion, expansion
from rnnviz.gradients.reach import Reach, reach, reach_totals, reach_vectors
from rnnviz.gradients.shares import WeightShares, weight_shares, weight_terms
from rnnviz.gradients.spectrum import bound, log10_bound, sigma_max, singular_values, spectral_radius
from rnnviz.gradients.totals import float32_zeros, log10_totals, norms
from rnnviz.gradients.verdicts import per_step_factor, verdict
from rnnviz.gradients.whole import parameter_gradients
from rnnviz.gradients.windows import Truncated, truncated

__all__ = [
    "CellPath",
    "Clipping",
    "Expansion",
    "Reach",
    "Truncated",
    "WeightShares",
    "answer_influence",
    "bound",
    "cell_path",
    "clipping",
    "connectivity",
    "expansion",
    "float32_zeros",
    "influence",
    "itemised",
    "itemised_vectors",
    "jacobian_norms",
    "log10_bound",
    "log10_itemised",
    "log10_jacobian_norms",
    "log10_norms",
    "log10_totals",
    "norms",
    "parameter_gradients",
    "per_step_factor",
    "reach",
    "reach_totals",
    "reach_vectors",
    "sigma_max",
    "singular_values",
    "spectral_radius",
    "truncated",
    "verdict",
    "weight_shares",
    "weight_terms",
]
