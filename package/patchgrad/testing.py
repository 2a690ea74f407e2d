"""Checks of gradients against finite differences; public, for ops and functions of one's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from patchgrad.backend import host
from patchgrad.errors import GradError
from patchgrad.tensor import Tensor
from patchgrad.transforms import grad

Function = Callable[..., Any]


def _results(function: Function, inputs: Sequence[Any]) -> list[Tensor]:
    found = function(*inputs)
    found = [found] if isinstance(found, Tensor) else list(found)
    return [entry for entry in found if entry.dtype.kind in "fc"]


def _project(results: Sequence[Tensor], directions: Sequence[Any]) -> float:
    """The real part of the inner product, linear in every real number that the results hold."""
    pairs = zip(results, directions, strict=True)
    return float(sum((result.data * direction.conj()).sum().real for result, direction in pairs))


def _direction(rng: Any, like: Tensor) -> Any:
    """Random numbers in the shape of a result, complex where that is."""
    found = rng.standard_normal(like.shape)
    return found + 1j * rng.standard_normal(like.shape) if like.dtype.is_complex else found


def _numeric(function: Function, inputs: Sequence[Any], which: int, directions: Sequence[Any], eps: float) -> Any:
    """Central differences of the projected result with respect to each element of one input."""
    data = inputs[which].data
    flat = data.reshape(-1).view(data.real.dtype)
    out = host.zeros_like(flat)
    for i in range(flat.size):
        kept = flat[i]
        ends: list[float] = []
        for step in (eps, -eps):
            flat[i] = kept + step
            ends.append(_project(_results(function, inputs), directions))
        flat[i] = kept
        out[i] = (ends[0] - ends[1]) / (2 * eps)
    return out.view(data.dtype).reshape(data.shape)


def _targets(inputs: Sequence[Any]) -> list[int]:
    chosen = [i for i, entry in enumerate(inputs) if isinstance(entry, Tensor) and entry.requires_grad]
    for i in chosen:
        if inputs[i].dtype.name not in ("float64", "complex128"):
            raise GradError(
                "finite differences need double precision",
                got=f"input {i}: {inputs[i].dtype.name}",
                hint="make it with dtype=float64 or complex128",
            )
        inputs[i].data = host.ascontiguousarray(inputs[i].data)
    return chosen


def gradcheck(
    function: Function,
    inputs: Sequence[Any],
    *,
    eps: float = 1e-6,
    atol: float = 1e-6,
    rtol: float = 1e-4,
    seed: int = 0,
) -> bool:
    """Compare the gradient of a random projection of ``function(*inputs)`` with central differences.

    Raises GradError that names the input and the largest difference; returns True otherwise.
    """
    targets = _targets(inputs)
    rng = host.random.default_rng(seed)
    results = _results(function, inputs)
    directions = [_direction(rng, result) for result in results]
    live = [
        (result, Tensor(direction))
        for result, direction in zip(results, directions, strict=True)
        if result.requires_grad
    ]
    if not live:
        raise GradError(
            "no result of the function requires a gradient", hint="are the inputs made with requires_grad=True?"
        )
    found = grad([r for r, _ in live], [inputs[i] for i in targets], [d for _, d in live], allow_unused=True)
    for i, analytic in zip(targets, found, strict=True):
        numeric = _numeric(function, inputs, i, directions, eps)
        exact = host.zeros_like(numeric) if analytic is None else analytic.data
        if not host.allclose(exact, numeric, atol=atol, rtol=rtol):
            worst = float(host.max(host.abs(exact - numeric)))
            raise GradError(
                f"the gradient of input {i} is wrong", got=f"{exact}", want=f"{numeric} (difference {worst:.2e})"
            )
    return True


def gradgradcheck(
    function: Function,
    inputs: Sequence[Any],
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    seed: int = 0,
) -> bool:
    """`gradcheck` of the gradient itself."""
    targets = _targets(inputs)
    rng = host.random.default_rng(seed + 1)
    directions = [_direction(rng, result) for result in _results(function, inputs)]

    def gradient(*changed: Any) -> list[Tensor]:
        results = _results(function, changed)
        live = [(r, Tensor(d)) for r, d in zip(results, directions, strict=True) if r.requires_grad]
        found = grad(
            [r for r, _ in live],
            [changed[i] for i in targets],
            [d for _, d in live],
            create_graph=True,
            allow_unused=True,
        )
        return [entry for entry in found if entry is not None]

    if not any(entry.requires_grad for entry in gradient(*inputs)):
        return True
    return gradcheck(gradient, inputs, eps=eps, atol=atol, rtol=rtol, seed=seed)
