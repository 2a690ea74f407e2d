"""A function that ran once on tensors of its own part of the tape: what every transform starts from.

The inputs are ``fresh``: the same values under new entries of the tape, so that the same tensor used from elsewhere
is not meant, and transforms nest. The tape of the run gives products with the Jacobian from either side.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from patchgrad.autograd.node import Node
from patchgrad.autograd.reverse import reachable
from patchgrad.autograd.state import enable_grad, is_grad_enabled
from patchgrad.backend.low import FLOATS
from patchgrad.errors import ArgumentError, GradError
from patchgrad.tensor import Tensor, forward, worlds
from patchgrad.tensor.explain import placed
from patchgrad.tensor.views import root_of
from patchgrad.transforms import tree


class Traced:
    """One run of ``function(*args)``, to be differentiated with respect to ``args[i]`` for ``i`` in ``argnums``.

    Fields
        output   what the function gave, without the part of the tape that began here
        aux      with ``has_aux`` the second of its results, which is not differentiated
    """

    def __init__(
        self, function: Callable[..., Any], args: Sequence[Any], argnums: Sequence[int], *, has_aux: bool = False
    ) -> None:
        chosen = [tree.flatten(args[i]) for i in argnums]
        self.sources: list[Tensor] = [require_tensor(leaf) for leaves, _ in chosen for leaf in leaves]
        self.fresh = [forward.fresh(source) for source in self.sources]
        self._keys = [(entry.node, 0) for entry in self.fresh]
        given = list(args)
        start = 0
        for i, (leaves, build) in zip(argnums, chosen, strict=True):
            given[i] = build(self.fresh[start : start + len(leaves)])
            start += len(leaves)
        self._builds = [(len(leaves), build) for leaves, build in chosen]
        self._roots = [(root_of(source), root_of(source).version) for source in self.sources]
        for root, _ in self._roots:
            root.kept = True
        with enable_grad():
            output = function(*given)
        output, aux = _pair(output) if has_aux else (output, None)
        leaves, self.build_output = tree.flatten(output)
        self.outputs = [_require_result(leaf) for leaf in leaves]
        self.follows = self._depends_on_others()
        self.output = self.build_output([self.seen(leaf) for leaf in self.outputs])
        self.aux = tree.map_leaves(self.seen, aux)

    def _depends_on_others(self) -> bool:
        """Were the results also computed from tensors that require a gradient elsewhere?"""
        own: set[Any] = {node for node, _ in self._keys}
        ends: list[Any] = [output for output in self.outputs if output.requires_grad and output.node is None]
        for node in reachable([output.node for output in self.outputs]):
            ends += [parent for parent in node.parents if parent is not None and type(parent) is not Node]
            if node not in own and node.op is forward.FRESH and node.parents[0] is None:
                return True
        return bool(ends) or any(source.requires_grad for source in self.sources)

    def seen(self, leaf: Any) -> Any:
        """A result as the caller sees it: with a past only where that reaches beyond this run."""
        if not isinstance(leaf, Tensor) or not leaf.requires_grad or (self.follows and is_grad_enabled()):
            return leaf
        return Tensor(leaf.data)

    def taped(self, extra: Sequence[Tensor]) -> bool:
        """Must products be taped, because someone may differentiate them?"""
        return is_grad_enabled() and (self.follows or any(entry.requires_grad for entry in extra))

    def pull(self, cotangents: Sequence[Tensor]) -> list[Tensor]:
        """Cotangents of the chosen inputs, zero where the results do not depend on one."""
        self._check_versions()
        live = [
            (output, ct)
            for output, ct in zip(self.outputs, cotangents, strict=True)
            if output.requires_grad and output.node is not None
        ]
        found = worlds.pull(
            [output for output, _ in live],
            [ct for _, ct in live],
            create_graph=self.taped(cotangents),
            keep=True,
            wanted=set(self._keys),
        )
        return [
            worlds.as_tensor(found[key]) if key in found else zeros_like(source)
            for key, source in zip(self._keys, self.sources, strict=True)
        ]

    def push(self, tangents: Sequence[Tensor]) -> list[Tensor]:
        """Tangents of the results, zero where one does not depend on the chosen inputs."""
        self._check_versions()
        given: dict[Any, Tensor] = dict(zip(self._keys, tangents, strict=True))
        found = forward.push(self.outputs, given, create_graph=self.taped(tangents))
        return [
            zeros_like(output) if moved is None else moved for output, moved in zip(self.outputs, found, strict=True)
        ]

    def build_inputs(self, leaves: Sequence[Any]) -> tuple[Any, ...]:
        """One tree per chosen argument."""
        found: list[Any] = []
        start = 0
        for count, build in self._builds:
            found.append(build(leaves[start : start + count]))
            start += count
        return tuple(found)

    def _check_versions(self) -> None:
        for root, version in self._roots:
            if root.requires_grad and root.node is None and root.version != version:
                raise placed(
                    GradError(
                        "an input was changed in place after the function ran",
                        got=f"a leaf of shape {root.shape} at version {root.version}",
                        want=f"version {version}",
                        hint="run the transform again after the change",
                    )
                )


def zeros_like(tensor: Tensor) -> Tensor:
    """Zeros without a past; unbatched, so that they fit any batch."""
    return Tensor(tensor.backend.xp.zeros(tensor.shape, dtype=tensor.data.dtype))


def require_tensor(leaf: Any) -> Tensor:
    """A leaf that can be differentiated with respect to. Raises ArgumentError or GradError."""
    if not isinstance(leaf, Tensor):
        raise placed(
            ArgumentError(
                "only tensors can be differentiated with respect to",
                got=f"{type(leaf).__name__} {leaf!r}",
                hint="leave it out of argnums, or make it a tensor",
            )
        )
    if leaf.data.dtype.kind not in FLOATS:
        raise placed(
            GradError(
                "only floating and complex tensors can be differentiated with respect to",
                got=f"dtype {leaf.dtype.name}",
                hint="call .float() first",
            )
        )
    return leaf


def _require_result(leaf: Any) -> Tensor:
    if not isinstance(leaf, Tensor):
        raise placed(
            ArgumentError(
                "the function must give tensors",
                got=f"{type(leaf).__name__} among its results",
                hint="give other results as the second of two, with has_aux=True",
            )
        )
    return leaf


def _pair(output: Any) -> tuple[Any, Any]:
    if not isinstance(output, tuple) or len(output) != 2:
        raise placed(
            ArgumentError(
                "with has_aux the function gives two results: what is differentiated, and the rest",
                got=type(output).__name__,
                want="a tuple of two",
            )
        )
    return output
