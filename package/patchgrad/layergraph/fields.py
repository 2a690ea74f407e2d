"""The editable settings of a layer kind: type, default, limits, words; and the check of a value.

A value has one form per type, so that equal settings compare equal: ``int``, ``float``, ``bool``,
``choice`` (one of some words), ``text``, ``pair`` (an int, or one for each axis), ``shape`` (a tuple of ints).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal

import msgspec

from patchgrad.errors import GraphError

FieldType = Literal["int", "float", "bool", "choice", "text", "pair", "shape"]
LARGEST = 2**31 - 1
COUNTS = {0: ", or one for each axis", 1: "", 2: ", or two", 3: ", or three", 4: ", or four", 6: ", or six"}


class Required:
    """Stands for the default of a constructor argument that has none."""

    def __repr__(self) -> str:
        return "required"


REQUIRED = Required()


class Field(msgspec.Struct, frozen=True):
    """One setting.

    Parameters
        default   what a layer fresh from the palette gets
        ctor      the default of the constructor; an equal value is left out of source text
        optional  may be None
        count     how many sizes a pair holds if it is not one for all; 0: any number
    """

    name: str
    type: FieldType
    default: Any = None
    ctor: Any = REQUIRED
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    optional: bool = False
    help: str = ""
    count: int = 2

    @property
    def view_type(self) -> Literal["int", "float", "bool", "choice", "text"]:
        """The type as the inspector edits it."""
        return "text" if self.type in ("pair", "shape") else self.type  # type: ignore[return-value]

    @property
    def required(self) -> bool:
        return isinstance(self.ctor, Required)

    def parse(self, value: Any, where: str = "") -> Any:
        """The value in the form of its type; GraphError that names the field if it cannot be."""
        if value is None or value == "":
            if self.optional:
                return None
            raise self._refusal(value, where)
        try:
            parsed = PARSERS[self.type](self, value)
        except (ValueError, TypeError, OverflowError):
            raise self._refusal(value, where) from None
        sizes = parsed if isinstance(parsed, tuple) else (parsed,)
        if not all(isinstance(size, str) or self._within(size) for size in sizes):
            raise self._refusal(value, where)
        return parsed

    def _within(self, number: float) -> bool:
        low = -LARGEST if self.minimum is None else self.minimum
        high = LARGEST if self.maximum is None else self.maximum
        return math.isfinite(number) and low <= number <= high

    def _refusal(self, value: Any, where: str) -> GraphError:
        hint = f"the usual value is {self.default!r}" if self.default is not None else ""
        title = f"{self.name} cannot be {str(repr(value))[:60]}"
        return GraphError(title, where=where, got=f"{self.name}={str(repr(value))[:60]}", want=self.wants(), hint=hint)

    def wants(self) -> str:
        """What the field takes, in words: ``a whole number from 1``."""
        words = {
            "int": "a whole number",
            "float": "a number",
            "bool": "True or False",
            "choice": f"one of {', '.join(self.choices)}",
            "text": "text",
            "pair": " or ".join([f"a whole number{COUNTS[self.count]}", *self.choices]),
            "shape": "whole numbers, one for each axis",
        }[self.type]
        if self.minimum is not None:
            words += f" from {self.minimum:g}"
        if self.maximum is not None:
            words += f" up to {self.maximum:g}"
        return f"{words}, or None" if self.optional else words


def _whole(value: Any) -> int:
    if isinstance(value, bool):
        raise ValueError(value)
    if isinstance(value, str):
        return int(value.strip())
    number = int(value)
    if number != value:
        raise ValueError(value)
    return number


def _int(field: Field, value: Any) -> int:
    return _whole(value)


def _float(field: Field, value: Any) -> float:
    if isinstance(value, bool):
        raise ValueError(value)
    return float(value)


def _bool(field: Field, value: Any) -> bool:
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if value is True or value is False:
        return value
    raise ValueError(value)


def _choice(field: Field, value: Any) -> str:
    if value not in field.choices:
        raise ValueError(value)
    return str(value)


def _text(field: Field, value: Any) -> str:
    if not isinstance(value, str) or len(value) > 200:
        raise ValueError(value)
    return value


def _sizes(value: Any) -> tuple[int, ...]:
    if isinstance(value, str):
        value = [word for word in value.strip().strip("()[]").replace("×", ",").split(",") if word.strip()]
    if not isinstance(value, (tuple, list)):
        value = (value,)
    if len(value) > 16:
        raise ValueError(value)
    return tuple(_whole(size) for size in value)


def _pair(field: Field, value: Any) -> int | tuple[int, ...] | str:
    if isinstance(value, str) and value.strip() in field.choices:
        return value.strip()
    sizes = _sizes(value)
    if not sizes or len(sizes) not in (1, field.count or len(sizes)):
        raise ValueError(value)
    return sizes if len(set(sizes)) > 1 else sizes[0]


def _shape(field: Field, value: Any) -> tuple[int, ...]:
    return _sizes(value)


PARSERS: dict[str, Callable[[Field, Any], Any]] = {
    "int": _int, "float": _float, "bool": _bool, "choice": _choice, "text": _text, "pair": _pair, "shape": _shape,
}  # fmt: skip


def size(name: str, default: int, help: str = "", *, ctor: Any = REQUIRED, minimum: int = 1) -> Field:
    """A count of features, channels, heads ..."""
    return Field(name, "int", default, ctor, minimum=minimum, maximum=2**24, help=help)


def axis(name: str, default: int, help: str = "", *, ctor: Any = REQUIRED, optional: bool = False) -> Field:
    return Field(name, "int", default, ctor, minimum=-16, maximum=15, optional=optional, help=help)


def pair(
    name: str,
    default: Any,
    help: str = "",
    *,
    ctor: Any = REQUIRED,
    minimum: int = 1,
    optional: bool = False,
    choices: tuple[str, ...] = (),
    count: int = 2,
) -> Field:
    """A size for each of ``count`` axes, height and width; ``choices`` are words that may stand instead."""
    return Field(name, "pair", default, ctor, minimum, 2**16, choices, optional, help, count)


def shape(name: str, default: Any, help: str = "", *, ctor: Any = REQUIRED, optional: bool = False) -> Field:
    return Field(name, "shape", default, ctor, minimum=1, maximum=2**24, optional=optional, help=help)


def number(
    name: str,
    default: float | None,
    help: str = "",
    *,
    ctor: Any = ...,
    minimum: float | None = 0,
    maximum: float | None = None,
    optional: bool = False,
) -> Field:
    """A real number; ``ctor`` where the constructor has another default than the palette."""
    ctor = default if ctor is ... else ctor
    return Field(name, "float", default, ctor, minimum=minimum, maximum=maximum, optional=optional, help=help)


def switch(name: str, default: bool, help: str = "", *, ctor: Any = None) -> Field:
    return Field(name, "bool", default, default if ctor is None else ctor, help=help)


def choice(name: str, default: str, choices: tuple[str, ...], help: str = "") -> Field:
    return Field(name, "choice", default, default, choices=choices, help=help)
