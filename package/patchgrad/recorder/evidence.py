"""What quantities are computed from: the numbers of one step, each worked out once.

Arrays here are strided samples on the host, or gradients on their device; they are gone when the
step's quantities are computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from patchgrad.backend import backend_of, host
from patchgrad.nn.parameter import Parameter
from patchgrad.recorder.layers import Layer, Layers
from patchgrad.recorder.seen import Seen
from patchgrad.recorder.strided import strided, to_host

NOTHING = Seen()


class Evidence:
    """The numbers of one step.

    Fields
        step         its number
        loss         before the update; None if not known
        layers       by depth
        activations  strided samples of the outputs, by layer uid
        peaks        largest output of every unit of a rectifier, by layer uid
        updates      strided samples (before, after) the update, by parameter name
        seen         what else the look has gathered: see `Seen`
        memory       of the quantity that is being computed: a dictionary that lasts over steps
    """

    def __init__(
        self,
        step: int,
        loss: float | None,
        layers: Layers,
        activations: Mapping[str, Any],
        peaks: Mapping[str, Any],
        updates: Mapping[str, tuple[Any, Any]],
        seen: Seen | None = None,
    ) -> None:
        self.step = step
        self.loss = loss
        self.layers = layers
        self.activations = activations
        self.peaks = peaks
        self.updates = updates
        self.seen = NOTHING if seen is None else seen
        self.memory: dict[str, Any] = {}

    @cached_property
    def gradients(self) -> dict[str, Any]:
        """Arrays of the gradients by parameter name, each parameter once; those without one are absent."""
        found: dict[int, tuple[str, Any]] = {}
        for layer in self.layers:
            for name, parameter in layer.parameters:
                if parameter.grad is not None:
                    found.setdefault(id(parameter), (name, parameter.grad.data))
        return dict(found.values())

    @cached_property
    def squared_norms(self) -> dict[str, float]:
        """Sum of squares of each gradient, by parameter name: one dot product each."""
        with host.errstate(all="ignore"):
            return {name: squared_norm(array) for name, array in self.gradients.items()}

    @cached_property
    def gradient_samples(self) -> dict[str, Any]:
        """Strided samples of each layer's largest gradient, by layer uid."""
        largest: dict[str, Any] = {}
        for layer in self.layers:
            arrays = [self.gradients[name] for name, _ in layer.parameters if name in self.gradients]
            if arrays:
                largest[layer.uid] = strided(max(arrays, key=lambda array: array.size))
        return dict(zip(largest, to_host(list(largest.values())), strict=True))


def squared_norm(array: Any) -> float:
    """``sum(x * x)`` by one dot product; in float64 once more where float32 gives no finite number."""
    flat = array.reshape(-1)
    found = float(backend_of(array).xp.dot(flat, flat).real)
    if found - found == 0.0 or array.dtype.itemsize > 4:
        return found
    wide = flat.astype("float64")
    return float(backend_of(array).xp.dot(wide, wide))


def weights(layer: Layer) -> list[tuple[str, Parameter]]:
    """The parameters of two and more axes; all of them where there are none such."""
    matrices = [(name, parameter) for name, parameter in layer.parameters if parameter.ndim > 1]
    return matrices or list(layer.parameters)
