"""Addresses of no page lead to the nearest one; those of Streamlit and of files are left alone."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount

from rnnviz.site import index, lost
from rnnviz.stage import routes as assets
from tests.site.test_assets import Client


@pytest.fixture(params=["", "/deep/site"])
def base(request) -> str:
    return request.param


@pytest.fixture
def client(base) -> Client:
    """Serve the site's own routes, before one that answers everything else, as Streamlit's does."""
    others = Mount(base or "/", app=PlainTextResponse("Streamlit"))
    return Client(Starlette(routes=[*index.routes(base), *assets.routes(base), lost.route(base), others]))


@pytest.mark.parametrize(
    ("asked", "led_to"),
    [
        ("nosuch", ""),
        ("step/extra", "step"),
        ("step/extra/more", "step"),
        ("gates/step", "gates"),
        ("stpe", "step"),
        ("Gates", "gates"),
        ("nosuch/step", ""),
        ("a.b/c", ""),
        ("step/extra.html", "step"),
        ("no.such", ""),
        ("x" * 500, ""),
        ("statics", ""),
    ],
)
def test_an_address_of_no_page_leads_to_the_nearest(client, base, asked, led_to) -> None:
    answer = client.get(f"{base}/{asked}")
    assert answer.status_code == 307
    url = urlsplit(answer.headers["location"])
    assert url.path == f"{base}/{led_to}" and not url.netloc
    assert parse_qs(url.query) == {"page": [asked[: lost.MOST]]}


@pytest.mark.parametrize(
    "path",
    [
        "static/js/index.js",
        "static/nosuch",
        "_stcore/health",
        "step/_stcore/health",
        "nosuch/_stcore/host-config",
        "media/abc",
        "component/x/y",
        "favicon.png",
        "index.html",
        "step/",
    ],
)
def test_what_is_streamlit_s_or_names_a_file_is_left_to_it(client, base, path) -> None:
    assert client.get(f"{base}/{path}").text == "Streamlit"


def test_the_lessons_and_the_assets_are_not_lost(client, base) -> None:
    assert client.get(f"{base}/step").status_code == 200
    assert client.get(assets.STAGE.url("nosuch", base)).status_code == 404
