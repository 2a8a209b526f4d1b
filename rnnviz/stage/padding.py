"""Sequences side by side as the browser receives them: what the view ``padding`` draws.

The stage of a batch is the stage of its longest sequence, whose steps are the block's, with the key ``padding``
besides, see `batch_of`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple
from typing import Any, Final

import numpy as np

from rnnviz.padding import SIDES, Padding
from rnnviz.stage.payload import pack, payload
from rnnviz.trace import Array
from rnnviz.words import DEFAULT_LANGUAGE

VIEWS: Final = ({"view": "padding", "area": "wide", "options": {}},)


def padding_payload(
    found: Mapping[str, Padding], *, page: str, lang: str = DEFAULT_LANGUAGE, **more: Any
) -> dict[str, Any]:
    """Return the payload of a stage that shows a batch.

    Parameters
    ----------
    found : dict of Padding
        The same texts, filled up on the one side and on the other: by `rnnviz.padding.SIDES`.
    page : str
        As of `rnnviz.stage.payload.payload`, as is what follows.
    lang : str
    **more
        Such as ``views``: by default the batch alone.
    """
    given = {"views": VIEWS, "start": found[SIDES[0]].steps - 1, **more}
    return payload(found[SIDES[0]].longest, page=page, lang=lang, padding=batch_of(found), **given)


def batch_of(found: Mapping[str, Padding]) -> dict[str, Any]:
    """Return ``payload["padding"]``. B sequences, T steps of the longest.

    ``labels``, B lists of strings; ``lengths`` and ``order``, B whole numbers; ``batch_sizes``, T of them; ``steps``,
    how many are computed "padded" and "packed"; ``losses``, the three of `rnnviz.padding.Losses`, or None;
    ``answers``, what is answered at a sequence's end, O strings, or None where each step is asked for the next
    symbol; and ``sides``, by side: ``drift`` (B, T), and ``end``, ``masked``, ``pooled`` and ``pooled_masked`` (B,),
    the drifts of `Padding`; with ``answers`` also ``chances`` (B, T, O), the probabilities that the padded run gives
    them at every step, and ``truth`` (B, O), those at the end of a sequence that is run alone.
    """
    right = found[SIDES[0]]
    judges = right.losses is None
    return {
        "labels": [list(one.labels) for one in right.read],
        "lengths": right.lengths.tolist(),
        "order": right.order.tolist(),
        "batch_sizes": right.batch_sizes.tolist(),
        "steps": {"padded": int(right.inside.size), "packed": int(right.lengths.sum())},
        "losses": None if right.losses is None else pack(np.array(astuple(right.losses))),
        "answers": list(right.read[0].answers or ()) if judges else None,
        "sides": {side: _side(one, judges) for side, one in found.items()},
    }


def _side(found: Padding, judges: bool) -> dict[str, Any]:
    drifts = {
        "drift": found.drift,
        "end": found.end_drift,
        "masked": found.masked_drift,
        "pooled": found.pooled_drift,
        "pooled_masked": found.pooled_masked_drift,
    }
    packed = {name: pack(value) for name, value in drifts.items()}
    if not judges:
        return packed
    last = found.inside.shape[1] - 1 - found.inside[:, ::-1].argmax(axis=1)
    truth = found.alone.outputs[np.arange(len(last)), last]
    return packed | {"chances": pack(chances(found.padded.outputs)), "truth": pack(chances(truth))}


def chances(outputs: Array) -> Array:
    """Return the softmax of logits, (…, O), over the last axis."""
    raised = np.exp(outputs - outputs.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))
