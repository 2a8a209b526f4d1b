"""How the controls above a stage stand: in how many lines, and whether their words stand whole."""

from __future__ import annotations

# Of each row of controls, in how many lines they stand: in as many as there are places where a control ends.
LINES = """() => Object.fromEntries(["controls", "shape-row"]
  .map((name) => [name, document.querySelector(`.st-key-${name}`)]).filter(([, row]) => row?.checkVisibility())
  .map(([name, row]) => [name, [...row.children].map((control) => Math.round(control.getBoundingClientRect().bottom))])
  .map(([name, ends]) => [name, new Set(ends).size]))"""

# The words of choices, by their names, that do not stand whole in the control.
CUT = """(choices) => Object.entries(choices).flatMap(([name, words]) => {
  const input = document.querySelector(`.st-key-bar .st-key-${name} input`);
  const pen = Object.assign(document.createElement("canvas").getContext("2d"), { font: getComputedStyle(input).font });
  const { paddingLeft, paddingRight } = getComputedStyle(input);
  const room = input.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
  return words.filter((one) => pen.measureText(one).width > room);
})"""

# How far beneath a slider's label the number over its handle begins, in pixels.
CLEAR = """(slider) => slider.querySelector("[data-testid=stSliderThumbValue]").getBoundingClientRect().top
  - slider.querySelector("label").getBoundingClientRect().bottom"""
