"""How ops that work element by element are made: their records, their samples, their public functions.

All broadcast; the backward engine sums over broadcast axes, so no rule mentions them. A rule of a complex function
multiplies by the conjugate of its derivative (PyTorch's convention: a real loss falls along the gradient).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patchgrad.autograd.op import OpSpec, Sample, define
from patchgrad.errors import ArgumentError, DtypeError
from patchgrad.ops import shapes
from patchgrad.ops.out import into
from patchgrad.tensor import Tensor, apply
from patchgrad.tensor.explain import placed

Draw = Callable[..., Any]

_KINDS: dict[type, str] = {bool: "b", int: "i", float: "f", complex: "c"}


def kind(x: Any) -> str:
    """What numbers a value holds: "b" truths, "i" and "u" whole, "f" real, "c" complex."""
    found = getattr(x, "dtype", None)
    if found is None:
        return _KINDS.get(type(x), "")
    return getattr(found, "kind", None) or str(found).rpartition(".")[2][0]


def conj(xp: Any, x: Any) -> Any:
    """The conjugate of a complex value; a real one as it is."""
    if kind(x) != "c":
        return x
    return x.conjugate() if type(x) is complex else xp.conj(x)


def truth(x: Any) -> Any:
    """What counts as True: all numbers but 0."""
    return x if kind(x) == "b" else x != 0


def mask(xp: Any, condition: Any, like: Any) -> Any:
    """1 where the condition holds, else 0, in the dtype of ``like``."""
    return xp.astype(condition, like.dtype)


def magnitudes(kinds: list[Any], attrs: dict[str, Any]) -> Any:
    """The dtype of an absolute value: that of the parts of a complex number, else the same."""
    return (
        (kinds[0].type(0).real.dtype if kinds[0].kind == "c" else kinds[0]) if hasattr(kinds[0], "kind") else kinds[0]
    )


def beside(xp: Any, a: Any, b: Any) -> tuple[Any, Any]:
    """Two values as arrays, where one may be a Python number."""
    like = a if hasattr(a, "dtype") else b
    return xp.asarray(a, dtype=like.dtype), xp.asarray(b, dtype=like.dtype)


def refuse_truths(what: str, *values: Any) -> None:
    """Raise where a function of numbers gets nothing but truths."""
    if all(kind(value) == "b" for value in values):
        raise DtypeError(
            f"{what} is not defined for bools", got="bool", want="numbers", hint="cast first: .int() or .float()"
        )


def one(low: float, high: float) -> Callable[[Draw], list[Sample]]:
    """Samples of an op of one number."""
    return lambda draw: [
        Sample((draw(3, 4, low=low, high=high),)),
        Sample((draw(low=low, high=high),), label="no axes"),
    ]


def two(low: float = -2.0, high: float = 2.0, apart: float = 0.0) -> Callable[[Draw], list[Sample]]:
    """Samples of an op of two numbers."""

    def samples(draw: Draw) -> list[Sample]:
        def pair(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[Any, Any]:
            return draw(*a, low=low, high=high), draw(*b, low=low, high=high) + apart

        return [
            Sample(pair((3, 4), (3, 4))),
            Sample(pair((3, 1), (4,)), label="broadcast"),
            Sample((draw(2, 3, low=low, high=high), 1.5), label="scalar"),
            Sample(pair((0, 2), (1, 2)), label="empty"),
        ]

    return samples


def by_second(low: float, high: float) -> Callable[[Draw], list[Sample]]:
    """Samples of an op that is differentiable by the second of its two numbers alone."""
    return lambda draw: [
        Sample((draw(3, 1, low=low, high=high), draw(4, low=low, high=high))),
        Sample((1.5, draw(3, low=low, high=high)), label="scalar"),
    ]


def apart(draw: Draw) -> list[Sample]:
    """Bad input of an op of two numbers: shapes that do not broadcast."""
    return [Sample((draw(3, 4), draw(3)))]


def unary(
    name: str,
    forward: Callable[..., Any],
    rule: Callable[..., Any] | None,
    *,
    saves: str = "",
    dtype: Any = "float",
    formula: str = "",
    low: float = -2.0,
    high: float = 2.0,
    beyond: str = "",
    real: bool = False,
) -> OpSpec:
    """An op of one number. ``saves`` is "x", "y" or both, what the rule reads."""
    return define(
        name,
        inputs=("x",),
        forward=forward,
        shape=shapes.same,
        dtype=dtype,
        elementwise=True,
        saves=tuple(saves.split()),
        vjps={} if rule is None else {"x": rule},
        formula=formula,
        cost=lambda x, **_: shapes.count(x),
        samples=one(low, high),
        beyond=beyond,
        real=real,
    )


def binary(name: str, forward: Callable[..., Any], vjps: dict[str, Any], **fields: Any) -> OpSpec:
    """An op of two numbers, ``a`` and ``b``."""
    standard = {"dtype": "promote", "elementwise": True, "samples": two(), "errors": apart}
    fields = standard | {"cost": lambda a, b, **_: shapes.count(shapes.broadcast(a, b))} | fields
    return define(name, inputs=("a", "b"), forward=forward, shape=shapes.broadcast, vjps=vjps, **fields)


def still(xp: Any, ct: Any, s: Any) -> Any:
    """The rule of a function that is flat between its steps."""
    return xp.zeros_like(ct)


def caller(op: OpSpec, doc: str, name: str = "", second: str = "other") -> Callable[..., Tensor]:
    """The public function of an op of one or two numbers, with PyTorch's names for its arguments."""

    def one(input: Tensor, *, out: Tensor | None = None) -> Tensor:
        return apply(op, input) if out is None else into(out, apply(op, input))

    def two(input: Any, other: Any, *, out: Tensor | None = None) -> Tensor:
        return apply(op, input, other) if out is None else into(out, apply(op, input, other))

    def power(input: Any, exponent: Any, *, out: Tensor | None = None) -> Tensor:
        return apply(op, input, exponent) if out is None else into(out, apply(op, input, exponent))

    def at_zero(input: Any, values: Any, *, out: Tensor | None = None) -> Tensor:
        return apply(op, input, values) if out is None else into(out, apply(op, input, values))

    forms: dict[str, Any] = {"other": two, "exponent": power, "values": at_zero}
    call: Any = one if len(op.inputs) == 1 else forms[second]
    call.__name__ = call.__qualname__ = name or op.name
    call.__doc__ = doc
    call.op = op
    return call


def of_one(op: OpSpec, name: str = "") -> Callable[..., Tensor]:
    """The public function of an op of one number that needs no more words than its formula."""
    return caller(op, f"``{op.formula or op.name}``, element by element; (*) -> (*).", name)


def choice(name: str, value: Any, allowed: tuple[Any, ...]) -> None:
    """Raise where an argument is not one of those allowed."""
    if value not in allowed:
        raise placed(
            ArgumentError(
                f"there is no such {name}", got=f"{name}={value!r}", want=" or ".join(repr(entry) for entry in allowed)
            )
        )
