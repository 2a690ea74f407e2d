"""A module of patchgrad that does what a module of PyTorch does: parameters of the same names, the same calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from patchgrad.backend import get_backend, host
from patchgrad.errors import PatchgradError
from patchgrad.interop import words
from patchgrad.interop.program import Program, Step
from patchgrad.nn.module import Module
from patchgrad.tensor import Tensor


class Traced(Module):
    """Parameters, buffers and children by name, and what is done with them.

    Fields
        source      the class that it was made from
        training_program, evaluation_program
                    what ``forward`` does in each mode; one and the same where only settings differ
    """

    def __init__(self, source: str, training_program: Program | None, evaluation_program: Program | None) -> None:
        super().__init__()
        self.source = source
        self.training_program = training_program
        self.evaluation_program = evaluation_program

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        program = self.training_program if self.training else self.evaluation_program
        if program is None:
            raise NotImplementedError(f"{self.source} only holds other modules: it has no forward method")
        return program.run(self, self._call, args, kwargs)

    def _call(self, step: Step, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        if step.kind == "attribute":
            return self._at(step.target)
        args, kwargs = words.here(args), words.here(kwargs)
        try:
            if step.kind == "module":
                return self.get_submodule(step.target)(*(self._tensor(arg) for arg in args), **kwargs)
            return words.called(f"method.{step.target}" if step.kind == "method" else step.target, args, kwargs)
        except PatchgradError as error:
            error.within(step.where)
            raise

    def _tensor(self, value: Any) -> Any:
        """Arrays that ONNX computed of sizes are tensors for a layer."""
        if not isinstance(value, host.ndarray):
            return value
        first = next(self.parameters(), None)
        return Tensor(get_backend("cpu" if first is None else first.device).asarray(value))

    def _at(self, path: str) -> Any:
        """The parameter, buffer or attribute at a dotted path."""
        owner, _, name = path.rpartition(".")
        return getattr(self.get_submodule(owner), name)

    def extra_repr(self) -> str:
        return f"from {self.source}"
