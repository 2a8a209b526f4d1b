"""`record`: a torch network of one's own, run once, with everything that happened in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rnnviz.trace import Trace


def record(
    module: Any,
    x: Any,
    target: Any = None,
    loss: Any = None,
    *,
    submodule: str | None = None,
    labels: Sequence[str] | None = None,
    alphabet: Sequence[str] | None = None,
    answers: Sequence[str] | None = None,
) -> Trace:
    r"""Run a trained ``nn.RNN``, ``nn.GRU`` or ``nn.LSTM``, alone or inside a larger module, and return its trace.

    The module runs once, as in ``eval()``, on one sequence. Nothing of it changes: no weight, no ``.grad``, no mode.
    What its recurrent layers did is then worked out again in float64 with their own weights, checked against what
    torch gave, and the loss's gradient taken back through them.

    Parameters
    ----------
    module : torch.nn.Module
        One of the three, any number of layers, one or both directions, batch_first or not, with or without biases; or
        a module that holds one, with whatever stands before it (an embedding) and after it (a head).
    x : (T, D) array or tensor
        One sequence. For a larger module whatever that takes, a batch of one included; a tuple is several arguments.
    target : optional
        What the module should answer. At every step: (T,) whole numbers (classes; −1 or −100 where there is none) or
        (T, O) numbers (NaN where there is none). For the whole sequence: one class, or (O,) numbers.
    loss : {"every", "last"} or callable, optional
        Which steps count, with cross-entropy in nats for classes and the mean squared error for numbers; or a function
        ``loss(output, target)`` of what the module returned, giving one number or one for each step. With no ``target``
        it is called as ``loss(output)``. **With neither target nor loss** L is the sum of the last layer's last h, of
        both directions where there are two.
    submodule : str, optional
        Which recurrent module to look into, such as ``"encoder.rnn"``, where there are several.
    labels : T strings, optional
        What stands above each step; by default the numbers that went in, if they are whole, else 1 … T.
    alphabet : D strings, optional
        What each component of a one-hot input stands for.
    answers : O strings, optional
        What each output stands for.

    Returns
    -------
    Trace
        ``outputs`` are what the module answered, (T, O), NaN where it does not answer at a step. ``parameters`` are the
        recurrent module's; "weight_ho" and "bias_o" besides where the head is one ``nn.Linear``. A bias that the module
        lacks is zero. ``dtop_by_loss`` is given where a step's loss reads the states of other steps.

    Raises
    ------
    ExperimentError
        A ValueError in one sentence: several sequences, no or several recurrent modules, ``proj_size``, a recurrent
        module that is called several times, a head that reads c_n or the h_n of a lower layer, a target that does not
        fit, a module that computes something else than torch's.

    Examples
    --------
    >>> import torch
    >>> from rnnviz import record
    >>> lstm = torch.nn.LSTM(3, 5, num_layers=2)
    >>> trace = record(lstm, torch.randn(20, 3))
    >>> trace.layers["l1"].dh.shape
    (20, 5)
    """
    from rnnviz.recording.traced import traced  # torch comes with it, and only now

    names = {"labels": labels, "alphabet": alphabet, "answers": answers}
    return traced(module, x, target, loss, submodule, names)
