"""A module of PyTorch that does what a program says. Imported by `to_torch` only: it needs PyTorch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from patchgrad.interop import words
from patchgrad.interop.program import Program, Step


class Programmed(torch.nn.Module):
    """Parameters, buffers and children by name, and what is done with them: the twin of ``Traced`` in PyTorch.

    Fields
        source  the class that it once was
        training_program, evaluation_program
                what ``forward`` does in each mode
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
            owner, _, name = step.target.rpartition(".")
            return getattr(self.get_submodule(owner), name)
        args, kwargs = words.there(args), words.there(kwargs)
        if step.kind == "module":
            return self.get_submodule(step.target)(*args, **kwargs)
        if step.kind == "method":
            return getattr(args[0], step.target)(*args[1:], **kwargs)
        return words.function_there(step.target)(*args, **kwargs)

    def extra_repr(self) -> str:
        return f"from {self.source}"
