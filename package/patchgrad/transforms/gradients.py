"""Functions of functions: gradients of results with respect to chosen tensors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from patchgrad.errors import GradError
from patchgrad.tensor import Tensor, worlds
from patchgrad.tensor.explain import placed


def grad(
    outputs: Tensor | Sequence[Tensor],
    inputs: Tensor | Sequence[Tensor],
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: bool = False,
) -> tuple[Any, ...]:
    """Gradients of ``outputs`` with respect to ``inputs``, without touching any ``grad``.

    Parameters
        grad_outputs  cotangents, one per output; may be left out for outputs of one element
        create_graph  tape the gradients too, for higher derivatives
        allow_unused  give None for inputs that the outputs do not depend on, instead of GradError
    """
    results = [outputs] if isinstance(outputs, Tensor) else list(outputs)
    targets = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    given = [grad_outputs] if grad_outputs is None or isinstance(grad_outputs, Tensor) else list(grad_outputs)
    given += [None] * (len(results) - len(given))
    cts = [worlds.first_cotangent(result, ct) for result, ct in zip(results, given, strict=True)]
    keys = [(target.node or target, target.port) for target in targets]
    keep = create_graph if retain_graph is None else retain_graph
    found = worlds.pull(results, cts, create_graph=create_graph, keep=keep, wanted=set(keys))
    return tuple(_result(found.get(key), i, allow_unused, create_graph) for i, key in enumerate(keys))


def _result(value: Any, i: int, allow_unused: bool, create_graph: bool) -> Any:
    if value is None:
        if allow_unused:
            return None
        raise placed(
            GradError(
                f"the outputs do not depend on input {i}",
                hint="was it used? pass allow_unused=True to get None instead",
            )
        )
    return value if create_graph else worlds.tensor_of(value)
