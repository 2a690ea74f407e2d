"""Helpers around modules, under PyTorch's names: clipping, vectors of parameters, sequences, parametrizations."""

from patchgrad.nn.utils import rnn
from patchgrad.nn.utils.clip_grad import clip_grad_norm_, clip_grad_value_
from patchgrad.nn.utils.convert_parameters import parameters_to_vector, vector_to_parameters

__all__ = [
    "clip_grad_norm_",
    "clip_grad_value_",
    "parameters_to_vector",
    "rnn",
    "vector_to_parameters",
]
