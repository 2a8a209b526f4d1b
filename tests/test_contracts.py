"""The walls of the house: which room may know which, and what no room may hold."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import subprocess
import sys
from string import Formatter

import pytest
from importlinter.cli import lint_imports

from rnnviz.lessons import blocks
from rnnviz.words import catalogue, languages
from tests import sources
from tests.sources import ROOT

LANGUAGE = languages()[0]
# What a file of the package may be; anything else (a font, a minified library, a picture) came from elsewhere.
OUR_KINDS = {".py", ".js", ".css", ".po", ".md", ".svg", ".safetensors"}
# Names of formats, which look like addresses and are never fetched.
NAMESPACES = ("http://www.w3.org/",)


def test_imports_run_one_way(capsys: pytest.CaptureFixture[str]) -> None:
    failed = lint_imports(config_filename=str(ROOT / "pyproject.toml"), cache_dir=None)
    assert not failed, capsys.readouterr().out


def test_a_run_imports_neither_torch_nor_streamlit_nor_plotly() -> None:
    code = """
import sys
from rnnviz import Experiment, run
run(Experiment(cell="lstm", text="hello"))
print(*{"torch", "streamlit", "plotly"} & set(sys.modules))
"""
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split() == []


@pytest.mark.parametrize("page", sorted(ROOT.glob("pages/*.py")), ids=lambda path: path.name)
def test_a_page_has_at_most_120_lines(page) -> None:
    assert len(page.read_text(encoding="utf-8").splitlines()) <= 120


def test_every_import_is_of_a_pinned_package() -> None:
    lines = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if line and line[0] != "#"]
    assert all("==" in line for line in lines)
    pinned = {re.split(r"[\[=]", line)[0].lower() for line in lines}
    owners = importlib.metadata.packages_distributions()
    for path in sources.python_files():
        for name in _imported(sources.tree(path)):
            owned_by = {owner.lower() for owner in owners.get(name, ())}
            assert name in sys.stdlib_module_names | {"rnnviz", "pages"} or owned_by & pinned, f"{path} imports {name}"


def _imported(module: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def test_every_message_that_is_asked_for_exists_and_gets_its_values() -> None:
    messages = catalogue(LANGUAGE)
    for place, key, values in sources.said():
        assert key in messages, f"{place} says {key}, which no catalogue has"
        wanted = {name for _, name, _, _ in Formatter().parse(messages[key]) if name}
        assert values is None or wanted <= values, f"{place} says {key} without {wanted - values}"


def test_every_message_is_used() -> None:
    modules = [path for path in sources.browser_files() if path.suffix == ".js"]
    texts = {text for path in sources.python_files() for _, text in sources.python_strings(path)}
    texts |= {text for path in modules for text in sources.js_strings(path)}
    # A key put together at run time: "gate.\0" for f"gate.{name}", "gate.{}" to be formatted, filled with any word.
    texts = {text.replace("{}", "\0") for text in texts}
    made = [text for text in texts if "\0" in text and re.fullmatch(r"[\w.\0]*\w{2,}\.[\w.\0]*|\0\.\w{3,}", text)]
    code = [path.read_text(encoding="utf-8") for path in sources.python_files()]
    words = {word for text in [*code, *map(sources.without_comments, modules)] for word in re.findall(r"\w+", text)}
    patterns = [text.split("\0") for text in made]
    unused = [
        key for key in catalogue(LANGUAGE) if key not in texts and not any(_fits(key, p, words) for p in patterns)
    ]
    assert not unused, f"messages that nothing says: {unused}"


def _fits(key: str, parts: list[str], words: set[str]) -> bool:
    """Tell whether a key is these parts with a word, or nothing, in each gap; an expression of all words is slow."""
    first, *others = parts
    rest = key.removeprefix(first)
    if len(key) - len(rest) != len(first) or not others:
        return key == first
    return any((not k or rest[:k] in words) and _fits(rest[k:], others, words) for k in range(len(rest) + 1))


def test_every_block_of_prose_is_shown_and_exists() -> None:
    folder = ROOT / "rnnviz" / "lessons" / LANGUAGE
    written = {(file.stem, block) for file in folder.glob("*.md") for block in blocks(file.stem)}
    pages = {path.stem: list(sources.calls(path, "prose")) for path in ROOT.glob("pages/*.py")}
    assert written == {(page, block) for page, called in pages.items() for block in called}


def test_the_package_holds_no_file_from_elsewhere() -> None:
    files = [path for path in ROOT.glob("rnnviz/**/*") if path.is_file() and "__pycache__" not in path.parts]
    assert files
    strange = [path for path in files if path.suffix not in OUR_KINDS or ".min." in path.name]
    assert not strange
    # Written by hand, a line is short and a file is no library.
    for path in sources.browser_files():
        lines = path.read_text(encoding="utf-8").splitlines()
        assert len(lines) <= 600 and max(map(len, lines), default=0) <= 300, path


def test_nothing_is_fetched_from_elsewhere() -> None:
    found = [(path, text) for path in sources.python_files() for _, text in sources.python_strings(path)]
    found += [(path, sources.without_comments(path)) for path in sources.browser_files()]
    for path, text in found:
        addresses = re.findall(r"(?:https?:|wss?:|[\"'(])//[^\s\"'`)]+", text)
        assert all(address.startswith(NAMESPACES) for address in addresses), f"{path}: {addresses}"
    for lesson in ROOT.glob("rnnviz/lessons/**/*.md"):
        assert not re.search(r"!\[[^]]*\]\((?:https?:)?//|<(?:script|img|iframe|link)\b", lesson.read_text("utf-8")), (
            lesson
        )
