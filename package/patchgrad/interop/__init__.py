"""In and out: files of weights, PyTorch's modules, ONNX. Other libraries are imported inside functions only."""

from patchgrad.interop.files import load, load_metadata, save

__all__ = ["load", "load_metadata", "save"]
