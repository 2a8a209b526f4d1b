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
        One sequence, (T,) for a module of one input. For a larger module whatever that takes, a batch of one included;
        a tuple is several arguments, a dictionary arguments by name. A recurrent module may be given its first states,
        ``(x, h_0)`` or ``(x, (h_0, c_0))``.
    target : optional
        What the module should answer. At every step: (T,) whole numbers (classes; −1 or −100 where there is none) or
        (T, O) numbers (NaN where there is none). For the whole sequence: one class, or (O,) numbers.
    loss : {"every", "last"} or callable, optional
        Which steps count, with cross-entropy in nats for classes and the mean squared error for numbers; or a function
        ``loss(output, target)`` of what the module returned, giving one number or one for each step. **L is the sum**
        of what the steps give, not their mean. With no ``target`` it is called as ``loss(output)``. A loss of torch's,
        such as ``nn.NLLLoss()``, is given the answers as (T, O), or (1, O) of the whole sequence. **With neither
        target nor loss** L is the sum of the last layer's last h, of both directions where there are two: of the
        backward one that at step 1, which it reads last.
    submodule : str, optional
        Which recurrent module to look into, such as ``"encoder.rnn"``, where there are several.
    labels : T strings, optional
        What stands above each step; by default the whole numbers that went in, such as tokens, or the value itself of a
        single input, else x₁ … x_T.
    alphabet : D strings, optional
        What each component of a one-hot input stands for.
    answers : O strings, optional
        What each output stands for.

    Returns
    -------
    Trace
        ``outputs`` are what the module answered, (T, O), NaN where it does not answer at a step. ``parameters`` are the
        recurrent module's; "weight_ho" and "bias_o" besides where the head is one ``nn.Linear``. A bias that the module
        lacks is zero. ``dtop_by_loss`` is given where a step's loss reads the states of other steps. ``answered`` and
        ``loss_kind`` say what the answers and the losses are. What the head does is done in the module's own precision.

    Raises
    ------
    ExperimentError
        A ValueError in one sentence: several sequences, no or several recurrent modules, ``proj_size``, a recurrent
        module that is called several times, a head that reads c_n or the h_n of a lower layer, input that has another
        size or is not finite, a target that does not fit, a module that computes something else than torch's. So are
        numbers where tokens are wanted, and the other way round; and what the module's own forward, or a loss of your
        own, raises: that is told in the sentence, and is its ``__cause__``.

    Examples
    --------
    A recurrent module by itself:

    >>> import torch
    >>> from rnnviz import record
    >>> lstm = torch.nn.LSTM(3, 5, num_layers=2)
    >>> trace = record(lstm, torch.randn(20, 3))
    >>> trace.layers["l1"].dh.shape
    (20, 5)

    A whole model, as it was trained, on one sentence with a class for each word:

    >>> class Tagger(torch.nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.embed = torch.nn.Embedding(100, 8)
    ...         self.gru = torch.nn.GRU(8, 16, batch_first=True)
    ...         self.head = torch.nn.Linear(16, 4)
    ...
    ...     def forward(self, tokens):
    ...         return self.head(self.gru(self.embed(tokens))[0])
    >>> sentence = torch.tensor([[31, 4, 15]])
    >>> trace = record(Tagger(), sentence, [0, 3, 1], labels=["time", "flies", "fast"])
    >>> trace.outputs.shape, trace.losses.shape, trace.recorded
    ((3, 4), (3,), 'Tagger.gru: GRU(8, 16, batch_first=True)')
    """
    from rnnviz.recording.traced import traced  # torch comes with it, and only now

    names = {"labels": labels, "alphabet": alphabet, "answers": answers}
    return traced(module, x, target, loss, submodule, names)
