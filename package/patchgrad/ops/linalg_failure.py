"""From "did not work" of a library's linear algebra to an error that says which matrix and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patchgrad.backend import host
from patchgrad.errors import LinAlgError

SINGULAR = "a matrix is singular"
NOT_POSITIVE = "a matrix is not positive-definite"
DIVERGED = "the algorithm did not converge"
HINTS = {
    SINGULAR: "add a multiple of the identity, or use linalg.pinv or linalg.lstsq",
    NOT_POSITIVE: "all eigenvalues must be above 0: add a multiple of the identity",
    DIVERGED: "look for NaN or inf in the matrix",
}
WANTS = {
    SINGULAR: "a determinant other than 0",
    NOT_POSITIVE: "a Hermitian matrix with eigenvalues above 0",
    DIVERGED: "finite numbers",
}


def attempt(name: str, problem: str, function: Callable[..., Any], *arrays: Any) -> Any:
    """``function(*arrays)``. Raises LinAlgError that names the matrix of the batch which it refuses."""
    try:
        return function(*arrays)
    except host.linalg.LinAlgError:
        entry = _first(function, arrays)
        shape = tuple(arrays[0].shape)
        place = f"shape {shape}" if len(shape) == 2 else f"shape {shape}, batch entry {entry}"
        raise LinAlgError(f"{name}: {problem}", got=place, want=WANTS[problem], hint=HINTS[problem]) from None


def _first(function: Callable[..., Any], arrays: tuple[Any, ...]) -> tuple[int, ...]:
    """Where in the batch the first matrix stands that is refused."""
    batch = host.broadcast_shapes(*[tuple(array.shape[:-2]) for array in arrays])
    for entry in host.ndindex(*batch):
        try:
            function(*[_matrix(array, entry) for array in arrays])
        except host.linalg.LinAlgError:
            return entry
    return ()


def _matrix(array: Any, entry: tuple[int, ...]) -> Any:
    """One matrix of a batch that may have been broadcast."""
    sizes = array.shape[:-2]
    own = entry[len(entry) - len(sizes) :]
    return array[(*[0 if size == 1 else i for i, size in zip(own, sizes, strict=True)], ...)]
