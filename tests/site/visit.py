"""Visit pages without a browser: what a script run shows, and what its controls do."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from tests.sources import ROOT

# Each session asks all installed packages whether they bring components, which takes longer than most pages.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)


class Visit:
    """One visitor's session, beginning on a page with a link's query."""

    def __init__(self, page: str, /, **query: str | list[str]) -> None:
        self.test = AppTest.from_file(ROOT / "rnnviz/site/script.py", default_timeout=30)
        self.test.run()
        self.goto(page, **query)

    def goto(self, page: str, /, **query: str | list[str]) -> Visit:
        """Open a page, by a link if there is a query, else by the navigation."""
        self.test.query_params.clear()
        self.test.query_params.update(query)
        self.test.switch_page(f"../../pages/{page}.py")
        return self.run()

    def more(self) -> Visit:
        """Open the controls that are built only when they are seen."""
        self.test.session_state["more"] = True
        return self.run()

    def run(self) -> Visit:
        """Run the page once more; whatever happens, no exception may be shown."""
        self.test.run()
        assert not self.test.exception, [error.message for error in self.test.exception]
        return self

    @property
    def errors(self) -> list[str]:
        """The sentences shown as errors, as they are read."""
        texts = [re.sub(r"\\(.)", r"\1", error.value) for error in self.test.error]
        return [line.removeprefix("- ") for text in texts for line in text.splitlines()]

    def component(self, key: str) -> dict[str, Any]:
        """Return the data that the component ``key`` was sent."""
        found = [part for part in self.test.get("bidi_component") if part.proto.id.endswith(f"-{key}")]
        assert len(found) == 1, f"{len(found)} components are called {key}"
        data: dict[str, Any] = json.loads(found[0].proto.json)
        return data

    @property
    def query(self) -> str:
        """The query of the link that the browser is told to show."""
        return str(self.component("address")["query"])

    def meta(self, key: str = "stage-step") -> dict[str, Any]:
        """Return what the stage says about its run."""
        meta: dict[str, Any] = self.component(key)["payload"]["meta"]
        return meta

    @property
    def start(self) -> int:
        """The step (0-based) at which the stage opens."""
        return int(self.component("stage-step")["payload"]["stage"]["start"])
