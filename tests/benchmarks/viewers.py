"""A lecture hall: many viewers of one server on one core, each changing a parameter every few seconds.

They speak Streamlit's own protocol over plain websockets: what a browser would send is sent, and what it would be sent
is read to its end. What a browser then does with it costs the server nothing.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from tests.benchmarks.report import Row, median, percentile
from tests.browser.server import Server, serve

VIEWERS = 300
THINK = 5.0
"""Seconds between two changes of one viewer, on average."""
ARRIVING = 20.0
"""Seconds over which they come in. What is measured begins a little later, when all have settled."""
SETTLING = 5.0
LASTING = 40.0
PAGES = ("step", "gates")


@dataclass
class Viewer:
    """One person's page: what it was sent, how long it waited, what went wrong."""

    page: str
    seed: int
    waited: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    field_id: str = ""

    async def watch(self, url: str, arrives: float, counting: float, until: float) -> None:
        """Open the page after ``arrives`` seconds, change the seed now and then; waits count from ``counting`` on."""
        await asyncio.sleep(arrives)
        address = url.replace("http", "ws", 1) + "/_stcore/stream"
        try:
            async with connect(address, max_size=None, compression=None, ping_interval=None) as socket:
                await self._rerun(socket)
                while time.monotonic() < until:
                    await asyncio.sleep(random.uniform(0, 2 * THINK))
                    self.seed += 1
                    begun = time.perf_counter()
                    await self._rerun(socket)
                    if time.monotonic() > counting:
                        self.waited.append(time.perf_counter() - begun)
        except (OSError, TimeoutError) as error:
            self.errors.append(repr(error))

    async def _rerun(self, socket: ClientConnection) -> None:
        message = BackMsg()
        message.rerun_script.page_name = self.page
        if self.field_id:
            state = message.rerun_script.widget_states.widgets.add()
            state.id, state.double_value = self.field_id, float(self.seed)
        await socket.send(message.SerializeToString())
        async with asyncio.timeout(30):
            while not self._read(ForwardMsg.FromString(bytes(await socket.recv(decode=False)))):
                pass

    def _read(self, message: ForwardMsg) -> bool:
        """Note what a message brings; return whether the run has ended with it."""
        element = message.delta.new_element if message.WhichOneof("type") == "delta" else None
        kind = element.WhichOneof("type") if element is not None else None
        if element is not None and kind == "number_input" and element.number_input.id.endswith("-seed"):
            self.field_id = element.number_input.id
        if element is not None and kind in ("alert", "exception"):
            self.errors.append(str(element)[:200])
        return message.WhichOneof("type") == "script_finished"


def rows() -> list[Row]:
    """Let the viewers come in over some seconds, and measure until the last has gone."""
    with serve() as server:
        _on_one_core(server)
        asyncio.run(_come([Viewer(page, 0) for page in PAGES], server.url, 0, 0, 0))  # caches are warm, as in a lecture
        memory = _resident(server)
        viewers = [Viewer(PAGES[k % len(PAGES)], 1000 * k) for k in range(VIEWERS)]
        used: list[float] = []
        counting = _come(viewers, server.url, ARRIVING, SETTLING, LASTING)
        asyncio.run(_beside(counting, lambda: used.append(server.cpu_seconds()), ARRIVING + SETTLING, LASTING))
        share = (used[1] - used[0]) / LASTING
        grown = _resident(server) - memory
    waited = [seconds * 1e3 for viewer in viewers for seconds in viewer.waited]
    errors = [error for viewer in viewers for error in viewer.errors]
    return [
        Row("changes made", len(waited), ""),
        Row("change → run ended, median", median(waited), "ms"),
        Row("change → run ended, p95", percentile(waited, 0.95), "ms", 250),
        Row("viewers who met an error", len(errors), "", 0),
        Row("processor of the server", share, "cores", 1),
        Row("memory a viewer", grown / VIEWERS / 2**20, "MB", 0.3),
    ]


async def _come(viewers: list[Viewer], url: str, over: float, settling: float, lasting: float) -> None:
    counting = time.monotonic() + over + settling
    watching = (viewer.watch(url, random.uniform(0, over), counting, counting + lasting) for viewer in viewers)
    await asyncio.gather(*watching)


async def _beside(work: Coroutine[Any, Any, None], look: Callable[[], None], after: float, lasting: float) -> None:
    """Do some work, and look twice while it is done: ``after`` seconds from its beginning, and ``lasting`` later."""
    task = asyncio.ensure_future(work)
    await asyncio.sleep(after)
    look()
    await asyncio.sleep(lasting)
    look()
    await task


def _on_one_core(server: Server) -> None:
    if hasattr(os, "sched_setaffinity"):
        for task in Path(f"/proc/{server.process.pid}/task").iterdir():
            os.sched_setaffinity(int(task.name), {0})


def _resident(server: Server) -> int:
    """Return the server's resident memory in bytes; 0 where the system does not tell."""
    status = Path(f"/proc/{server.process.pid}/statm")
    return int(status.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if status.exists() else 0
