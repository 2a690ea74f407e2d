"""Machine code from a small subset of Python: the language, its compiler, and the way to call what it made.

``language.py`` says what a kernel may contain; ``compiled.py`` when kernels are compiled and how they are called;
``translate.py`` writes LLVM's text and ``machine.py`` makes machine code of it. The kernels themselves stand in
``patchgrad/backend/kernels``.
"""

from patchgrad.backend.native.compiled import KernelWarning, native, native_exact
from patchgrad.backend.native.language import inline

__all__ = ["KernelWarning", "inline", "native", "native_exact"]
