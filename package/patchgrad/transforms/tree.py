"""Nested tuples, lists and dictionaries as one flat list, and back.

Functions of functions take and give such trees: parameters by name, a batch of several tensors.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from patchgrad.errors import ArgumentError
from patchgrad.tensor import Tensor
from patchgrad.tensor.explain import placed

Build = Callable[[Sequence[Any]], Any]
"""Makes the tree again from as many leaves as it had."""


def flatten(tree: Any) -> tuple[list[Any], Build]:
    """The leaves of ``tree`` in order, and the function that puts leaves in their places."""
    if not _is_branch(tree):
        return [tree], lambda leaves: leaves[0]
    parts = [flatten(entry) for entry in _entries(tree)]
    counts = [len(leaves) for leaves, _ in parts]

    def build(leaves: Sequence[Any]) -> Any:
        found: list[Any] = []
        start = 0
        for (_, make), count in zip(parts, counts, strict=True):
            found.append(make(leaves[start : start + count]))
            start += count
        return _like(tree, found)

    return [leaf for leaves, _ in parts for leaf in leaves], build


def map_leaves(function: Callable[[Any], Any], tree: Any) -> Any:
    """The same tree with ``function`` of each leaf."""
    leaves, build = flatten(tree)
    return build([function(leaf) for leaf in leaves])


def spread(prefix: Any, tree: Any, name: str) -> list[Any]:
    """One entry of ``prefix`` for each leaf of ``tree``: a single value stands for a whole branch."""
    if not _is_branch(prefix) or not _is_branch(tree):
        return [prefix] * len(flatten(tree)[0])
    same = type(prefix) is type(tree) or (isinstance(prefix, tuple | list) and isinstance(tree, tuple | list))
    if not same or len(prefix) != len(tree) or (isinstance(tree, dict) and set(prefix) != set(tree)):
        raise placed(
            ArgumentError(
                f"{name} does not fit what it describes",
                got=f"{name}={prefix!r}, for a {type(tree).__name__} of {len(tree)}",
                want="one value for all, or the same nesting",
            )
        )
    keys = list(tree) if isinstance(tree, dict) else range(len(tree))
    return [entry for key in keys for entry in spread(prefix[key], tree[key], name)]


def tensors(tree: Any) -> list[Tensor]:
    """The tensors among the leaves."""
    return [leaf for leaf in flatten(tree)[0] if isinstance(leaf, Tensor)]


def _is_branch(tree: Any) -> bool:
    return isinstance(tree, tuple | list | dict)


def _entries(tree: Any) -> list[Any]:
    return list(tree.values()) if isinstance(tree, dict) else list(tree)


def _like(tree: Any, entries: list[Any]) -> Any:
    if isinstance(tree, dict):
        return type(tree)(zip(tree, entries, strict=True))
    return type(tree)(*entries) if hasattr(tree, "_fields") else type(tree)(entries)
