"""What every message and every record inside one is made from."""

from __future__ import annotations

from typing import Literal

import msgspec


class Wire(msgspec.Struct, frozen=True, rename="camel", tag_field="type", forbid_unknown_fields=True):
    """Base of messages: tagged by class name in kebab-case, camelCase on the wire."""


class Record(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Base of the records inside messages: no tag."""


class ArrayView(Record, frozen=True):
    """Where an array lies in the one buffer of its message. ``offset`` in bytes, a multiple of 8."""

    dtype: Literal["float32", "float64", "uint8", "int32", "bfloat16"]
    shape: tuple[int, ...]
    offset: int
