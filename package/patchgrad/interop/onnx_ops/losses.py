"""Losses: elements by a formula, classes by ONNX's own operators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patchgrad.backend import host
from patchgrad.interop.onnx_builder import Builder
from patchgrad.interop.recorded import Event
from patchgrad.interop.words import meaning
from patchgrad.tensor import Tensor

Values = Callable[..., str]


def _summed(b: Builder, values: str, reduction: str) -> str:
    """The loss from its values: their mean, their sum, or as they are."""
    if reduction == "none":
        return values
    return b.node("ReduceMean" if reduction == "mean" else "ReduceSum", values, keepdims=0)


def _by_element(rule: Values) -> Any:
    """A loss whose values are a formula of input, target and settings."""

    def write(b: Builder, e: Event) -> None:
        kind = b.dtype_of(e.outputs[0])
        names = [None if entry is None else b.name(entry, kind) for entry in e.inputs]
        settings = {name: value for name, value in e.attrs.items() if name != "reduction"}
        values = rule(b, *names, lambda value: b.constant(value, kind), **settings)
        b.set(0, _summed(b, values, e.attrs["reduction"]))

    return write


def _squared(b: Builder, x: str, y: str, number: Any) -> str:
    difference = b.node("Sub", x, y)
    return b.node("Mul", difference, difference)


def _huber(b: Builder, x: str, y: str, number: Any, delta: float, scale: float) -> str:
    """A parabola near zero, straight lines beyond ``delta``."""
    size = b.node("Abs", b.node("Sub", x, y))
    inner = b.node("Mul", b.node("Mul", size, size), number(0.5))
    outer = b.node("Mul", b.node("Sub", size, number(0.5 * delta)), number(delta))
    return b.node("Mul", b.node("Where", b.node("Less", size, number(delta)), inner, outer), number(scale))


def _entropy(b: Builder, x: str, y: str, number: Any) -> str:
    """Logarithms are cut off at -100."""
    one, floor = number(1), number(-100)
    yes = b.node("Max", b.node("Log", x), floor)
    no = b.node("Max", b.node("Log", b.node("Sub", one, x)), floor)
    return b.node("Neg", b.node("Add", b.node("Mul", y, yes), b.node("Mul", b.node("Sub", one, y), no)))


def _entropy_of_logits(b: Builder, x: str, y: str, weight: str | None, number: Any) -> str:
    yes, no = b.node("Softplus", b.node("Neg", x)), b.node("Softplus", x)
    yes = yes if weight is None else b.node("Mul", yes, weight)
    return b.node("Add", b.node("Mul", y, yes), b.node("Mul", b.node("Sub", number(1), y), no))


def _of_classes(op: str) -> Any:
    def write(b: Builder, e: Event) -> None:
        x, target, weight = e.inputs
        if b.rank(x) < 2:
            raise b.cannot("a loss of one sample without a batch axis")
        kind, smoothing = b.dtype_of(e.outputs[0]), e.attrs.get("label_smoothing", 0.0)
        names = [b.name(x, kind), b.name(target, "int64")]
        if smoothing:
            return b.set(0, _smoothed(b, e, names[0], names[1], smoothing))
        names += [] if weight is None else [b.name(weight, kind)]
        settings = {"reduction": e.attrs["reduction"], "ignore_index": e.attrs["ignore_index"]}
        return b.set(0, b.node(op, *names, **settings))

    return write


def _smoothed(b: Builder, e: Event, x: str, target: str, smoothing: float) -> str:
    """A part of the target is spread over all classes."""
    if e.inputs[2] is not None:
        raise b.cannot("label smoothing with weights of classes")
    kind, reduction = b.dtype_of(e.outputs[0]), e.attrs["reduction"]
    part, rest = b.constant(smoothing, kind), b.constant(1 - smoothing, kind)
    hit = b.node("SoftmaxCrossEntropyLoss", x, target, reduction="none", ignore_index=e.attrs["ignore_index"])
    spread = b.node("Neg", b.node("ReduceMean", b.node("LogSoftmax", x, axis=1), b.ints([1]), keepdims=0))
    ignored = b.node("Equal", target, b.constant(e.attrs["ignore_index"], "int64"))
    spread = b.node("Where", ignored, b.constant(0, kind), spread)
    values = b.node("Add", b.node("Mul", hit, rest), b.node("Mul", spread, part))
    if reduction != "mean":
        return _summed(b, values, reduction)
    count = b.node("ReduceSum", b.node("Cast", b.node("Not", ignored), to=b.kind(kind)), keepdims=0)
    return b.node("Div", b.node("ReduceSum", values, keepdims=0), count)


WRITE: dict[str, Any] = {
    "mse_loss": _by_element(_squared),
    "l1_loss": _by_element(lambda b, x, y, number: b.node("Abs", b.node("Sub", x, y))),
    "huber_loss": _by_element(_huber),
    "binary_cross_entropy": _by_element(_entropy),
    "binary_cross_entropy_with_logits": _by_element(_entropy_of_logits),
    "cross_entropy": _of_classes("SoftmaxCrossEntropyLoss"),
    "nll_loss": _of_classes("NegativeLogLikelihoodLoss"),
}


# --- Reading --------------------------------------------------------------------------------------


def _read_loss(name: str) -> Any:
    def read(x: Any, target: Any, weight: Any = None, ignore_index: int = -100, reduction: str = "mean") -> Any:
        found: Any = meaning(f"functional.{name}")
        target, weight = (_tensor(entry, x) for entry in (target, weight))
        return found(x, target.long(), weight=weight, ignore_index=ignore_index, reduction=reduction)

    return read


def _tensor(value: Any, like: Any) -> Any:
    return Tensor(like.backend.asarray(value)) if isinstance(value, host.ndarray) else value


READ: dict[str, Any] = {
    "SoftmaxCrossEntropyLoss": _read_loss("cross_entropy"),
    "NegativeLogLikelihoodLoss": _read_loss("nll_loss"),
}
