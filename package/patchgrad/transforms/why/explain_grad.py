"""``explain_grad``: why is this gradient None or zero?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from patchgrad.autograd.node import Node
from patchgrad.autograd.provenance import Position
from patchgrad.autograd.reverse import reachable
from patchgrad.autograd.state import enable_grad, observing
from patchgrad.errors import ArgumentError
from patchgrad.tensor import Tensor, worlds
from patchgrad.tensor.explain import placed
from patchgrad.transforms.why.flow import Cut, Flow
from patchgrad.transforms.why.places import Places, place, position_of, state_of

RECTIFIERS = ("relu", "threshold", "clamp", "hardshrink", "softshrink", "hardswish")
SATURATING = ("sigmoid", "tanh", "softmax", "log_softmax", "hardsigmoid", "erf", "erfc", "logsigmoid", "gelu", "silu")
PRODUCTS = ("mul", "matmul", "linear", "conv2d", "div", "pow", "square")
STEPS = ("sign", "floor", "ceil", "round", "trunc")
TINY = 1e-6
"""A saturating op that lets less than this part of a gradient through stops learning."""


NOWHERE = Position("", 0)


@dataclass(frozen=True, slots=True)
class GradReport:
    """Why a gradient is as it is.

    Fields
        cause     "fine", "requires_grad_false", "not_a_leaf", "never_backward", "unused", "detached", "no_grad",
                  "integer", "dead_units", "saturated", "multiplied_by_zero", "constant", "not_selected", "not_finite"
                  or "zero"
        text      the same in plain words, with what to try
        op        the op concerned; empty if there is none
        layer     the path of its layer
        position  its line
        size      the largest entry of the gradient, where it was computed
    """

    cause: str
    text: str
    op: str = ""
    layer: str = ""
    position: Position = NOWHERE
    size: float | None = None

    def __str__(self) -> str:
        where = f"\n  in    {place(self.layer, self.position)}" if self.op else ""
        return f"{self.text}{where}"


def explain_grad(param: Tensor, loss: Tensor | Callable[[], Any] | None = None) -> GradReport:
    """Why is ``param.grad`` None or zero?

    Parameters
        loss  a function that computes the loss anew, which tells most; or the loss itself, while its tape is there.
              Gradients are computed, but not added to ``grad``
    """
    if not param.requires_grad:
        return GradReport(
            "requires_grad_false", "The tensor does not require a gradient: call requires_grad_() on it before its use."
        )
    if param.node is not None:
        return GradReport(
            "not_a_leaf",
            "The tensor was computed by an op, so its gradient is not kept: call retain_grad() on it, or look at "
            "the leaf that it was computed from.",
            param.node.op.name,
            "",
            position_of(param.node),
        )
    if loss is None:
        return _without_loss(param)
    return _of_tensor(param, loss) if isinstance(loss, Tensor) else _of_function(param, loss)


def _without_loss(param: Tensor) -> GradReport:
    if param.grad is None:
        return GradReport(
            "never_backward",
            "No backward pass has reached the tensor since its gradient was last cleared. Pass a function that "
            "computes the loss to know whether one would.",
        )
    if not _largest(param.grad):
        return GradReport(
            "zero", "The gradient is zero. Pass a function that computes the loss to know where it vanished.", size=0.0
        )
    return _verdict(param, _largest(param.grad))


def _of_function(param: Tensor, function: Callable[[], Any]) -> GradReport:
    flow = Flow(param)
    with enable_grad(), observing(flow):
        result = function()
    if not isinstance(result, Tensor):
        raise placed(
            ArgumentError("the function must give the loss", got=type(result).__name__, want="a tensor of one number")
        )
    found = flow.of(result, "the loss")
    if found is None:
        return _unused(flow)
    if not found.taped:
        return _cut(found.cut)
    return _by_gradients(param, result, flow)


def _unused(flow: Flow) -> GradReport:
    if not flow.readers:
        return GradReport("unused", "No op read the tensor: the computation of the loss does not use it.")
    last = flow.readers[-1]
    text = (
        f"The tensor was used, but what was computed from it does not reach the loss; {last.op} was the last to use it."
    )
    return GradReport("unused", text, last.op, last.layer, last.position)


CUTS = {
    "detached": "A tensor on the way to the loss was detached: drop the detach(), if its gradient is wanted.",
    "no_grad": "An op on the way to the loss ran under no_grad: move it out of the block, if its gradient is wanted.",
    "integer": "An op on the way to the loss has no gradient: it gives whole numbers or truth values, or has no rule.",
}


def _cut(cut: Cut | None) -> GradReport:
    if cut is None:
        return GradReport("unused", "The tape does not lead from the tensor to the loss.")
    return GradReport(cut.cause, CUTS[cut.cause], cut.op, cut.layer, cut.position)


def _of_tensor(param: Tensor, loss: Tensor) -> GradReport:
    order = reachable([loss.node])
    if not any(parent is param for node in order for parent in node.parents):
        return GradReport(
            "unused",
            "The tape of the loss does not lead to the tensor: it was not used, or detached, or used under no_grad. "
            "Pass a function that computes the loss to know which.",
        )
    if any(node.saved is None for node in order):
        return _without_loss(param)
    return _by_gradients(param, loss, Places())


class _Sizes(Places):
    """Sizes of what goes into each rule and comes out of it."""

    def __init__(self, paths: dict[int, tuple[Any, str]]) -> None:
        super().__init__()
        self.paths = paths
        self.found: dict[Node, tuple[float, list[float | None]]] = {}

    def backward(self, node: Any, cotangents: Any, gradients: Any) -> None:
        into = max((_largest(ct) for ct in cotangents if ct is not None), default=0.0)
        self.found[node] = (into, [None if entry is None else _largest(entry) for entry in gradients])


def _by_gradients(param: Tensor, loss: Tensor, places: Places) -> GradReport:
    sizes = _Sizes(places.paths)
    ones = Tensor(loss.backend.xp.ones(loss.shape, dtype=loss.data.dtype))
    with observing(sizes):
        found = worlds.pull([loss], [ones], create_graph=False, keep=True, wanted={(param, 0)})
    gradient = found.get((param, 0))
    size = 0.0 if gradient is None else _largest(gradient)
    if gradient is not None and state_of(worlds.as_tensor(gradient)):
        return GradReport(
            "not_finite", "The gradient is not finite: pg.find_nan(function) tells where that began.", size=size
        )
    narrow = _narrowest(param, loss, sizes)
    if narrow is None or (size > TINY and narrow[1] > 0.0):
        return _verdict(param, size)
    node, ratio, index = narrow
    if size == 0.0 or (node.op.name in SATURATING and ratio < TINY):
        return _vanished(node, index, sizes, size)
    return _verdict(param, size)


def _narrowest(param: Tensor, loss: Tensor, sizes: _Sizes) -> tuple[Node, float, int] | None:
    """The entry of the tape between loss and tensor that lets least of a gradient through; of equals the newest."""
    leading: set[Any] = {param}
    best: tuple[Node, float, int] | None = None
    for node in reversed(reachable([loss.node])):
        on_way = [i for i, parent in enumerate(node.parents) if parent is not None and parent in leading]
        if on_way:
            leading.add(node)
        into, out = sizes.found.get(node, (0.0, []))
        for i in on_way:
            part = (out[i] or 0.0) / into if into and i < len(out) else 1.0
            if best is None or part <= best[1]:
                best = (node, part, i)
    return best


def _vanished(node: Node, index: int, sizes: _Sizes, size: float) -> GradReport:
    cause, text = _reason(node.op.name)
    return GradReport(cause, text, node.op.name, sizes.layer(node.scope), position_of(node), size)


def _reason(name: str) -> tuple[str, str]:
    if name in RECTIFIERS:
        return "dead_units", (
            f"All units of a {name} on the way to the loss are off, so no gradient passes: lower the learning rate or "
            "the bias, normalise its input, or take a rectifier with a slope (leaky_relu)."
        )
    if name in SATURATING:
        return "saturated", (
            f"A {name} on the way to the loss is saturated: its input is so large that it is flat there. Scale the "
            "input down, normalise it, or start from smaller weights."
        )
    if name in PRODUCTS:
        return "multiplied_by_zero", f"A {name} on the way to the loss multiplies by zero: its other input is all zero."
    if name in STEPS:
        return "constant", f"{name} on the way to the loss is flat everywhere: it has the gradient zero."
    if name in ("where", "select", "gather", "max_pool2d", "amax", "amin", "dropout", "embedding", "masked_fill"):
        return "not_selected", f"{name} on the way to the loss takes other elements: those of the tensor do not count."
    return "zero", f"The gradient becomes zero in the backward rule of {name}."


def _verdict(param: Tensor, size: float) -> GradReport:
    if param.grad is None:
        return GradReport(
            "never_backward",
            f"Nothing stops the gradient (its largest entry would be {size:.3g}), but no backward pass has reached the "
            "tensor since it was last cleared: call loss.backward() before you look.",
            size=size,
        )
    return GradReport("fine", f"Nothing is wrong: the largest entry of the gradient is {size:.3g}.", size=size)


def _largest(value: Any) -> float:
    tensor = worlds.as_tensor(value)
    if tensor.data.size == 0:
        return 0.0
    xp = tensor.backend.xp
    return float(xp.max(xp.abs(tensor.data)))
