"""The document: whole, of its own, the same bytes for the same run, and no text of anyone's is markup in it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest

from rnnviz import Experiment, Hold, run, show
from rnnviz.stage.payload import payload
from rnnviz.stage.views import scene
from rnnviz.words import say
from tests.sources import ROOT

HOSTILE = "</script><script>alert(1)</script><!--<script> & \" ' <img src=x onerror=alert(2)> \u2028 ]]> {{x}} \\u003c"
# Names of formats that look like addresses; nothing is ever fetched from them.
NAMESPACES = ("http://www.w3.org/",)


class Reader(HTMLParser):
    """Reads a document as a browser does: its elements, and the text of the scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, dict[str, str | None], str]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.texts.append((tag, dict(attrs), ""))

    def handle_endtag(self, tag):
        self.texts.append(("", {}, ""))

    def handle_data(self, data):
        tag, attributes, text = self.texts.pop() if self.texts else ("", {}, "")
        self.texts.append((tag, attributes, text + data))

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.elements)

    def scripts(self) -> list[tuple[dict[str, str | None], str]]:
        return [(attributes, text) for tag, attributes, text in self.texts if tag == "script"]

    def payload(self):
        (text,) = [text for attributes, text in self.scripts() if attributes.get("type") == "application/json"]
        return json.loads(text)


@pytest.fixture(scope="module")
def trace():
    return run(Experiment(cell="lstm", hidden_size=4, text="hello", seed=3))


def test_the_payload_is_the_stage_s_own(trace) -> None:
    seen = scene(("step",), trace)
    read = Reader(show(trace, start=2).html).payload()
    assert read["frames"] == payload(trace, page="step", views=[])["frames"]
    assert read["stage"]["views"] == seen.views
    assert read["stage"]["start"] == 2 and read["stage"]["address"] is False
    assert read["source"]["name"] == "LSTM.forward"


def test_the_same_run_is_the_same_bytes(trace) -> None:
    again = run(Experiment(cell="lstm", hidden_size=4, text="hello", seed=3))
    assert show(trace).html == show(again).html
    assert show(trace)._repr_html_() == show(again)._repr_html_()


def test_it_is_the_same_in_another_process_and_needs_no_site(trace) -> None:
    code = """
import hashlib, sys
from rnnviz import Experiment, run, show
html = show(run(Experiment(cell="lstm", hidden_size=4, text="hello", seed=3)), ["step", "gates"]).html
print(hashlib.sha256(html.encode()).hexdigest(), *{"torch", "streamlit", "plotly"} & set(sys.modules))
"""
    command = [sys.executable, "-c", code]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert printed == [hashlib.sha256(show(trace, ["step", "gates"]).html.encode()).hexdigest()]


@pytest.mark.parametrize("views", ["step", "gates", ["score"], ["unrolled", "equations", "cell"]])
def test_nothing_in_it_has_an_address(trace, views) -> None:
    reader = Reader(show(trace, views).html)
    for tag, attributes in reader.elements:
        assert attributes.get("src") is None, tag
        assert attributes.get("href") in (None, "data:,"), tag
    own = show(trace, ["step", "cell"]).html  # Plotly.js has addresses in it, of maps that no figure of ours draws
    assert all(found.startswith(NAMESPACES) for found in re.findall(r"https?://[^\s\"'`)]+", own))
    assert "@import" not in own and not re.search(r"url\((?!#)", own)


def test_its_own_policy_lets_only_its_own_scripts_run(trace) -> None:
    for views, count in (("step", 1), ("gates", 2)):
        reader = Reader(show(trace, views).html)
        (policy,) = [a["content"] for _, a in reader.elements if a.get("http-equiv") == "Content-Security-Policy"]
        assert policy and policy.startswith("default-src 'none';") and "connect-src" not in policy
        run_by_browser = [text for attributes, text in reader.scripts() if attributes.get("type") in (None, "module")]
        hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in run_by_browser]
        assert re.findall(r"'sha256-([^']+)'", policy) == hashes and len(hashes) == count
        assert "unsafe-eval" not in policy and "script-src 'unsafe-inline'" not in policy


def test_plotly_comes_along_only_where_a_figure_is_drawn(trace) -> None:
    large = len(show(trace, "gates").html)
    assert large > 4_000_000 > 1_000_000 > len(show(trace, "step").html)
    plain = run(Experiment(cell="rnn", text="hello"))
    assert len(show(plain, "gates").html) < 1_000_000


def test_a_run_of_100_steps_and_32_units_is_below_a_megabyte() -> None:
    long = run(Experiment(cell="lstm", hidden_size=32, text="the quick brown fox " * 5))
    assert long.steps == 100
    assert len(show(long).html.encode()) < 900_000
    assert len(show(long)._repr_html_().encode()) < 950_000


def test_a_document_brings_the_words_of_its_views_and_no_others(trace) -> None:
    for views, there, not_there in (
        ("step", {"stage", "score", "graph", "panel"}, {"cell", "learned", "padding"}),
        ("gates", {"stage", "score", "cell"}, {"graph", "learned", "padding"}),
    ):
        words = Reader(show(trace, views).html).payload()["words"]
        sections = {key.partition(".")[0] for key in words}
        assert there <= sections and not sections & not_there
        assert all(words[key] == say(key) for key in words)


@pytest.mark.parametrize("tokens", ["characters", "words"])
def test_hostile_text_stays_text(tokens) -> None:
    trace = run(Experiment(text=HOSTILE, tokens=tokens))
    clean = Reader(show(run(Experiment(text="a b", tokens=tokens))).html)
    for title in (None, HOSTILE):
        shown = show(trace, title=title)
        reader = Reader(shown.html)
        assert [tag for tag, _ in reader.elements] == [tag for tag, _ in clean.elements]
        assert reader.payload()["meta"]["labels"] == list(trace.labels)
        outer = Reader(shown._repr_html_())
        assert [tag for tag, _ in outer.elements] == ["iframe"]
        (attributes,) = [attributes for _, attributes in outer.elements]
        assert set(attributes) == {"title", "allow", "style", "srcdoc"}
        assert [tag for tag, _ in Reader(attributes["srcdoc"] or "").elements] == [tag for tag, _ in clean.elements]


def test_half_a_character_can_be_written(tmp_path, trace) -> None:
    assert "?" in show(trace, title="half \ud800 of one").save(tmp_path / "x.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_says_what_it_is(trace, theme) -> None:
    reader = Reader(show(trace, theme=theme, title="A & B").html)
    (page,) = [attributes for tag, attributes in reader.elements if tag == "html"]
    assert page == {"lang": "en", "data-theme": theme}
    texts = {tag: text.strip() for tag, _, text in reader.texts}
    assert texts["title"] == texts["h1"] == "A & B"
    assert "JavaScript" in texts["noscript"]
    assert reader.count("main") == reader.count("h1") == reader.count("footer") == 1
    assert reader.payload()["theme"] == theme


def test_by_default_the_system_chooses_the_colours(trace) -> None:
    html = show(trace).html
    assert "prefers-color-scheme: dark" in html and '<html lang="en">' in html
    assert Reader(html).payload()["theme"] is None


def test_a_held_gate_is_seen_beside_the_free_run(trace) -> None:
    held = run(trace.experiment.replace(hold=(Hold("f", 0.0, start=1, stop=3),)))
    read = Reader(show(held, "gates", baseline=trace).html).payload()
    assert read["baseline"] == payload(trace, page="gates", views=[])["frames"][0]
    assert len(json.loads(read["figures"]["left"])["data"]) == 2
    other = run(trace.experiment.replace(seed=9))
    (score,) = [v for v in Reader(show(trace, baseline=other).html).payload()["stage"]["views"] if v["view"] == "score"]
    assert score["options"]["baseline_name"] == "The other run"
