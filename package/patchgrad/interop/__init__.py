"""In and out: files of weights, PyTorch's modules, ONNX. Other libraries are imported inside functions only."""

from patchgrad.interop.files import load, load_metadata, save
from patchgrad.interop.from_torch import from_torch
from patchgrad.interop.to_torch import to_torch
from patchgrad.interop.torch_source import torch_source

__all__ = ["from_torch", "load", "load_metadata", "save", "to_torch", "torch_source"]
