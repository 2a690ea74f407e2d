"""``find_nan``: which op first made a number that is not finite, in which layer, at which line, and from what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from patchgrad.autograd.provenance import Position, caller
from patchgrad.autograd.state import observing
from patchgrad.tensor import Tensor, worlds
from patchgrad.transforms import tree
from patchgrad.transforms.why.places import Numbers, Places, named_inputs, numbers, place, position_of, state_of

REASONS = {
    "div": "a division by zero, or of numbers that are too large",
    "reciprocal": "a division by zero",
    "log": "the logarithm of zero or of a negative number",
    "log2": "the logarithm of zero or of a negative number",
    "log10": "the logarithm of zero or of a negative number",
    "log1p": "the logarithm of zero or of a negative number",
    "sqrt": "the square root of a negative number; of zero, in backward",
    "rsqrt": "the square root of zero or of a negative number",
    "exp": "an exponential that is too large for the dtype",
    "expm1": "an exponential that is too large for the dtype",
    "pow": "a power that is too large, or of a negative number",
    "square": "a square that is too large for the dtype",
    "norm": "a norm of zeros, in backward",
    "std": "the standard deviation of equal numbers, in backward, or of one number",
    "var": "the variance of one number",
    "asin": "a number outside of -1 to 1",
    "acos": "a number outside of -1 to 1",
    "atanh": "a number outside of -1 to 1",
    "mean": "the mean of no numbers",
    "softmax": "a row whose entries are all -inf",
    "log_softmax": "a row whose entries are all -inf",
    "mul": "a product that is too large for the dtype, or zero times infinity",
    "sub": "infinity minus infinity",
    "cast": "a number that is too large for the new dtype",
}
"""What usually lies behind, by op."""


@dataclass(frozen=True, slots=True)
class NanOrigin:
    """The first number that was not finite.

    Fields
        what      "nan" or "inf"
        phase     "forward" or "backward" where an op made it, "input" where an op was given it
        op        the name of the op
        output    which output of the op, or (in backward) the gradient of which input
        layer     the path of the layer; empty outside of layers
        position  the user's line
        inputs    what went in: names in the op, shapes, ranges
    """

    what: str
    phase: str
    op: str
    output: str
    layer: str
    position: Position
    inputs: tuple[Numbers, ...]

    def __str__(self) -> str:
        word = "NaN" if self.what == "nan" else "infinity"
        found = {
            "forward": f"{self.op} made the first {word}",
            "backward": f"the backward rule of {self.op} made the first {word}, in the gradient of {self.output!r}",
            "input": f"{word} came in from outside: the input {self.output!r} of {self.op}",
        }[self.phase]
        reason = f"\n  maybe {REASONS[self.op]}" if self.phase != "input" and self.op in REASONS else ""
        given = "".join(f"\n  {'ct' if entry.name == 'ct' else 'from'}  {entry}" for entry in self.inputs)
        return f"{found}\n  in    {place(self.layer, self.position)}{given}{reason}"


class NanWatch(Places):
    """An observer that keeps the origin of the first NaN, and of every infinity for as long as it may become one."""

    def __init__(self) -> None:
        super().__init__()
        self.first_nan: NanOrigin | None = None
        self.backward_origin: NanOrigin | None = None
        self._seen: dict[int, tuple[Tensor, NanOrigin]] = {}

    def forward(
        self, op: Any, attrs: dict[str, Any], inputs: tuple[Any, ...], outputs: tuple[Any, ...], node: Any
    ) -> None:
        for name, output in zip(op.outputs, outputs, strict=True):
            what = state_of(output)
            if what:
                origin = self._from_inputs(op, inputs) or self._origin(what, "forward", op, name, inputs)
                self._seen[id(output)] = (output, origin)
                if what == "nan" and self.first_nan is None:
                    self.first_nan = origin

    def wrote(self, target: Tensor, result: Tensor) -> None:
        if id(result) in self._seen:
            self._seen[id(target)] = (target, self._seen[id(result)][1])
        else:
            self._seen.pop(id(target), None)

    def backward(self, node: Any, cotangents: Any, gradients: Any) -> None:
        if self.backward_origin is not None or any(state_of(ct) for ct in cotangents):
            return
        for i, gradient in enumerate(gradients):
            what = state_of(gradient)
            if what:
                name = node.op.inputs[0 if node.op.variadic else i]
                given = [("ct", ct) for ct in cotangents if ct is not None]
                kept = dict(zip(node.op.saved_names, node.saved or (), strict=False))
                facts = tuple(numbers(key, value) for key, value in (*given, *kept.items()) if hasattr(value, "dtype"))
                self.backward_origin = NanOrigin(
                    what, "backward", node.op.name, name, self.layer(node.scope), position_of(node), facts
                )
                return

    def origin_of(self, tensor: Tensor) -> NanOrigin | None:
        """Where what is not finite in this tensor came from, if it was seen."""
        while True:
            if id(tensor) in self._seen:
                return self._seen[id(tensor)][1]
            if tensor.lineage is None or tensor.lineage.source is None:
                return None
            tensor = tensor.lineage.source

    def _from_inputs(self, op: Any, inputs: Sequence[Any]) -> NanOrigin | None:
        wrong = [
            (name, entry, state_of(entry)) for name, entry in named_inputs(op, inputs) if isinstance(entry, Tensor)
        ]
        wrong = sorted((entry for entry in wrong if entry[2]), key=lambda entry: entry[2], reverse=True)
        for name, entry, what in wrong:
            return self.origin_of(entry) or self._origin(what, "input", op, name, inputs)
        return None

    def _origin(self, what: str, phase: str, op: Any, name: str, inputs: Sequence[Any]) -> NanOrigin:
        facts = tuple(numbers(key, value) for key, value in named_inputs(op, inputs))
        return NanOrigin(what, phase, op.name, name, self.layer(), Position.of(*caller()), facts)


def find_nan(function: Callable[..., Any], *args: Any, **kwargs: Any) -> NanOrigin | None:
    """Run ``function(*args, **kwargs)``, and backward from what it gives; tell where the first NaN or infinity began.

    An infinity counts where it reaches the result or becomes NaN: masks of -inf that a softmax takes are no fault.
    Gradients are computed, but not added to ``grad``.

    Returns
        a `NanOrigin`, which prints as a report; None if all is finite
    """
    watch = NanWatch()
    with observing(watch):
        results = tree.tensors(function(*args, **kwargs))
        if watch.first_nan is not None:
            return watch.first_nan
        for result in results:
            if state_of(result):
                return watch.origin_of(result)
        live = [result for result in results if result.requires_grad and result.node is not None]
        if live:
            ones = [Tensor(result.backend.xp.ones(result.shape, dtype=result.data.dtype)) for result in live]
            worlds.pull(live, ones, create_graph=False, keep=False)
    return watch.backward_origin
