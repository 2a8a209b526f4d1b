"""The files a browser fetches: ES modules and styles, and Plotly.js, each under an address that names its content.

An address is ``/assets/<hash>/<file>``, the hash taken over the whole folder (modules import each other by relative
address), so that a browser may keep a file for ever and still never shows an old one. Everything is compressed once
and kept in memory: compressing Plotly.js anew for every request would cost 0.2 s of processor.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import mimetypes
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from rnnviz.stage.files import ASSETS, PACKAGE, plotly_js
from rnnviz.stage.payload import WORDS
from rnnviz.words import languages, section

PREFIX: Final = "/assets"
FOREVER: Final = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Folder:
    """A folder of files under one content-hashed address."""

    name: str
    path: Path
    only: tuple[str, ...] = ()

    def files(self) -> list[Path]:
        """Return the files served, sorted: all of the folder, or those of ``only``."""
        if self.only:
            return [self.path / name for name in self.only]
        return sorted(path for path in self.path.rglob("*") if path.is_file())

    def version(self) -> str:
        """Return the hash of the folder's content; whether a file was changed is looked up every few seconds."""
        return _version(self, int(time.monotonic() // 5))

    def url(self, file: str, base: str = "") -> str:
        """Return the address of ``file`` on a site whose own address begins with ``base``."""
        return f"{base}{PREFIX}/{self.name}-{self.version()}/{file}"

    def route(self, base: str = "") -> Route:
        """Return the route that serves this folder, at whatever version is asked for."""
        return Route(f"{base}{PREFIX}/{self.name}-{{version}}/{{file:path}}", self._endpoint())

    def _endpoint(self) -> Callable[[Request], object]:
        async def serve(request: Request) -> Response:
            path = self.path / request.path_params["file"]
            if path not in self.files():
                return Response("Not found", status_code=404, media_type="text/plain")
            zipped = await run_in_threadpool(_zipped, path, path.stat().st_mtime_ns)
            # A page opened before an update asks for the old version: it gets today's file, but not to keep.
            known = request.path_params["version"] == self.version()
            kind = "text/javascript" if path.suffix == ".js" else mimetypes.guess_type(path.name)[0]
            return _response(kind, zipped, request, FOREVER if known else "no-store")

        return serve


STAGE: Final = Folder("stage", ASSETS)
SITE: Final = Folder("site", PACKAGE / "site" / "assets")


@cache
def plotly() -> Folder:
    """Return the folder of the plotly package that holds its own plotly.min.js."""
    file = plotly_js()
    return Folder("plotly", file.parent, only=(file.name,))


def words_url(lang: str, base: str = "") -> str:
    """Return the address of all messages that a stage may say: most of a payload, and the same in every one."""
    return f"{base}{PREFIX}/words-{_words(lang)[0]}/{lang}.json"


def routes(base: str = "") -> list[Route]:
    """Return the routes of every folder and of the words, for a site whose addresses begin with ``base``."""

    async def serve(request: Request) -> Response:
        lang, version = request.path_params["lang"], request.path_params["version"]
        if lang not in languages():
            return Response("Not found", status_code=404, media_type="text/plain")
        known, zipped = _words(lang)
        return _response("application/json", zipped, request, FOREVER if version == known else "no-store")

    words = Route(f"{base}{PREFIX}/words-{{version}}/{{lang}}.json", serve)
    return [*(folder.route(base) for folder in (STAGE, SITE, plotly())), words]


def warm() -> None:
    """Compress Plotly.js now, so that no one waits for it."""
    for path in plotly().files():
        _zipped(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=16)
def _version(folder: Folder, moment: int) -> str:
    return _hash(tuple((path, path.stat().st_mtime_ns) for path in folder.files()))


@lru_cache(maxsize=8)
def _hash(files: tuple[tuple[Path, int], ...]) -> str:
    digest = hashlib.sha256()
    for path, _ in files:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


@lru_cache(maxsize=256)
def _zipped(path: Path, changed: int) -> bytes:
    return gzip.compress(path.read_bytes(), mtime=0)


@lru_cache
def _words(lang: str) -> tuple[str, bytes]:
    text = json.dumps(section(WORDS, lang), ensure_ascii=False).encode()
    return hashlib.sha256(text).hexdigest()[:12], gzip.compress(text, mtime=0)


def _response(kind: str | None, zipped: bytes, request: Request, keep: str) -> Response:
    accepted = "gzip" in request.headers.get("accept-encoding", "")
    headers = {"Cache-Control": keep, "Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff"}
    if accepted:
        headers["Content-Encoding"] = "gzip"
    return Response(zipped if accepted else gzip.decompress(zipped), media_type=kind, headers=headers)
