"""Real data sets, found on this machine, checked by hash, or downloaded."""

from patchgrad.datasets.digits import digits
from patchgrad.datasets.mnist import mnist

__all__ = ["digits", "mnist"]
