"""Which step's loss, or state, hears how much of which state: ``/pairs/<seal>``, worked out when it is looked at.

The matrices of all pairs of steps take longer than all else that the Gradients page first shows, and at most places of
its slider nobody ever looks at them. So the page sends only where to ask. The address holds the whole question, sealed
so that only what a page asked is answered, and is asked with the query

    asked=…     the question, packed
    frame=12    a place of the slider

Nothing is kept of who may ask what: an open page is answered however many others came after it.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from typing import Final
from urllib.parse import urlencode

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rnnviz.experiment import Experiment
from rnnviz.gradients import log10_itemised, log10_jacobian_norms
from rnnviz.gradients.lengths import cut_short
from rnnviz.run import run
from rnnviz.site.sweeping import Slider
from rnnviz.stage.flow import packed_matrix
from rnnviz.trace import Array, Trace

PATH: Final = "/pairs"
STEPS: Final = 128
"""T up to which the matrices of all pairs of steps are worked out."""

_SECRET: Final = secrets.token_bytes(32)


def address(experiment: Experiment, values: Slider) -> str:
    """Return the path, below the site's own, at which a run's matrices are asked for, at every place of its slider."""
    told = json.dumps([experiment.to_json(), values.field, values.values, values.own])
    asked = urlsafe_b64encode(zlib.compress(told.encode())).decode()
    return f"{PATH}/{_seal(asked)}?{urlencode({'asked': asked})}"


def _seal(asked: str) -> str:
    return hmac.new(_SECRET, asked.encode(), hashlib.sha256).hexdigest()


def answer(seal: str, asked: str, frame: str) -> tuple[int, bytes]:
    """Return the status and the body: JSON, as one of the matrices of `rnnviz.stage.flow.flow_payload`."""
    if not hmac.compare_digest(seal.encode(), _seal(asked).encode()):
        return 404, b""
    told, field, values, own = json.loads(zlib.decompress(urlsafe_b64decode(asked)))
    if not (frame.isascii() and frame.isdigit() and len(frame) < 9 and int(frame) < len(values)):
        return 404, b""
    return 200, _worked_out(told, Slider(field, tuple(values), own), int(frame))


@lru_cache(maxsize=128)
def _worked_out(told: str, values: Slider, frame: int) -> bytes:
    experiment = Experiment.from_json(told)
    trace = _trace(experiment, values, frame)
    steps, both = _run(experiment).steps, experiment.bidirectional
    found = {"itemised_log10": log10_itemised(trace), "jacobian_log10": log10_jacobian_norms(trace)}
    packed = {name: packed_matrix(_padded(matrix, steps), both) for name, matrix in found.items()}
    return json.dumps({"frame": frame, **packed}).encode()


def _trace(experiment: Experiment, values: Slider, frame: int) -> Trace:
    """Return the run at one place of the slider."""
    if values.field == "length":
        return cut_short(_run(experiment), [int(values.values[frame])])[0]
    if values.field == "forget_bias" and experiment.cell != "lstm":
        return _run(experiment)
    return _run(values.at(experiment, frame))


_run = lru_cache(maxsize=4)(run)


def _padded(matrix: Array, steps: int) -> Array:
    """Return (t, t) as (T, T): steps that a shorter run does not have are NaN."""
    missing = steps - len(matrix)
    return np.pad(matrix, (0, missing), constant_values=np.nan) if missing else matrix


def route(base: str = "") -> Route:
    """Return the route, for a site whose addresses begin with ``base``."""
    one_at_a_time = asyncio.Semaphore()  # the scripts that draw pages want the processor more

    async def serve(request: Request) -> Response:
        query = request.query_params
        asked, frame = query.get("asked", ""), query.get("frame", "")
        seal = request.path_params["seal"]
        async with one_at_a_time:
            status, body = await run_in_threadpool(answer, seal, asked, frame)
        headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        return Response(body, status_code=status, media_type="application/json", headers=headers)

    return Route(f"{base}{PATH}/{{seal}}", serve)
