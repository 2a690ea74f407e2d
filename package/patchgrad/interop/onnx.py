"""ONNX: ``export`` writes a model as a file that other runtimes run; ``load`` reads one as a module that trains.

The packages ``onnx`` and, for the tests, ``onnxruntime`` are extras: ``pip install 'patchgrad[onnx]'``.
"""

from __future__ import annotations

from patchgrad.interop.onnx_export import export
from patchgrad.interop.onnx_import import load

__all__ = ["export", "load"]
