"""Torch takes seconds and much memory: no page imports it before it is asked for by name."""

from __future__ import annotations

import subprocess
import sys

from tests.sources import ROOT

CODE = """
import sys
from rnnviz.site.training.bench import trainings
from rnnviz.site.training.plan import Plan
from tests.site.visit import Visit

for page in ("start", "step", "gates", "shapes"):
    Visit(page)
    print(page, "torch" in sys.modules)
[training.history for training in trainings(Plan())]
print("trainings", "torch" in sys.modules)
from tests.site.test_gradients_page import Gradients
visit = Gradients()
print("gradients", "torch" in sys.modules)
visit.more().test.button_group(key="engine").set_value("torch")
visit.run()
print("chosen", "torch" in sys.modules)
print(visit.asked["engine"], "PyTorch’s losses and gradients" in visit.words)
"""


def test_torch_is_imported_when_it_is_chosen_and_not_before() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], cwd=ROOT, capture_output=True, text=True, check=True)
    before = [f"{what} False" for what in ("start", "step", "gates", "shapes", "trainings", "gradients")]
    assert done.stdout.splitlines() == [*before, "chosen True", "torch True"]
