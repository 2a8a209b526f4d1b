"""State Jacobians by PyTorch autograd, along the open loop that the engines are tested against."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from rnnviz.trace import Array, Trace
from tests.engines.oracle import _cell


def state_jacobian(trace: Trace, layer: str, t: int, s: int) -> Array:
    """Return ∂state_t/∂state_s of a layer, (S, S); h before c of an LSTM."""
    record, experiment = trace.layers[layer], trace.experiment
    weights = {
        kind: torch.tensor(trace.parameters[f"{kind}_{layer}"])
        for kind in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    }
    hidden = record.h.shape[1]
    between = range(s - 1, t - 1, -1) if layer.endswith("_reverse") else range(s + 1, t + 1)

    def later(state: Tensor) -> Tensor:
        h, c = state[:hidden], state[hidden:]
        for position in between:
            from_x = weights["weight_ih"] @ torch.tensor(record.x[position]) + weights["bias_ih"]
            from_h = weights["weight_hh"] @ h + weights["bias_hh"]
            h, c_new = _cell(experiment, layer, position, from_x, from_h, h, c)
            c = c if c_new is None else c_new
        return torch.cat([h, c])

    state = record.h[s] if record.c is None else np.concatenate([record.h[s], record.c[s]])
    return np.asarray(torch.autograd.functional.jacobian(later, torch.tensor(state)).numpy())
