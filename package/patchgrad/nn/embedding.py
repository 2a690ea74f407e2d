"""A table of vectors, looked up by number."""

from __future__ import annotations

from typing import Any

from patchgrad.autograd.state import no_grad
from patchgrad.errors import ArgumentError, ShapeError
from patchgrad.nn import functional, init
from patchgrad.nn.arguments import choice, counts
from patchgrad.nn.module import Module
from patchgrad.nn.parameter import Parameter, overwrite
from patchgrad.tensor import Tensor


class Embedding(Module):
    """Row ``x`` of the table ``weight`` for each number ``x``.

    Shapes
        x (*) integers below num_embeddings  ->  y (*, embedding_dim)
    Parameters
        weight (num_embeddings, embedding_dim), normal with mean 0 and standard deviation 1
    Settings
        padding_idx  a row that begins as zeros and gets no gradient
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        *,
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
        self.weight = Parameter.empty((num_embeddings, embedding_dim), device=device, dtype=dtype)
        self.reset_parameters()

    @classmethod
    def from_pretrained(cls, embeddings: Tensor, freeze: bool = True, padding_idx: int | None = None) -> Embedding:
        """A table with these values, (num_embeddings, embedding_dim), in its own memory; not trained if ``freeze``."""
        if embeddings.ndim != 2:
            raise ShapeError(
                "Embedding.from_pretrained wants a table",
                got=str(embeddings.shape),
                want="(num_embeddings, embedding_dim)",
            )
        rows, columns = embeddings.shape
        made = cls(rows, columns, padding_idx, dtype=embeddings.dtype, device=str(embeddings.device))
        overwrite(made.weight, embeddings.data)
        made.weight.requires_grad = not freeze
        return made

    def reset_parameters(self) -> None:
        """Draw fresh first values."""
        _draw(self.weight, self.padding_idx)

    def forward(self, x: Tensor) -> Tensor:
        return functional.embedding(x, self.weight, self.padding_idx)

    def extra_repr(self) -> str:
        padding = "" if self.padding_idx is None else f", padding_idx={self.padding_idx}"
        return f"{self.num_embeddings}, {self.embedding_dim}{padding}"


class EmbeddingBag(Module):
    """The sum, mean or maximum of the rows of each bag of numbers, without padding bags to one length.

    Shapes
        x (bags, n) integers below num_embeddings; or (total,) with offsets (bags,), where each bag begins
        ->  y (bags, embedding_dim)
    Parameters
        weight (num_embeddings, embedding_dim), normal with mean 0 and standard deviation 1
    Settings
        mode                 "mean", "sum" or "max"
        include_last_offset  offsets end with the end of the last bag
        padding_idx          a row that begins as zeros and does not count
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        *,
        mode: str = "mean",
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
        self.mode = mode
        self.include_last_offset = include_last_offset
        self.padding_idx = None if padding_idx is None else padding_idx % num_embeddings
        self.weight = Parameter.empty((num_embeddings, embedding_dim), device=device, dtype=dtype)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw fresh first values."""
        _draw(self.weight, self.padding_idx)

    def forward(self, x: Tensor, offsets: Tensor | None = None, per_sample_weights: Tensor | None = None) -> Tensor:
        settings = (self.include_last_offset, self.padding_idx)
        return functional.embedding_bag(x, self.weight, offsets, self.mode, per_sample_weights, *settings)

    def extra_repr(self) -> str:
        padding = "" if self.padding_idx is None else f", padding_idx={self.padding_idx}"
        return f"{self.num_embeddings}, {self.embedding_dim}, mode={self.mode!r}{padding}"


def _draw(weight: Parameter, padding_idx: int | None) -> None:
    init.normal_(weight)
    if padding_idx is not None and str(weight.device) != "meta":
        with no_grad():
            weight[padding_idx] = 0.0
