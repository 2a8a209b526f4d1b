"""Many modules as one script: in order, taken apart rightly, and nothing taken that is written in another way."""

from __future__ import annotations

import re

import pytest

from rnnviz.export.modules import GIVEN, ModuleError, ordered, script
from rnnviz.export.styles import sheet
from rnnviz.stage.files import ASSETS, PACKAGE
from tests.sources import js_strings

HOST = PACKAGE / "export" / "assets" / "host.js"


@pytest.fixture
def write(tmp_path):
    def files(**texts: str):
        for name, text in texts.items():
            (tmp_path / f"{name}.js").write_text(text, encoding="utf-8")
        return tmp_path

    return files


def test_a_module_comes_after_all_it_imports_and_once(write) -> None:
    folder = write(
        a='import { b } from "./b.js";\nimport { c } from "./c.js";\nexport const a = b + c;\n',
        b='import { c } from "./c.js";\nexport const b = 2 * c;\n',
        c="export const c = 21;\n",
    )
    assert [module.path.stem for module in ordered([folder / "a.js", folder / "b.js"])] == ["c", "b", "a"]


def test_imports_and_exports_become_assignments(write) -> None:
    folder = write(
        a='import { b as other, plain } from "./b.js";\nimport * as all from "./b.js";\nother(plain, all);\n',
        b="export function b() {}\nexport const plain = 1;\nexport class Kind {}\nexport async function later() {}\n",
    )
    written = script([folder / "a.js"], folder)
    assert f'const { {"b: other, plain"} } = {GIVEN}["b.js"];'.replace("{'", "{ ").replace("'}", " }") in written
    assert f'const all = {GIVEN}["b.js"];' in written
    assert "return { b, plain, Kind, later };" in written
    assert not re.search(r"^(import|export)\b", written, re.M)


@pytest.mark.parametrize(
    "line",
    [
        'import value from "./b.js";',
        'import "./b.js";',
        'import { b } from "somewhere";',
        "export default 1;",
        "export let counter = 0;",
        'export { b } from "./b.js";',
        "export {",
    ],
)
def test_what_cannot_be_taken_apart_is_refused(write, line) -> None:
    folder = write(a=f"{line}\n", b="export const b = 1;\n")
    with pytest.raises(ModuleError, match="a.js"):
        ordered([folder / "a.js"])


def test_a_circle_is_refused(write) -> None:
    folder = write(a='import { b } from "./b.js";\n', b='import { a } from "./a.js";\n')
    with pytest.raises(ModuleError, match="imports itself"):
        ordered([folder / "a.js"])


@pytest.mark.parametrize("path", sorted(ASSETS.rglob("*.js")), ids=lambda path: path.stem)
def test_every_module_of_the_stage_can_stand_in_a_document(path) -> None:
    (*_, last) = ordered([path])
    assert last.path == path
    exported = re.findall(r"^export .*?(?:function\*?|class|const) (\w+)", path.read_text(encoding="utf-8"), re.M)
    assert list(last.gives) == exported


@pytest.mark.parametrize("path", sorted(ASSETS.rglob("*.js")), ids=lambda path: path.stem)
def test_comments_stay_away_and_nothing_else(path) -> None:
    comment = re.compile(r"^\s*(//|/\*)", re.M)
    assert not comment.search(script([path], PACKAGE))
    assert not [text for text in js_strings(path) if comment.search(text.partition("\n")[2])], "a text looks like one"


def test_only_what_a_view_needs_comes_along() -> None:
    files = {module.path.name for module in ordered([HOST, ASSETS / "views" / "score.js"])}
    assert {"host.js", "stage.js", "score.js", "lanes.js"} <= files
    assert not files & {"unrolled.js", "cell.js", "equations.js", "plot.js"}


def test_a_sheet_holds_all_that_it_imports() -> None:
    whole = sheet(ASSETS / "stage.css")
    assert "@import" not in whole
    for path in ASSETS.rglob("*.css"):
        if path.name != "stage.css":
            assert path.read_text(encoding="utf-8").strip() in whole, path
