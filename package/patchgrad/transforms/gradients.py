"""Gradients of results with respect to tensors of the tape: ``grad``, and ``backward`` of several results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from patchgrad.errors import ArgumentError, GradError
from patchgrad.tensor import Tensor, worlds
from patchgrad.tensor.explain import placed


def grad(
    outputs: Tensor | Sequence[Tensor],
    inputs: Tensor | Sequence[Tensor],
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Any, ...]:
    """Gradients of ``outputs`` with respect to ``inputs``, without touching any ``grad``.

    Parameters
        grad_outputs       cotangents, one per output; may be left out for outputs of one element
        create_graph       tape the gradients too, for higher derivatives
        allow_unused       give None for inputs that the outputs do not depend on, instead of GradError
        is_grads_batched   the cotangents have a further axis in front, and so have the gradients
        materialize_grads  give zeros instead of None
    """
    results, targets = _listed(outputs), _listed(inputs)
    if is_grads_batched:
        return _batched(results, targets, grad_outputs, create_graph, allow_unused, materialize_grads)
    if allow_unused is False and materialize_grads:
        raise placed(ArgumentError("materialize_grads gives zeros for unused inputs", got="allow_unused=False with it"))
    cts = first_cotangents(results, grad_outputs)
    for i, target in enumerate(targets):
        if not target.requires_grad:
            raise placed(
                GradError(
                    f"input {i} does not require a gradient",
                    got=f"a tensor of shape {target.shape}",
                    hint="requires_grad_() it before it is used",
                )
            )
    keys = [(target.node or target, target.port) for target in targets]
    keep = create_graph if retain_graph is None else retain_graph

    def hook(found: dict[Any, Any]) -> None:
        for key, target in zip(keys, targets, strict=True):
            if key in found and target.node is None and target.hooks is not None:
                found[key] = worlds.hooked(target, worlds.as_tensor(found[key]))

    found = worlds.pull(results, cts, create_graph=create_graph, keep=keep, wanted=set(keys), then=hook)
    return tuple(
        _result(found.get(key), i, targets[i], bool(allow_unused), materialize_grads) for i, key in enumerate(keys)
    )


def _result(value: Any, i: int, target: Tensor, allow_unused: bool, materialize: bool) -> Any:
    if value is not None:
        return worlds.as_tensor(value)
    if materialize:
        return Tensor(target.backend.xp.zeros(target.shape, dtype=target.data.dtype))
    if allow_unused:
        return None
    raise placed(
        GradError(
            f"the outputs do not depend on input {i}",
            got=f"input {i}, which the outputs were not computed from",
            hint="was it used? pass allow_unused=True to get None instead",
        )
    )


def _batched(
    results: list[Tensor], targets: list[Tensor], cts: Any, create_graph: bool, allow_unused: Any, materialize: bool
) -> tuple[Any, ...]:
    from patchgrad.transforms.batching.vmap import vmap

    used = (
        [grad(results, [target], None, True, False, True)[0] is not None for target in targets] if allow_unused else []
    )

    def one(*given: Tensor) -> list[Tensor]:
        return list(grad(results, targets, given, True, create_graph, allow_unused, False, True))

    found = vmap(one)(*_listed(cts))
    return tuple(value if materialize or not used or used[i] else None for i, value in enumerate(found))


def backward(
    tensors: Tensor | Sequence[Tensor],
    grad_tensors: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    grad_variables: Any = None,
    inputs: Tensor | Sequence[Tensor] | None = None,
) -> None:
    """Add the gradients of the sum of several results to ``grad`` of every leaf they were computed from.

    Parameters
        grad_tensors  cotangents, one per tensor; may be left out for tensors of one element
        inputs        only these tensors
    """
    results = _listed(tensors)
    cts = first_cotangents(results, grad_tensors if grad_variables is None else grad_variables)
    worlds.accumulate(results, cts, retain_graph, create_graph, None if inputs is None else _listed(inputs))


def first_cotangents(results: list[Tensor], given: Any) -> list[Tensor]:
    """One cotangent for each result."""
    cts = [None] * len(results) if given is None else _listed(given)
    if len(cts) != len(results):
        raise placed(
            ArgumentError("there must be one cotangent per result", got=f"{len(cts)} for {len(results)} results")
        )
    return [worlds.first_cotangent(result, ct) for result, ct in zip(results, cts, strict=True)]


def _listed(tensors: Any) -> list[Any]:
    return [tensors] if isinstance(tensors, Tensor) else list(tensors)
