"""Gradient rules ask their namespace for names. Every one is in the standard's, so that second gradients exist."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import patchgrad
from patchgrad import array_api as xp
from patchgrad.autograd.op import find
from patchgrad.backend import cpu

from .oracle import strict

PACKAGE = Path(patchgrad.__file__).parent
BEYOND = {
    "cache_bytes": "how much a forward works on at a time",
    "ops": "ops by name",
    "array": "a copy, made by a forward whose op says why it needs more",
    "bincount": "counts of whole numbers, which have no gradient",
    "frexp": "a forward; the rule scales by powers of two",
    "gcd": "whole numbers, which have no gradient",
    "lcm": "whole numbers, which have no gradient",
    "lib": "views with strides of one's own, in a forward whose op says so",
    "refuse": "an error that depends on values, raised by a forward",
    "unique": "rows of whole numbers, which have no gradient",
}
"""Names outside the standard that op sources use, and what they are."""


def chains(tree: ast.AST) -> set[str]:
    """What stands behind ``xp.``: ``sum``, ``ops.conv2d``, ``linalg.inv``."""
    found: set[str] = set()
    for node in ast.walk(tree):
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if isinstance(node, ast.Name) and node.id == "xp" and parts:
            found.add(".".join(reversed(parts)))
    return found


@cache
def used() -> frozenset[str]:
    paths = [path for room in ("ops", "tensor", "autograd") for path in (PACKAGE / room).rglob("*.py")]
    return frozenset().union(*(chains(ast.parse(path.read_text())) for path in paths))


def test_every_name_that_op_sources_use_is_in_the_standard_or_says_what_it_is():
    names = {chain.split(".")[0] for chain in used()}
    assert len(names) > 60
    assert {name for name in names if name not in BEYOND and not hasattr(strict, name)} == set()


def test_every_name_that_op_sources_use_is_in_both_namespaces_that_rules_run_on():
    names = {chain.split(".")[0] for chain in used()}
    assert {name for name in names - BEYOND.keys() if not hasattr(xp, name)} == set()
    assert {name for name in names - {"cache_bytes", "refuse"} if not hasattr(cpu.xp, name)} == set()


def test_every_op_that_a_rule_calls_by_name_exists():
    called = {chain.split(".")[1] for chain in used() if chain.startswith("ops.")}
    assert len(called) > 20
    assert {name: find(name).name for name in called} == {name: name for name in called}
