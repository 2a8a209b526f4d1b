"""Walking about on the Step page: random keys and clicks, and a model of where they lead."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import ElementHandle

from rnnviz.words import say
from tests.browser.screen import Screen

KEYS = {"ArrowRight": 1, "ArrowLeft": -1}
BUTTONS = {"stage.forward": 1, "stage.back": -1}
ENDS = {"Home": 0, "End": -1}
END_BUTTONS = {"stage.first": 0, "stage.last": -1}


@dataclass
class Walker:
    """Someone who presses and clicks at random; ``t`` and ``unit`` are where the cursor has to be after it."""

    screen: Screen
    random: random.Random
    t: int
    unit: int | None = None
    done: str = "opened the page"
    found: dict[str, ElementHandle] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.steps = self.screen.steps  # a walk changes none

    def act(self) -> None:
        """Do one random thing, and remember where it must lead."""
        deeds: list[Callable[[], None]] = [
            *(self.press, self.press, self.press, self.click_button, self.click_button, self.jump),
            *(self.click_scrubber, self.click_column, self.click_unit, self.forget_unit),
        ]
        self.random.choice(deeds)()
        self.screen.paint()

    def press(self) -> None:
        """Press an arrow key."""
        key, by = self.random.choice(list(KEYS.items()))
        self.done = key
        self.screen.page.keyboard.press(key)
        self._move(self.t + by)

    def click_button(self) -> None:
        """Click forward or back."""
        name, by = self.random.choice(list(BUTTONS.items()))
        self._click(self.button(name), name)
        self._move(self.t + by)

    def jump(self) -> None:
        """Go to one of the ends, by key or by button."""
        where: int
        if self.random.random() < 0.5:
            key, where = self.random.choice(list(ENDS.items()))
            self.done = key
            self.screen.page.keyboard.press(key)
        else:
            name, where = self.random.choice(list(END_BUTTONS.items()))
            self._click(self.button(name), name)
        self._move(where % self.steps)

    def click_scrubber(self) -> None:
        """Click a step on the strip of the input."""
        t = self.random.randrange(self.steps)
        self.done = f"clicked step {t} on the strip"
        self.screen.click_step(t)
        self._move(t)

    def click_column(self) -> None:
        """Click the input of a column of the unrolled graph, the cursor's or one beside it."""
        t = self._near()
        self.done = f"clicked column {t}"
        self.screen.token(t).click()
        self._move(t)

    def click_unit(self) -> None:
        """Single out a unit by its node; the same node again lets it go."""
        t = self._near()
        node = self.random.choice(self.screen.column(t).locator("button[data-row]:visible").all())
        unit = int(node.get_attribute("data-unit") or "")
        self.done = f"clicked unit {unit} of column {t}"
        node.click()
        self.unit = None if (unit, t) == (self.unit, self.t) else unit
        self._move(t)

    def forget_unit(self) -> None:
        """Press Escape: no unit is singled out."""
        self.done = "Escape"
        self.screen.page.keyboard.press("Escape")
        self.unit = None

    def _near(self) -> int:
        return min(max(self.t + self.random.choice((-1, 0, 1)), 0), self.steps - 1)

    def button(self, name: str) -> ElementHandle:
        """Return a button of the transport, by the key of its name; it is looked for once."""
        if name not in self.found:
            button = self.screen.stage.get_by_role("button", name=say(name), exact=True)
            self.found[name] = button.element_handle()
        return self.found[name]

    def _click(self, button: ElementHandle, name: str) -> None:
        self.done = f"clicked {name}"
        button.click()

    def _move(self, t: int) -> None:
        self.t = min(max(t, 0), self.steps - 1)
