"""The record of an op, and the registry of all ops.

A record holds everything about a primitive: how it is computed, its gradient rule per input, its
shape and dtype rules, what it keeps, what it costs, and samples that its tests are made from. Rules
are written against an array namespace ``xp``: bare arrays in a plain backward pass, tensors when
the gradient is itself to be differentiated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from patchgrad.backend.dtype import get_default_dtype
from patchgrad.backend.low import FLOATS, widened_kind
from patchgrad.backend.promotion import result_dtype
from patchgrad.errors import DtypeError, GradError
from patchgrad.typing import Shape

Rule = Callable[..., Any]


@dataclass(frozen=True, slots=True, eq=False)
class OpSpec:
    """A primitive op.

    Fields
        inputs    names of the inputs, in order; ``variadic`` ops take any number of the one named
        outputs   names of the outputs; several where forward returns a tuple
        forward   ``forward(xp, *arrays, **attrs)``
        vjps      per input name: ``rule(xp, ct, s)`` with ``s`` a `Saved`; absent: not differentiable.
                  A variadic op has one rule, ``rule(xp, ct, s, i)``. With several outputs ``ct`` is a tuple,
                  with None for outputs that nothing was computed from
        joint     one rule for all inputs at once, ``joint(xp, ct, s, wanted)`` giving a tuple
        jvps      per input name: ``rule(xp, t, s)``, the tangent of the result (a tuple with several outputs) from that
                  of the input. Need not be given: an elementwise op uses its vjps, any other the transpose of these
        joint_jvp  ``joint_jvp(xp, ts, s)``, the tangents of all outputs from those of all inputs (None: does not move)
        elementwise  every number of the result is computed from the numbers at the same place of the broadcast inputs
        batching  how `vmap` runs the op: the name of one of its ways (``patchgrad.transforms.batching``); by default
                  what follows from ``elementwise`` and the shape rule, else a loop over the batch
        saves     names of inputs and outputs that the rules read; nothing else is kept
        shape     ``shape(*shapes, **attrs)``: result shape (a tuple of them with several outputs)
        dtype     "same" as the first input, "promote", "float" (promote, integers become the default
                  float), "floating" (as "float", integers are refused),
                  "normalized" (as "float", the statistics behind it at least float32), "bool", "int64",
                  or a function of (dtypes of inputs, attrs)
        promotes  which inputs decide the dtype and are cast to it, for "promote" and "float"; all unless given
        real      complex inputs are refused
        view      the result shares memory with the first input
        cost      ``cost(*shapes, **attrs)``: floating-point operations
        formula   LaTeX
        beyond    why the forward needs more than the array API standard; ``beyond_rules``: why the rules do
        samples   ``samples(draw)`` yields `Sample`s; the registry-wide tests run on them
    """

    name: str
    inputs: tuple[str, ...]
    forward: Callable[..., Any]
    shape: Callable[..., Any]
    outputs: tuple[str, ...] = ("y",)
    vjps: dict[str, Rule] = field(default_factory=dict[str, Rule])
    jvps: dict[str, Rule] = field(default_factory=dict[str, Rule])
    joint: Rule | None = None
    joint_jvp: Rule | None = None
    elementwise: bool = False
    batching: str = ""
    saves: tuple[str, ...] = ()
    dtype: Any = "promote"
    promotes: tuple[str, ...] = ()
    real: bool = False
    view: bool = False
    variadic: bool = False
    cost: Callable[..., int] | None = None
    formula: str = ""
    beyond: str = ""
    beyond_rules: str = ""
    samples: Callable[..., Any] | None = None
    errors: Callable[..., Any] | None = None
    differentiable: bool = field(init=False)
    casts: bool = field(init=False)
    """Inputs of different dtypes are cast to one before forward runs."""
    aligns: bool = field(init=False)
    """They are looked at before forward runs: cast, or refused for being complex."""
    apart: tuple[int, ...] = field(init=False)
    """Inputs that keep their dtype all the same."""
    saved_inputs: tuple[int, ...] = field(init=False)
    saved_outputs: tuple[int, ...] = field(init=False)
    chosen: dict[str, Callable[..., Any]] = field(init=False, default_factory=dict[str, Callable[..., Any]])
    """By backend: what computes the result there. Filled by `Backend.choose`, as are the rules."""
    chosen_rules: dict[str, dict[str, Rule]] = field(init=False, default_factory=dict[str, dict[str, Rule]])
    """By backend: kernels in the place of gradient rules, by input; "" for the joint rule."""
    saved_names: tuple[str, ...] = field(init=False)
    """Names of what a node keeps, in order: inputs, then outputs."""
    single: bool = field(init=False)
    """There is one output, and forward returns it bare."""
    rules: tuple[Rule | None, ...] = field(init=False)
    """The gradient rule of each input, in order."""

    def __post_init__(self) -> None:
        derive = partial(object.__setattr__, self)
        derive("differentiable", bool(self.vjps) or self.joint is not None)
        derive("casts", self.dtype in ("promote", "float", "floating", "normalized"))
        derive("aligns", self.casts or self.real)
        apart = (i for i, name in enumerate(self.inputs) if self.promotes and name not in self.promotes)
        derive("apart", tuple(apart))
        derive("saved_inputs", tuple(i for i, name in enumerate(self.inputs) if name in self.saves))
        derive("saved_outputs", tuple(i for i, name in enumerate(self.outputs) if name in self.saves))
        derive("single", len(self.outputs) == 1)
        derive("rules", tuple(self.vjps.get(name) for name in self.inputs))
        derive("saved_names", tuple(name for name in (*self.inputs, *self.outputs) if name in self.saves))

    def result_dtypes(self, arrays: list[Any], attrs: dict[str, Any]) -> tuple[Any, ...]:
        """NumPy dtypes of the outputs for these inputs (arrays, Python scalars or None)."""
        given = [array for index, array in enumerate(arrays) if array is not None and index not in self.apart]
        if self.casts:
            found = _POLICIES[self.dtype](given)
        else:
            kinds = [getattr(array, "dtype", array) for array in given]
            found = self.dtype(kinds, attrs) if callable(self.dtype) else _POLICIES[self.dtype](kinds)
        return found[: len(self.outputs)] if isinstance(found, tuple) else (found,) * len(self.outputs)

    def __repr__(self) -> str:
        return f"<op {self.name}>"


def _floating(arrays: list[Any]) -> Any:
    found = result_dtype(arrays)
    return found if found.kind in FLOATS else get_default_dtype().numpy


def _strictly_floating(arrays: list[Any]) -> Any:
    found = result_dtype(arrays)
    if found.kind in FLOATS:
        return found
    raise DtypeError(
        "this is computed in floats",
        got=f"dtype {found.name}",
        want="a floating dtype",
        hint="cast first: x.float(), or dtype=pg.float32",
    )


def _normalized(arrays: list[Any]) -> tuple[Any, ...]:
    found = _floating(arrays)
    return found, widened_kind(found), widened_kind(found)


def _named(name: str) -> Callable[[list[Any]], Any]:
    from patchgrad.backend.dtype import as_dtype

    found = as_dtype(name).numpy
    return lambda kinds: found


_POLICIES: dict[str, Callable[[list[Any]], Any]] = {
    "same": lambda kinds: kinds[0],
    "promote": result_dtype,
    "float": _floating,
    "floating": _strictly_floating,
    "normalized": _normalized,
    "bool": _named("bool"),
    "int64": _named("int64"),
}


@dataclass(frozen=True, slots=True)
class Sample:
    """Inputs for a test of an op: arrays or Python scalars, and attributes."""

    inputs: tuple[Any, ...]
    attrs: dict[str, Any] = field(default_factory=dict[str, Any])
    label: str = ""


class Saved:
    """What a rule may read: saved inputs and outputs by name, attributes by name, shapes and dtypes.

    ``s.a`` is the saved input ``a``; ``s.shape_of("a")`` and ``s.dtype_of("a")`` are known for every input.
    """

    def __init__(self, op: OpSpec, values: dict[str, Any], attrs: dict[str, Any], shapes: Any, given: Any) -> None:
        self.__dict__ = {**attrs, **values, "_op": op, "_shapes": shapes, "_given": given}

    def __getattr__(self, name: str) -> Any:
        raise GradError(
            f"the rule of {self._op.name} reads {name!r}, which the op does not keep",
            want=f"one of {', '.join(self._op.saves) or 'nothing'}",
            hint=f"add {name!r} to saves= in the definition of {self._op.name}",
        )

    def _index(self, name: str | int) -> int:
        return name if isinstance(name, int) else self._op.inputs.index(name)

    def shape_of(self, name: str | int) -> Shape:
        return self._shapes[self._index(name)]

    def dtype_of(self, name: str | int) -> Any:
        return widened_kind(self._given[self._index(name)])

    def given_dtype_of(self, name: str | int) -> Any:
        """As it came: low precision is not yet float32."""
        return self._given[self._index(name)]


_REGISTRY: dict[str, OpSpec] = {}
_importer: Callable[[str | None], None] | None = None


def define(name: str, **fields: Any) -> OpSpec:
    """Make an op record and enter it in the registry."""
    op = OpSpec(name, **fields)
    _REGISTRY[name] = op
    return op


def enter_by(importer: Callable[[str | None], None]) -> None:
    """Install what imports the family of an op that has no record yet; asked for None it imports all of them."""
    global _importer
    _importer = importer


def find(name: str) -> OpSpec:
    """The op of this name. Raises KeyError."""
    if name not in _REGISTRY and _importer is not None:
        _importer(name)
    return _REGISTRY[name]


def all_ops() -> Iterator[OpSpec]:
    """Every op, by name; imports all families."""
    if _importer is not None:
        _importer(None)
    yield from entered()


def entered() -> Iterator[OpSpec]:
    """Every op that has a record so far, by name."""
    for name in sorted(_REGISTRY):
        yield _REGISTRY[name]
