"""``Function``: an operation with a gradient of one's own, as in PyTorch.

class Cube(pg.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx, ct):
        (x,) = ctx.saved_tensors
        return 3 * x**2 * ct

y = Cube.apply(x)
Cube.check(x)          # compare the gradient with finite differences
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from patchgrad.autograd.node import Node
from patchgrad.autograd.op import OpSpec
from patchgrad.autograd.state import no_grad, state
from patchgrad.backend.low import FLOATS
from patchgrad.errors import GradError, NotWrittenError
from patchgrad.tensor import Tensor, views
from patchgrad.tensor.explain import placed
from patchgrad.transforms.custom import batch, checks, results
from patchgrad.transforms.custom.context import FunctionCtx


class Function:
    """Base of operations with a gradient of their own: write ``forward`` and ``backward`` as static methods.

    ``forward(ctx, *args)`` computes, without the tape; or ``forward(*args)`` beside ``setup_context(ctx, inputs,
    output)``. ``backward(ctx, *cotangents)`` gives one gradient (or None) per argument. ``jvp(ctx, *tangents)`` may
    be left out: the transpose of ``backward`` is used. ``vmap(info, in_dims, *args)`` may be left out, too: then
    ``forward`` runs on tensors of the batch.
    """

    generate_vmap_rule = False

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        """What the function computes."""
        raise _lacks("forward", "computes the result", "def forward(ctx, *args): ...")

    @staticmethod
    def setup_context(ctx: FunctionCtx, inputs: tuple[Any, ...], output: Any) -> None:
        """Keep what ``backward`` needs; with it ``forward`` has no ``ctx``."""
        raise NotImplementedError

    @staticmethod
    def backward(ctx: FunctionCtx, *grad_outputs: Any) -> Any:
        """Gradients of the arguments from those of the outputs."""
        raise _lacks("backward", "gives the gradients of the arguments", "def backward(ctx, *grad_outputs): ...")

    @staticmethod
    def jvp(ctx: FunctionCtx, *grad_inputs: Any) -> Any:
        """Tangents of the outputs from those of the arguments."""
        raise NotImplementedError

    @staticmethod
    def vmap(info: Any, in_dims: tuple[Any, ...], *args: Any) -> Any:
        """The function on a batch: gives (output, out_dims)."""
        raise NotImplementedError

    @classmethod
    def apply(cls, *args: Any) -> Any:
        """Run the function on ``args``; its results are on the tape with its own gradient."""
        if checks.checking.wanted:
            checks.first_use(cls, args)
        return _run(cls, args)

    @classmethod
    def check(cls, *inputs: Any, **options: Any) -> bool:
        """Compare the gradients at ``inputs`` with finite differences, in float64. Raises GradError where they differ.

        ``options`` are those of `gradcheck`.
        """
        return checks.check(cls, inputs, **options)


def _lacks(method: str, does: str, text: str) -> NotWrittenError:
    return NotWrittenError(
        f"this Function has no method {method}",
        got=f"a class without {method}",
        want=f"a static method that {does}",
        hint=f"@staticmethod, {text}",
    )


def has(cls: type[Function], name: str) -> bool:
    """Did the author write this static method?"""
    return getattr(cls, name) is not getattr(Function, name)


def _run(cls: type[Function], args: tuple[Any, ...]) -> Any:
    ctx = FunctionCtx()
    ctx.needs_input_grad = tuple(isinstance(entry, Tensor) and entry.requires_grad for entry in args)
    with no_grad():
        output = batch.run(cls, args) if has(cls, "vmap") and batch.is_batch(args) else _forward(cls, ctx, args)
        if has(cls, "setup_context"):
            cls.setup_context(ctx, args, output)
    several = isinstance(output, tuple | list)
    outputs = [_own(entry, args, ctx) for entry in output] if several else [_own(output, args, ctx)]
    if state.grad_enabled and any(ctx.needs_input_grad):
        _tape(cls, ctx, args, outputs)
    return tuple(outputs) if several else outputs[0]


def _forward(cls: type[Function], ctx: FunctionCtx, args: tuple[Any, ...]) -> Any:
    return cls.forward(*args) if has(cls, "setup_context") else cls.forward(ctx, *args)


def _own(output: Any, args: tuple[Any, ...], ctx: FunctionCtx) -> Any:
    """A result that is an argument handed through becomes a tensor of its own."""
    if isinstance(output, Tensor) and not ctx.is_dirty(output) and any(output is entry for entry in args):
        alias = Tensor(output.data)
        views.link(alias, output, None, {})
        return alias
    return output


def _tape(cls: type[Function], ctx: FunctionCtx, args: tuple[Any, ...], outputs: list[Any]) -> None:
    live = [entry for entry in outputs if isinstance(entry, Tensor)]
    op = _op(cls, len(args), len(outputs))
    tensors = [entry if isinstance(entry, Tensor) else None for entry in args]
    node = Node(
        op,
        {"ctx": ctx},
        [(entry.node or entry) if entry is not None and entry.requires_grad else None for entry in tensors],
        [0 if entry is None else entry.port for entry in tensors],
        next(entry.backend for entry in (*live, *[entry for entry in tensors if entry is not None])),
        [() if entry is None else entry.shape for entry in tensors],
        [None if entry is None else entry.data.dtype for entry in tensors],
    )
    ctx.enter(node, args, outputs)
    node.attrs["specs"] = [(entry.shape, entry.data.dtype) if isinstance(entry, Tensor) else None for entry in outputs]
    for port, entry in enumerate(outputs):
        if isinstance(entry, Tensor) and entry.data.dtype.kind in FLOATS and not ctx.is_constant(entry):
            if ctx.is_dirty(entry):
                views.refuse_leaf(entry)
            entry.node, entry.port, entry.requires_grad = node, port, True


@cache
def _op(cls: type[Function], inputs: int, outputs: int) -> OpSpec:
    names = tuple(f"x{index}" for index in range(inputs))
    return OpSpec(
        cls.__name__,
        inputs=names,
        outputs=tuple(f"y{index}" for index in range(outputs)),
        forward=lambda xp, *arrays, **_: cls.forward(*arrays),
        shape=lambda *shapes, specs, **_: specs[0][0] if outputs == 1 else tuple(spec[0] for spec in specs),
        joint=lambda xp, ct, s, wanted: results.backward(cls, ct, s, wanted),
        joint_jvp=(lambda xp, ts, s: results.jvp(cls, ts, s)) if has(cls, "jvp") else None,
    )


def once_differentiable(backward: Callable[..., Any]) -> Callable[..., Any]:
    """Decorator for a ``backward`` whose own gradient would be wrong: differentiating it raises GradError."""

    @wraps(backward)
    def once(ctx: FunctionCtx, *cotangents: Any) -> Any:
        with no_grad():
            found = backward(ctx, *cotangents)
        if not state.grad_enabled or not any(_requires(entry) for entry in (*cotangents, *ctx.saved_tensors)):
            return found
        gradients = found if isinstance(found, tuple) else (found,)
        ended = tuple(_ended(entry) if isinstance(entry, Tensor) else entry for entry in gradients)
        return ended if isinstance(found, tuple) else ended[0]

    return once


def _requires(entry: Any) -> bool:
    return isinstance(entry, Tensor) and entry.requires_grad


def _refuse(xp: Any, ct: Any, s: Any) -> Any:
    raise placed(
        GradError(
            "a gradient that is marked @once_differentiable was differentiated again",
            hint="write backward with differentiable ops and drop the mark, to have second derivatives",
        )
    )


ONCE = OpSpec(
    "once_differentiable",
    inputs=("x",),
    forward=lambda xp, x: x,
    shape=lambda x: tuple(x),
    dtype="same",
    vjps={"x": _refuse},
)


def _ended(gradient: Tensor) -> Tensor:
    """The gradient under an entry of the tape that refuses."""
    out = Tensor(gradient.data)
    end = Tensor(gradient.data, requires_grad=True)
    out.node = Node(ONCE, {}, [end], [0], out.backend, [gradient.shape], [gradient.data.dtype])
    out.requires_grad = True
    return out
