"""A table of vectors, looked up by number."""

from __future__ import annotations

from typing import Any

from patchgrad.autograd.state import no_grad
from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.nn import functional, init
from patchgrad.nn.arguments import choice, counts
from patchgrad.nn.module import Module
from patchgrad.nn.parameter import Parameter
from patchgrad.tensor import Tensor


class Embedding(Module):
    """Row ``x`` of the table ``weight`` for each number ``x``.

    Shapes
        input (*) integers below num_embeddings  ->  y (*, embedding_dim)
    Parameters
        weight (num_embeddings, embedding_dim), normal with mean 0 and standard deviation 1
    Settings
        padding_idx         a row that begins as zeros and gets no gradient
        max_norm            rows that are looked up and longer are shortened to this norm, in the table itself
        norm_type           the p of that norm
        scale_grad_by_freq  divide the gradient of a row by how often it is looked up
        sparse              accepted; gradients are dense
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
        _weight: Tensor | None = None,
        _freeze: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        counts("Embedding", num_embeddings=num_embeddings, embedding_dim=embedding_dim)
        if padding_idx is not None and not -num_embeddings <= padding_idx < num_embeddings:
            raise ArgumentError(f"Embedding cannot use padding_idx={padding_idx}", want=f"a row below {num_embeddings}")
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.padding_idx = None if padding_idx is None else padding_idx % num_embeddings
        self.max_norm = max_norm
        self.norm_type = norm_type
        self.scale_grad_by_freq = scale_grad_by_freq
        self.sparse = sparse
        self.weight = _table(num_embeddings, embedding_dim, _weight, device, dtype)
        self.weight.requires_grad = not _freeze
        if _weight is None:
            self.reset_parameters()

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Tensor,
        freeze: bool = True,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
    ) -> Embedding:
        """A table with these values, (num_embeddings, embedding_dim), in its own memory; not trained if ``freeze``."""
        rows, columns = _sizes("Embedding", embeddings)
        settings = (padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse)
        return cls(rows, columns, *settings, _weight=embeddings.detach().clone(), _freeze=freeze)

    def reset_parameters(self) -> None:
        """Draw fresh first values."""
        _draw(self.weight, self.padding_idx)

    def forward(self, input: Tensor) -> Tensor:
        settings = (self.padding_idx, self.max_norm, self.norm_type, self.scale_grad_by_freq, self.sparse)
        return functional.embedding(input, self.weight, *settings)

    def extra_repr(self) -> str:
        padding = "" if self.padding_idx is None else f", padding_idx={self.padding_idx}"
        return f"{self.num_embeddings}, {self.embedding_dim}{padding}{_changed(self)}"


class EmbeddingBag(Module):
    """The sum, mean or maximum of the rows of each bag of numbers, without padding bags to one length.

    Shapes
        input (bags, n) integers below num_embeddings; or (total,) with offsets (bags,), where each bag begins
        ->  y (bags, embedding_dim)
    Parameters
        weight (num_embeddings, embedding_dim), normal with mean 0 and standard deviation 1
    Settings
        max_norm, norm_type, scale_grad_by_freq, sparse  as for `Embedding`
        mode                 "mean", "sum" or "max"
        include_last_offset  offsets end with the end of the last bag
        padding_idx          a row that begins as zeros and does not count
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: str = "mean",
        sparse: bool = False,
        _weight: Tensor | None = None,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        counts("EmbeddingBag", num_embeddings=num_embeddings, embedding_dim=embedding_dim)
        choice("EmbeddingBag", ("mean", "sum", "max"), mode=mode)
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.max_norm = max_norm
        self.norm_type = norm_type
        self.scale_grad_by_freq = scale_grad_by_freq
        self.mode = mode
        self.sparse = sparse
        self.include_last_offset = include_last_offset
        self.padding_idx = None if padding_idx is None else padding_idx % num_embeddings
        self.weight = _table(num_embeddings, embedding_dim, _weight, device, dtype)
        if _weight is None:
            self.reset_parameters()

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Tensor,
        freeze: bool = True,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: str = "mean",
        sparse: bool = False,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
    ) -> EmbeddingBag:
        """A table with these values, (num_embeddings, embedding_dim), in its own memory; not trained if ``freeze``."""
        rows, columns = _sizes("EmbeddingBag", embeddings)
        settings = (max_norm, norm_type, scale_grad_by_freq, mode, sparse, embeddings.detach().clone())
        made = cls(rows, columns, *settings, include_last_offset, padding_idx)
        made.weight.requires_grad = not freeze
        return made

    def reset_parameters(self) -> None:
        """Draw fresh first values."""
        _draw(self.weight, self.padding_idx)

    def forward(self, input: Tensor, offsets: Tensor | None = None, per_sample_weights: Tensor | None = None) -> Tensor:
        settings = (self.max_norm, self.norm_type, self.scale_grad_by_freq, self.mode, self.sparse)
        more = (per_sample_weights, self.include_last_offset, self.padding_idx)
        return functional.embedding_bag(input, self.weight, offsets, *settings, *more)

    def extra_repr(self) -> str:
        padding = "" if self.padding_idx is None else f", padding_idx={self.padding_idx}"
        return f"{self.num_embeddings}, {self.embedding_dim}{_changed(self)}, mode={self.mode!r}{padding}"


def _changed(table: Embedding | EmbeddingBag) -> str:
    """The settings that are not the usual ones, as PyTorch prints them."""
    usual = {"max_norm": None, "norm_type": 2, "scale_grad_by_freq": False, "sparse": False}
    names = [name for name, value in usual.items() if getattr(table, name) != value]
    return "".join(f", {name}={getattr(table, name)}" for name in names)


def _sizes(layer: str, embeddings: Tensor) -> tuple[int, ...]:
    if embeddings.ndim != 2:
        raise ShapeError(
            f"{layer}.from_pretrained wants a table",
            got=str(embeddings.shape),
            want="(num_embeddings, embedding_dim)",
        )
    return tuple(embeddings.shape)


def _table(rows: int, columns: int, values: Tensor | None, device: Any, dtype: Any) -> Parameter:
    if values is None:
        return Parameter.empty((rows, columns), device=device, dtype=dtype)
    if tuple(values.shape) != (rows, columns):
        raise ShapeError("_weight does not fit", got=str(values.shape), want=f"{(rows, columns)}")
    return Parameter(values)


def _draw(weight: Parameter, padding_idx: int | None) -> None:
    init.normal_(weight)
    if padding_idx is not None and str(weight.device) != "meta":
        with no_grad():
            weight[padding_idx] = 0.0
