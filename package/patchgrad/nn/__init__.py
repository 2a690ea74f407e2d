"""Layers and models, with PyTorch's names."""

from patchgrad.nn import functional, init, utils
from patchgrad.nn.activation import GELU, LeakyReLU, LogSoftmax, ReLU, Sigmoid, SiLU, Softmax, Tanh
from patchgrad.nn.attention import MultiheadAttention
from patchgrad.nn.containers import ModuleDict, ModuleList, Sequential
from patchgrad.nn.conv import Conv2d
from patchgrad.nn.dropout import Dropout
from patchgrad.nn.embedding import Embedding
from patchgrad.nn.linear import Linear
from patchgrad.nn.loss import BCEWithLogitsLoss, CrossEntropyLoss, L1Loss, MSELoss
from patchgrad.nn.merge import Add, Concat, Identity
from patchgrad.nn.module import Module
from patchgrad.nn.norm import BatchNorm1d, BatchNorm2d, GroupNorm, LayerNorm
from patchgrad.nn.parameter import Parameter
from patchgrad.nn.pool import AdaptiveAvgPool2d, AvgPool2d, MaxPool2d
from patchgrad.nn.recurrent import LSTM
from patchgrad.nn.shape import Flatten, Unflatten

__all__ = [
    "functional",
    "init",
    "utils",
    "Module",
    "Parameter",
    "ModuleDict",
    "ModuleList",
    "Sequential",
    "Linear",
    "Conv2d",
    "BatchNorm1d",
    "BatchNorm2d",
    "GroupNorm",
    "LayerNorm",
    "Dropout",
    "Embedding",
    "LSTM",
    "MultiheadAttention",
    "AdaptiveAvgPool2d",
    "AvgPool2d",
    "MaxPool2d",
    "Flatten",
    "Unflatten",
    "GELU",
    "LeakyReLU",
    "LogSoftmax",
    "ReLU",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Tanh",
    "Add",
    "Concat",
    "Identity",
    "BCEWithLogitsLoss",
    "CrossEntropyLoss",
    "L1Loss",
    "MSELoss",
]
