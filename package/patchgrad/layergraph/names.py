"""Names of layers: Python identifiers, unique in a graph, free of what a module already has."""

from __future__ import annotations

import keyword
import re
from collections.abc import Container

from patchgrad.errors import GraphError

LONGEST = 60
_WORDS = """
T add_module apply buffers children cpu cuda double eval extra_repr float forward get_buffer get_parameter
get_submodule graph half load_state_dict modules named_buffers named_children named_modules named_parameters nn
parameters path pg plan register_buffer register_forward_hook register_forward_pre_hook register_full_backward_hook
register_module register_parameter requires_grad_ self state_dict structure_version to to_empty train training type
zero_grad
"""
RESERVED = frozenset(_WORDS.split())
"""Attributes of a module, and the words that generated source uses."""


def free_name(stem: str, taken: Container[str]) -> str:
    """``stem`` with the first number that makes it unused: ``relu1``."""
    stem = identifier(stem)
    number = 1
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}"


def own_name(wanted: str, taken: Container[str]) -> str:
    """``wanted`` itself where it can stand, else a numbered variant of it."""
    name = identifier(wanted)
    return free_name(f"{name}_", taken) if name in taken or problem(name) else name


def identifier(text: str) -> str:
    """The nearest Python identifier: ``features.0`` becomes ``features_0``."""
    word = re.sub(r"\W", "_", text).strip("_") or "layer"
    return f"layer_{word}"[:LONGEST] if word[0].isdigit() else word[:LONGEST]


def problem(name: str) -> str:
    """Why this cannot be the name of a layer; empty if it can."""
    if not name.isidentifier() or keyword.iskeyword(name) or keyword.issoftkeyword(name):
        return "it is not a Python name"
    if name.startswith("_"):
        return "it starts with an underscore"
    if name in RESERVED:
        return "a module already has an attribute of this name"
    if len(name) > LONGEST:
        return f"it is longer than {LONGEST} characters"
    return ""


def require_name(name: str, taken: Container[str]) -> str:
    """The name, if it can be that of a layer; else a GraphError that says why and proposes one."""
    reason = problem(name) or ("another layer has it" if name in taken else "")
    if reason:
        raise GraphError(
            f"a layer cannot be named {name!r}: {reason}",
            got=repr(name),
            want="a Python name that no other layer has",
            hint=f"{own_name(name, taken)!r} is free",
        )
    return name
