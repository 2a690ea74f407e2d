"""Smooth activations, and the rest of the softmax family; ``inplace`` is accepted and changes nothing."""

from __future__ import annotations

from patchgrad.errors import ShapeError
from patchgrad.nn import functional
from patchgrad.nn.module import Module
from patchgrad.nn.settings import Shown
from patchgrad.tensor import Tensor


class ELU(Shown):
    """``x`` where positive, ``alpha * (exp(x) - 1)`` elsewhere. Source: Clevert et al. 2016."""

    shown = ("alpha",)

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha = alpha
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return functional.elu(input, self.alpha)


class CELU(Shown):
    """``x`` where positive, ``alpha * (exp(x / alpha) - 1)`` elsewhere. Source: Barron 2017."""

    shown = ("alpha",)

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha = alpha
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return functional.celu(input, self.alpha)


class SELU(Shown):
    """A scaled ELU that keeps mean 0 and variance 1 from layer to layer. Source: Klambauer et al. 2017."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return functional.selu(input)


class Softplus(Shown):
    """``log(1 + exp(beta x)) / beta``, and ``x`` itself where ``beta * x > threshold``."""

    shown = ("beta", "threshold")

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__()
        self.beta = beta
        self.threshold = threshold

    def forward(self, input: Tensor) -> Tensor:
        return functional.softplus(input, self.beta, self.threshold)


class Mish(Shown):
    """``x * tanh(softplus(x))``. Source: Misra 2019."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return functional.mish(input)


class LogSigmoid(Module):
    """``log(sigmoid(x))``, without underflow."""

    def forward(self, input: Tensor) -> Tensor:
        return functional.logsigmoid(input)


class Softsign(Module):
    """``x / (1 + |x|)``, from -1 to 1."""

    def forward(self, input: Tensor) -> Tensor:
        return functional.softsign(input)


class Tanhshrink(Module):
    """``x - tanh(x)``."""

    def forward(self, input: Tensor) -> Tensor:
        return functional.tanhshrink(input)


class GLU(Shown):
    """The first half of ``dim`` times the sigmoid of the second half: (*, 2n, *) -> (*, n, *).

    Source
        Dauphin et al. 2017, Language modeling with gated convolutional networks.
    """

    shown = ("dim",)

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        return functional.glu(input, self.dim)


class Softmin(Shown):
    """`Softmax` of ``-x``: the smallest number gets the largest share."""

    shown = ("dim",)

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        return functional.softmin(input, self.dim)


class Softmax2d(Module):
    """Softmax over the channels at each place of an image: (batch, channels, height, width) -> same."""

    def forward(self, input: Tensor) -> Tensor:
        if input.ndim not in (3, 4):
            raise ShapeError(
                f"Softmax2d cannot take x: {input.shape}",
                got=f"x: {input.shape}",
                want="(batch, channels, height, width) or (channels, height, width)",
                where=self.path,
            )
        return functional.softmax(input, -3)
