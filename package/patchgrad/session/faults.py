"""What stopped the training, and which layer it came from.

Looked for only after a fault: by a second forward pass, or in the traceback. Nothing is paid before.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from patchgrad.autograd.state import no_grad, observing
from patchgrad.backend import backend_of, host
from patchgrad.errors import DataError, PatchgradError
from patchgrad.nn import Module
from patchgrad.nn.keep import Keep
from patchgrad.session.step import NotFinite, Step, split
from patchgrad.tensor import Tensor


class Fault(msgspec.Struct, frozen=True):
    """Why the session stands still. ``layer`` is the name of the layer it came from, empty if none did."""

    text: str
    step: int
    layer: str = ""


def explained(error: BaseException, step: Step, module: Module, batch: Any, number: int) -> tuple[BaseException, str]:
    """The error as it should reach the user, and the layer it came from."""
    if isinstance(error, NotFinite):
        error, layer = _not_finite(error, step, module, batch)
    else:
        layer = _layer_in_traceback(error, module)
    if isinstance(error, PatchgradError):
        error.within(layer)
        error.where = f"{error.where}, step {number + 1}" if error.where else f"step {number + 1}"
    else:
        error.add_note(f"in {layer or 'the training step'}, step {number + 1}")
    return error, layer


def _not_finite(error: NotFinite, step: Step, module: Module, batch: Any) -> tuple[PatchgradError, str]:
    inputs, target = split(batch)
    for number, part in enumerate((*inputs, target)):
        bad = count_not_finite(part)
        if bad:
            return _bad_data(number, part, bad), ""
    for name, parameter in module.named_parameters():
        if count_not_finite(parameter):
            error.got += f"; {name} itself is not finite"
            return error, name.partition(".")[0]
    layer = _first_not_finite(step, module, batch)
    if layer:
        error.got += f"; {layer} is the first layer whose output is not finite"
    return error, layer


def _bad_data(number: int, part: Tensor, bad: int) -> DataError:
    return DataError(
        "a batch holds values that are not finite",
        got=f"{bad} of {part.data.size} values in part {number} of the batch are NaN or infinite",
        want="finite numbers",
        hint="clean the data; going on skips this batch",
    )


def count_not_finite(tensor: Tensor) -> int:
    """How many values are infinite or NaN; 0 for integers."""
    if not tensor.dtype.is_floating_point:
        return 0
    xp = backend_of(tensor.data).xp
    return int((~xp.isfinite(tensor.data)).sum())


class _FirstNotFinite:
    """An observer that notes the first module whose output is not finite."""

    found: Module | None = None

    def forward(self, op: Any, attrs: Any, inputs: Any, outputs: Any, node: Any) -> None: ...
    def backward(self, node: Any, cotangents: Any, gradients: Any) -> None: ...
    def enter(self, module: Any, args: Any) -> None: ...

    def leave(self, module: Module, output: Any) -> None:
        if self.found is None and any(count_not_finite(tensor) for tensor in _tensors(output)):
            self.found = module


def _tensors(output: Any) -> Iterator[Tensor]:
    if isinstance(output, Tensor):
        yield output
    elif isinstance(output, tuple | list):
        for part in output:
            yield from _tensors(part)


def _first_not_finite(step: Step, module: Module, batch: Any) -> str:
    watch, keep = _FirstNotFinite(), Keep(module, weights=True)
    try:
        with no_grad(), observing(watch), host.errstate(all="ignore"):
            step.loss_of(module, batch)
    finally:
        keep.restore()
    return _name_of(watch.found, module) if watch.found is not None else ""


def _layer_in_traceback(error: BaseException, module: Module) -> str:
    """The innermost layer that was computing when the error was raised."""
    names = {id(child): name for name, child in module.named_modules()}
    found, trace = "", error.__traceback__
    while trace is not None:
        owner = trace.tb_frame.f_locals.get("self")
        found = names.get(id(owner)) or found if isinstance(owner, Module) else found
        trace = trace.tb_next
    return found


def _name_of(layer: Module, module: Module) -> str:
    return next((name for name, child in module.named_modules() if child is layer), "")
