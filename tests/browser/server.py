"""Start a Streamlit site on a free port of this machine, as ``make run`` does, and stop it."""

from __future__ import annotations

import http.client
import math
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[2]
HOST = "127.0.0.1"
PATIENCE = 90.0


@dataclass(frozen=True)
class Server:
    """A running site: its address, its process, and what it has written to its log."""

    port: int
    process: subprocess.Popen[bytes]
    log: IO[bytes]

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def written(self) -> str:
        """Return all that the server has printed so far, without colours and frames."""
        text = Path(self.log.name).read_text(encoding="utf-8", errors="replace")
        return re.sub(r"\x1b\[[0-9;]*m|[─│]", "", text)

    def cpu_seconds(self) -> float:
        """Return the processor time the server has used, in seconds; NaN where the system does not tell."""
        stat = Path(f"/proc/{self.process.pid}/stat")
        if not stat.exists():
            return math.nan
        fields = stat.read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def serve(script: Path = ROOT / "app.py", python: str = sys.executable) -> Iterator[Server]:
    """Serve ``script`` until the block ends; the block begins when the server answers."""
    port = _free_port()
    command = [python, "-m", "streamlit", "run", str(script), "--server.headless", "true"]
    command += ["--server.address", HOST, "--server.port", str(port)]
    with tempfile.TemporaryDirectory(prefix="rnnviz-") as folder, Path(folder, "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        server = Server(port, process, log)
        try:
            _wait_until_it_answers(server)
            yield server
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_it_answers(server: Server) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.process.poll() is None:
        if _healthy(server.port):
            return
        time.sleep(0.02)
    raise RuntimeError(f"The site did not start:\n{server.written()}")


def _healthy(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/_stcore/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
