"""What the server gives a browser: the documents, and files under addresses that name their content."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
from collections.abc import MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from starlette.applications import Starlette

from rnnviz.palette import PALETTE
from rnnviz.site import index
from rnnviz.site.lessons import LESSONS
from rnnviz.stage import routes as assets
from rnnviz.stage.payload import WORDS
from rnnviz.stage.routes import Folder
from rnnviz.words import section
from tests.sources import ROOT


@dataclass(frozen=True)
class Answer:
    """What came back, unpacked."""

    status_code: int
    headers: dict[str, str]
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()


@dataclass(frozen=True)
class Client:
    """A browser's part in HTTP, without a network."""

    app: Starlette

    def get(self, address: str, accept: str = "gzip") -> Answer:
        """Ask for one address."""
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(dict(message))

        headers = [(b"host", b"127.0.0.1"), (b"accept-encoding", accept.encode())]
        path, _, query = address.partition("?")
        raw = {"path": unquote(path), "raw_path": path.encode(), "query_string": query.encode(), "root_path": ""}
        asyncio.run(self.app({"type": "http", "method": "GET", "headers": headers, **raw}, receive, send))
        found = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        body = b"".join(message.get("body", b"") for message in sent[1:])
        return Answer(sent[0]["status"], found, gzip.decompress(body) if "content-encoding" in found else body)


@pytest.fixture(scope="module", params=["", "/deep/site"])
def base(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def client(base) -> Client:
    return Client(Starlette(routes=[*index.routes(base), *assets.routes(base)]))


@pytest.mark.parametrize("folder", [assets.STAGE, assets.SITE, assets.plotly()], ids=lambda folder: folder.name)
def test_every_file_is_served_whole_compressed_and_for_ever(client, base, folder) -> None:
    for path in folder.files():
        answer = client.get(folder.url(path.relative_to(folder.path).as_posix(), base))
        assert answer.status_code == 200 and answer.content == path.read_bytes()
        assert answer.headers["content-encoding"] == "gzip"
        assert "immutable" in answer.headers["cache-control"]
        if path.suffix == ".js":
            assert answer.headers["content-type"].startswith("text/javascript")


def test_who_cannot_unpack_gets_it_plain(client, base) -> None:
    answer = client.get(assets.SITE.url("site.css", base), "identity")
    assert "content-encoding" not in answer.headers
    assert answer.content == (assets.SITE.path / "site.css").read_bytes()


@pytest.mark.parametrize("file", ["nothing.js", "../mount.py", "%2e%2e/mount.py", "..%2f..%2f..%2fapp.py", "views", ""])
def test_nothing_else_is_served(client, base, file) -> None:
    assert client.get(f"{assets.STAGE.url('', base)}{file}").status_code == 404


def test_an_old_address_gets_today_s_file_and_may_not_keep_it(client, base) -> None:
    answer = client.get(f"{base}/assets/site-000000000000/site.css")
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"


def test_the_words_are_those_of_the_payload(client, base) -> None:
    answer = client.get(assets.words_url("en", base))
    assert json.loads(answer.text) == section(WORDS, "en")
    assert "immutable" in answer.headers["cache-control"]
    assert client.get(assets.words_url("en", base).replace("en.json", "xx.json")).status_code == 404


def test_an_address_changes_with_the_content(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("1")
    first = Folder("one", tmp_path).url("a.js")
    (tmp_path / "a.js").write_text("2")
    (tmp_path / "a.js").touch()
    assert Folder("two", tmp_path).url("a.js").split("-")[1] != first.split("-")[1]


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=lambda lesson: lesson.name)
def test_a_document_knows_its_title_style_and_server(client, base, lesson) -> None:
    answer = client.get(f"{base}/{lesson.path}")
    html = answer.text
    assert answer.status_code == 200 and "<title>rnnviz</title>" in html
    assert f'location.origin + "{base}/"' in html
    assert not re.search(r'rel="preload"[^>]*font', html), "a font that is not used would be loaded"
    for address in re.findall(rf'"({base}/assets/[^"]+)"', html):
        assert client.get(address).status_code == 200
    assert len(re.findall(rf'"({base}/assets/[^"]+)"', html)) == 4
    # Nothing comes from elsewhere, whatever a text on the page may say.
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy and "http" not in policy


def test_compressing_is_done_once() -> None:
    path = assets.SITE.path / "site.css"
    assert assets._zipped(path, 1) is assets._zipped(path, 1)
    assert gzip.decompress(assets._zipped(path, 1)) == path.read_bytes()


@pytest.mark.parametrize("file", ["rnnviz/site/assets/site.css", ".streamlit/config.toml"])
def test_the_frame_has_the_palette_s_colours(file) -> None:
    known = {colour for theme in PALETTE.values() for colour in theme.values()}
    used = set(re.findall(r"#[0-9a-f]{6}\b", (ROOT / file).read_text("utf-8")))
    assert used and used <= known, used - known
