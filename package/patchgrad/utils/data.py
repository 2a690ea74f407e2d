"""``patchgrad.data`` under PyTorch's name."""

# Names are imported here to be found here.
# pyright: reportUnusedImport=false

from patchgrad.data import *  # noqa: F403
from patchgrad.data import __all__ as __all__
