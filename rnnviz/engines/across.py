"""The way back across a decoder, what is between, and its encoder: for one loss, a minibatch's, or many side by side.

`walk_back` takes the gradients by the outputs of one sequence (N, O), of a minibatch (N, B, O), or K adjoints of one
sequence, (N, K, O); and K adjoints by any states of any layer, (T, K, H). `gradients` makes of the first two those of
all parameters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from rnnviz.engines import attention, context
from rnnviz.engines.attention import LookBack, flat, outer, total
from rnnviz.engines.encoder_decoder import Encoded, Record, Walks, both, decoder_levels
from rnnviz.engines.layer import KINDS, Adjoint, Run, product
from rnnviz.engines.pooling import spread
from rnnviz.engines.through_time import levels, skips
from rnnviz.parameters import contexts
from rnnviz.trace import Array


@dataclass(frozen=True, eq=False)
class Seeds:
    """What a walk back begins with, … as in the record, or (K,): K adjoints of one sequence.

    Attributes
    ----------
    outputs : (N, …, O) or None
        Gradient by the outputs.
    h, c : dict of (T, …, H)
        By layer: gradient by its states, the encoder's and then the decoder's.
    """

    outputs: Array | None = None
    h: Mapping[str, Array] = field(default_factory=dict)
    c: Mapping[str, Array] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Back:
    """What became of the seeds. T = S + N.

    Attributes
    ----------
    encoder, decoder : dict of Adjoint
        By layer.
    contexts : dict of (…, C) or (…, H)
        By level: gradient by the context.
    sums : dict of (…, H)
        Of a transform: gradient by what its tanh is taken of.
    look : LookBack or None
    top : (T, …, C)
        Gradient by both tops' states, as far as it comes from outside their layers: from the readout, attention and the
        context. The decoder's is filled up with zeros.
    """

    encoder: Mapping[str, Adjoint]
    decoder: Mapping[str, Adjoint]
    contexts: Mapping[str, Array]
    sums: Mapping[str, Array]
    look: LookBack | None
    top: Array

    def dh(self, name: str) -> Array:
        """Return the total gradient by a layer's h, (T, …, H); zeros where the decoder has no such layer."""
        return joined(self.encoder[name].dh, self.decoder[name].dh if name in self.decoder else None, self._steps)

    def dc(self, name: str) -> Array | None:
        """Return the total gradient by a layer's c, (T, …, H), of an LSTM."""
        first, then = self.encoder[name].dc, self.decoder[name].dc if name in self.decoder else None
        return None if first is None else joined(first, then, self._steps)

    @property
    def _steps(self) -> int:
        return len(self.top)


@np.errstate(over="ignore", invalid="ignore")
def walk_back(record: Record, seeds: Seeds) -> Back:
    """Take gradients back through the decoder, what is between, and the encoder."""
    encoded, parameters = record.encoded, record.encoded.parameters
    axes, steps = _axes(record, seeds), encoded.given.shape[-2]
    zeros = np.zeros((len(record.read), *axes, record.read.shape[-1]))
    dtop = zeros if seeds.outputs is None else seeds.outputs @ parameters["weight_ho"]
    look, given = None, np.zeros((steps, *axes, encoded.given.shape[-1]))
    if record.look is not None:
        look = attention.backward(record.look, np.moveaxis(dtop, 0, -2), parameters)
        dtop, given = np.moveaxis(look.h, -2, 0), np.moveaxis(look.given, -2, 0)
    after = ({name: value[steps:] for name, value in kind.items()} for kind in (seeds.h, seeds.c))
    decoder = _descend(record, "decoder", dtop, *after)
    made = _by_context(record, decoder)
    before = [{name: value[:steps] for name, value in kind.items()} for kind in (seeds.h, seeds.c)]
    sums, top = _into_encoder(encoded, decoder, made, *before)
    encoder = _descend(record, "encoder", given, *before)
    fill = np.zeros((*dtop.shape[:-1], given.shape[-1] - dtop.shape[-1]))
    whole = np.concatenate([given + top, np.concatenate([dtop, fill], axis=-1)])
    return Back(encoder, decoder, made, sums, look, whole)


def _axes(record: Record, seeds: Seeds) -> tuple[int, ...]:
    """Return what stands at the … of the seeds."""
    given = [seeds.outputs, *seeds.h.values(), *seeds.c.values()]
    return next((one.shape[1:-1] for one in given if one is not None), record.outputs.shape[1:-1])


def _descend(
    record: Record, part: str, dtop: Array, by_h: Mapping[str, Array], by_c: Mapping[str, Array]
) -> dict[str, Adjoint]:
    """Walk back through one network's layers, the top first; what reaches single states joins at their layer."""
    encoded, writes = record.encoded, part == "decoder"
    experiment, runs = encoded.experiment, record.runs if writes else encoded.runs
    own = None if writes else encoded.mask
    adjoints: dict[str, Adjoint] = {}
    for level in reversed(decoder_levels(experiment) if writes else levels(experiment)):
        for name, share in zip(level, np.split(dtop, len(level), axis=-1), strict=True):
            dout = share + by_h[name] if name in by_h else share
            adjoints[name] = encoded.walks.backward(runs[name], dout, own, by_c.get(name))
        if level[0] != "l0":
            dx = np.sum([product(adjoints[name].from_x, runs[name].weights.ih) for name in level], axis=0)
            dtop = dx + dtop if skips(experiment, level) else dx
    return adjoints


def _by_context(record: Record, decoder: Mapping[str, Adjoint]) -> dict[str, Array]:
    """Return the gradient by each context: by a first state, or by what was read at every step."""
    experiment = record.encoded.experiment
    if experiment.decoder == "state":
        return {name: np.asarray(decoder[name].dh0) for name in contexts(experiment)}
    columns = record.encoded.contexts[contexts(experiment)[-1]].value.shape[-1]
    dx = decoder["l0"].from_x.sum(axis=0) @ record.runs["l0"].weights.ih[:, -columns:]
    return {contexts(experiment)[-1]: dx}


def _into_encoder(
    encoded: Encoded,
    decoder: Mapping[str, Adjoint],
    made: Mapping[str, Array],
    by_h: dict[str, Array],
    by_c: dict[str, Array],
) -> tuple[dict[str, Array], Array]:
    """Add to the encoder's seeds what comes through the contexts; return that before tanh, and that of the top's h."""
    experiment, sums = encoded.experiment, dict[str, Array]()
    dh = np.zeros(1)
    for level, one in encoded.contexts.items():
        w = encoded.parameters.get(f"context.weight_{level}")
        dh, sums[level] = context.backward(one, made[level], w)
        dh = np.moveaxis(dh, -2, 0)
        names = both(experiment, level)
        for name, share in zip(names, np.split(dh, len(names), axis=-1), strict=True):
            by_h[name] = by_h[name] + share if name in by_h else share
        dc0 = decoder[level].dc0
        if experiment.decoder == "state" and experiment.context == "last" and dc0 is not None:
            dc = np.moveaxis(spread(one.weights, dc0), -2, 0)
            by_c[level] = by_c[level] + dc if level in by_c else dc
    return sums if experiment.context == "transform" else {}, dh


def gradients(record: Record, back: Back, d_outputs: Array) -> dict[str, Array]:
    """Return the gradient of every parameter: sums over all steps and sequences, before any clipping.

    Parameters
    ----------
    record : Record
    back : Back
        Of ``Seeds(outputs=d_outputs)``.
    d_outputs : (N, …, O)
    """
    encoded = record.encoded
    found = {"weight_ho": outer(d_outputs, record.read), "bias_o": total(d_outputs)}
    for part, runs, adjoints in (("encoder", encoded.runs, back.encoder), ("decoder", record.runs, back.decoder)):
        for name, run in runs.items():
            own = of_weights(encoded.walks, run, adjoints[name])
            found |= dict(zip((f"{part}.{kind}_{name}" for kind in KINDS), own, strict=True))
    for level, da in back.sums.items():
        found[f"context.weight_{level}"] = outer(da, encoded.contexts[level].pooled)
        found[f"context.bias_{level}"] = total(da)
    if record.look is not None and back.look is not None:
        found |= attention.gradients(record.look, back.look)
    return {name: found[name] for name in encoded.parameters}


def of_weights(walks: Walks, run: Run, adjoint: Adjoint) -> tuple[Array, Array, Array, Array]:
    """Return the gradients of a layer's weights, in the order of `KINDS`, over all steps and sequences."""
    from_h = flat(adjoint.from_h)
    from_x = from_h if adjoint.from_x is adjoint.from_h else flat(adjoint.from_x)
    return walks.gradients(replace(run, x=flat(run.x), h_prev=flat(run.h_prev)), from_x, from_h)


def joined(first: Array, then: Array | None, steps: int, fill: float = 0.0) -> Array:
    """Return the encoder's rows and then the decoder's, T in all, as wide as the wider; the rest is ``fill``."""
    width = max(first.shape[-1], 0 if then is None else then.shape[-1])
    found = np.full((steps, *first.shape[1:-1], width), fill)
    found[: len(first), ..., : first.shape[-1]] = first
    if then is not None:
        found[len(first) :, ..., : then.shape[-1]] = then
    return found
