"""Backward hooks of a module: its inputs and outputs pass through a boundary that sees their gradients together.

Used only where a module has such a hook. The boundary copies its tensors, so that nothing outside shares their memory.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from patchgrad.autograd.op import OpSpec
from patchgrad.tensor import Tensor, apply

Gradients = tuple[Any, ...]


@cache
def _boundary(count: int) -> OpSpec:
    """The op that hands ``count`` tensors through and shows their gradients to its attribute ``on_backward``."""
    names = tuple(f"x{index}" for index in range(count))
    return OpSpec(
        "module_boundary",
        inputs=names,
        outputs=tuple(f"y{index}" for index in range(count)),
        forward=lambda xp, *arrays, on_backward: (
            xp.asarray(arrays[0], copy=True) if count == 1 else tuple(xp.asarray(array, copy=True) for array in arrays)
        ),
        shape=lambda *shapes, on_backward: shapes[0] if count == 1 else shapes,
        dtype=lambda kinds, attrs: tuple(kinds),
        joint=_show,
    )


def _show(xp: Any, ct: Any, s: Any, wanted: list[bool]) -> Gradients:
    gradients = ct if len(wanted) > 1 else (ct,)
    shown = tuple(gradient if isinstance(gradient, Tensor) else Tensor(gradient) for gradient in gradients)
    answer = s.on_backward(shown)
    if answer is None:
        return gradients
    return tuple(
        new if isinstance(old, Tensor) or not isinstance(new, Tensor) else new.data
        for old, new in zip(gradients, answer, strict=True)
    )


class Crossing:
    """One call of a module with backward hooks: the gradients on its way in and out."""

    def __init__(self, module: Any, hooks: list[Callable[..., Any]], first: list[Callable[..., Any]]) -> None:
        self.module = module
        self.hooks = hooks
        self.first = first
        self.grad_output: Gradients = ()
        self.has_inputs = False

    def enter(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """The arguments, those that want a gradient behind the boundary."""
        self.has_inputs = any(isinstance(entry, Tensor) and entry.requires_grad for entry in args)
        return self._through(args, self._on_inputs) if self.has_inputs else args

    def leave(self, output: Any) -> Any:
        """The output behind the boundary."""
        if isinstance(output, Tensor):
            return self._through((output,), self._on_outputs)[0]
        return (
            type(output)(self._through(tuple(output), self._on_outputs)) if isinstance(output, tuple | list) else output
        )

    def _through(self, entries: tuple[Any, ...], on_backward: Callable[[Gradients], Any]) -> tuple[Any, ...]:
        places = [place for place, entry in enumerate(entries) if isinstance(entry, Tensor) and entry.requires_grad]
        if not places:
            return entries
        found = apply(_boundary(len(places)), *(entries[place] for place in places), on_backward=on_backward)
        passed = dict(zip(places, found if len(places) > 1 else (found,), strict=True))
        return tuple(passed.get(place, entry) for place, entry in enumerate(entries))

    def _on_outputs(self, gradients: Gradients) -> Gradients:
        for hook in self.first:
            answer = hook(self.module, gradients)
            if answer is not None:
                gradients = answer if isinstance(answer, tuple) else (answer,)
        self.grad_output = gradients
        if not self.has_inputs:
            self._on_inputs((None,))
        return gradients

    def _on_inputs(self, gradients: Gradients) -> Gradients | None:
        for hook in self.hooks:
            answer = hook(self.module, gradients, self.grad_output)
            if answer is not None:
                gradients = answer if isinstance(answer, tuple) else (answer,)
        return gradients
