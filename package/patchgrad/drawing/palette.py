"""Colours of static pictures: readable on light and on dark, told apart without colour vision.

Accents are those of Okabe and Ito 2008, "Color universal design". Light colours stand in the
attributes, so they also hold where a page strips style sheets.
"""

from __future__ import annotations

LIGHT = {
    "paper": "#ffffff",
    "box": "#fbfcfd",
    "border": "#b9c0ca",
    "frame": "#f3f5f8",
    "text": "#1b2330",
    "quiet": "#566072",
    "edge": "#79839a",
    "problem": "#b3261e",
}
DARK = {
    "paper": "#16191f",
    "box": "#232831",
    "border": "#4a5362",
    "frame": "#1c2027",
    "text": "#eef1f6",
    "quiet": "#a9b3c2",
    "edge": "#8893a7",
    "problem": "#ff8a80",
}
ACCENTS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8a8f98")
FAMILIES = {
    "ends": 6,
    "linear": 0,
    "convolution": 0,
    "normalisation": 1,
    "norm": 1,
    "activation": 2,
    "dropout": 3,
    "regularisation": 3,
    "pooling": 4,
    "shape": 6,
    "merge": 6,
    "recurrent": 5,
    "attention": 5,
    "embedding": 3,
    "padding": 6,
    "comparison": 6,
    "sequence": 5,
    "group": 6,
    "join": 6,
    "calculation": 6,
    "source": 3,
    "leaf": 6,
    "op": 2,
}


def accent(family: str) -> str:
    """The colour of a family; an unknown family always gets the same one."""
    place = FAMILIES.get(family.lower(), sum(family.encode()) % len(ACCENTS) if family else 6)
    return ACCENTS[place]


def style_sheet() -> str:
    """Rules for a dark page; every rule stays inside our own pictures."""
    scope = "svg.patchgrad-picture"
    fills = {"paper": "paper", "box": "box", "frame": "frame", "text": "text", "quiet": "quiet", "arrow": "edge"}
    strokes = {"box": "border", "frame": "border", "edge": "edge", "port": "edge", "label": "paper"}
    rules = [f"{scope} .pg-{name}{{fill:{DARK[colour]}}}" for name, colour in fills.items()]
    rules += [f"{scope} .pg-{name}{{stroke:{DARK[colour]}}}" for name, colour in strokes.items()]
    rules += [f"{scope} .pg-port{{fill:{DARK['box']}}}", f"{scope} .pg-problem{{fill:{DARK['problem']}}}"]
    return "@media (prefers-color-scheme: dark){" + "".join(rules) + "}"
