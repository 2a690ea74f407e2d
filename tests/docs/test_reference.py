"""The reference is made from the code, says something about every name, and its examples give what they show."""

from __future__ import annotations

import doctest
import inspect
import sys
from pathlib import Path

import pytest

import patchgrad as pg
from patchgrad.backend.random import manual_seed

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def pages():
    """Text of every page by name."""
    sys.path.insert(0, str(ROOT / "docs"))
    try:
        from reference import pages

        yield dict(pages.pages())
    finally:
        sys.path.remove(str(ROOT / "docs"))


def test_every_example_gives_what_it_shows(pages):
    manual_seed(0)
    wrong: list[str] = []
    tried = 0
    for name, text in pages.items():
        for part in text.split("```python\n")[1:]:
            code = part.split("```")[0]
            if code.startswith(">>>"):
                examples = doctest.DocTestParser().get_doctest(code, {}, name, name, 0)
                result = doctest.DocTestRunner(verbose=False).run(examples, out=wrong.append)
                tried += result.attempted
    assert wrong == []
    assert tried > 100


def test_every_public_function_says_what_it_does(pages):
    functions = {name: getattr(pg, name) for name in dir(pg) if not name.startswith("_")}
    silent = [name for name, value in functions.items() if inspect.isfunction(value) and not value.__doc__]
    assert silent == []
