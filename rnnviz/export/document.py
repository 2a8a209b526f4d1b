"""The HTML document that holds a whole stage: its modules, styles, words, numbers, and what was run.

It asks no one for anything, and says so itself: its content policy allows the scripts that stand in it, by their
hash, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, Final

from rnnviz.export.modules import GIVEN, name_of, script
from rnnviz.export.recipe import About
from rnnviz.export.styles import sheet
from rnnviz.palette import PALETTE
from rnnviz.stage.files import ASSETS, PACKAGE, plotly_js
from rnnviz.words import say

OWN: Final = Path(__file__).parent / "assets"
SURFACES: Final = ("ink", "muted", "line", "paper", "panel")
POLICY: Final = (
    "default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; img-src data: blob:; "
    "base-uri 'none'; form-action 'none'"
)

_MARK: Final = re.compile(r"<(?=/?script|!--)", re.I)
_SPOKEN: Final = re.compile(r"[\"`](\w+)\.")
"""Where a module may name a message: the section that it stands in."""


def document(payload: Mapping[str, Any], *, title: str, about: About, framed: bool = False) -> str:
    """Return the document of a stage.

    Parameters
    ----------
    payload : mapping
        From `rnnviz.stage.payload.payload`.
    title : str
        Of the document, shown above the stage.
    about : About
        What is told below the stage.
    framed : bool
        Whether the document is the frame of a notebook's output, and not a page of its own.
    """
    lang = str(payload["lang"])
    scripts = _scripts(payload)
    theme = payload.get("theme")
    told = {"data-theme": theme} if theme else {}
    page = _attributes({"lang": lang, **told, **({"class": "rnnviz-framed"} if framed else {})})
    policy = POLICY.format(scripts=" ".join(_hash(text) for _, text in scripts))
    faces = _attributes({f"data-{name}": say(f"export.{name}", lang) for name in ("dark", "light")})
    told_facts = "\n".join(f"<p>{escape(fact)}</p>" for fact in about.facts)
    written = "\n".join(f"<script{kind}>{text}</script>" for kind, text in scripts)
    html = f"""<!doctype html>
<html{page}>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="rnnviz">
<link rel="icon" href="data:,">
<title>{escape(title)}</title>
<style>
{_colours()}{sheet(OWN / "page.css")}</style>
<style data-rv-stage>
{sheet(ASSETS / "stage.css")}</style>
</head>
<body>
<header><h1>{escape(title)}</h1><button type="button" id="rnnviz-theme"{faces} hidden></button></header>
<main>
<noscript>{escape(say("export.noscript", lang))}</noscript>
<div id="rnnviz-stage"></div>
</main>
<footer>
{told_facts}
<details><summary>{escape(about.heading)}</summary>
<pre tabindex="0"><code>{escape(about.lines)}</code></pre></details>
</footer>
<script type="application/json" id="rnnviz-payload">{_data({**payload, "words": _words(payload, scripts)})}</script>
{written}
</body>
</html>
"""
    # A lone surrogate, half of a character, cannot be written to a file.
    return html.encode("utf-8", "replace").decode("utf-8")


def frame(html: str, title: str, height: int = 900) -> str:
    """Return a document as the output of a notebook's cell: a frame, so that neither's styles reach the other.

    The frame is ``height`` pixels high until the document in it has measured itself.
    """
    look = f"display: block; width: 100%; height: {height}px; border: 0"
    told = _attributes({"title": title, "allow": "fullscreen *", "style": look, "srcdoc": html})
    return f"<iframe{told}></iframe>"


def _attributes(values: Mapping[str, str]) -> str:
    # Of a value in quotes, only the quote and the & have a meaning of their own.
    plain = {name: value.replace("&", "&amp;").replace('"', "&quot;") for name, value in values.items()}
    return "".join(f' {name}="{value}"' for name, value in plain.items())


def _colours() -> str:
    """Return the page's own colours, of both themes."""
    light, dark = (
        " ".join(f"--page-{name}: {PALETTE[theme][name]};" for name in SURFACES) for theme in ("light", "dark")
    )
    system = f'@media (prefers-color-scheme: dark) {{ :root:not([data-theme="light"]) {{ {dark} }} }}'
    return f':root {{ {light} }}\n{system}\n:root[data-theme="dark"] {{ {dark} }}\n'


def _data(payload: Mapping[str, Any]) -> str:
    """Return a payload as JSON that cannot end the element it stands in, nor open a comment there."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")


def _scripts(payload: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return (attributes, text) of each script: Plotly.js if a view draws with it, and the stage's modules."""
    views = list(dict.fromkeys(view["view"] for view in payload["stage"]["views"]))
    plotly = [("", _library())] if "plot" in views else []
    return [*plotly, (' type="module"', _modules(views))]


def _words(payload: Mapping[str, Any], scripts: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return what the stage's modules may say: of the words of all views those of the sections that they name."""
    sections = set(_SPOKEN.findall(scripts[-1][1]))
    return {key: words for key, words in payload["words"].items() if key.partition(".")[0] in sections}


@cache
def _library() -> str:
    return _inline(plotly_js().read_text(encoding="utf-8"))


def _modules(views: Sequence[str]) -> str:
    """Return the modules that ``views`` need, each once, and the line that opens the stage with them."""
    host, files = OWN / "host.js", {view: ASSETS / "views" / f"{view}.js" for view in views}
    given = ", ".join(f'{view}: {GIVEN}["{name_of(path, PACKAGE)}"]' for view, path in files.items())
    opened = f'{GIVEN}["{name_of(host, PACKAGE)}"].open({{ {given} }});\n'
    return _inline("\n" + script([host, *files.values()], PACKAGE) + opened)


def _inline(text: str) -> str:
    """Return a script that may stand in a document: nothing in it ends its element, or turns the rest into one."""
    return _MARK.sub(r"\\x3c", text).replace("\r\n", "\n")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
