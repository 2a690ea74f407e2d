"""``patchgrad.special``: functions of mathematics under the names of ``torch.special``.

A table of names alone: what stands behind them is in the files of their families.
"""

# Names are imported here to be found here.
# pyright: reportUnusedImport=false

from __future__ import annotations

from patchgrad.ops.activation import sigmoid as expit
from patchgrad.ops.entropy import entr, logit, xlog1py, xlogy
from patchgrad.ops.error_functions import erf, erfc
from patchgrad.ops.exponential import exp2, expm1, log1p
from patchgrad.ops.rounding import round
from patchgrad.ops.softmax import log_softmax, softmax
from patchgrad.ops.trigonometric import sinc
from patchgrad.ops.vector_norm import logsumexp

__all__ = [
    "entr", "erf", "erfc", "exp2", "expit", "expm1", "log1p", "log_softmax", "logit", "logsumexp", "round", "sinc",
    "softmax", "xlog1py", "xlogy",
]  # fmt: skip
