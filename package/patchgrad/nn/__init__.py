"""Layers and models, with PyTorch's names."""

from patchgrad.nn import functional, init, utils
from patchgrad.nn.activation import GELU, LeakyReLU, LogSoftmax, ReLU, Sigmoid, SiLU, Softmax, Tanh
from patchgrad.nn.attention import MultiheadAttention
from patchgrad.nn.bent import Hardshrink, Hardsigmoid, Hardswish, Hardtanh, PReLU, ReLU6, RReLU, Softshrink, Threshold
from patchgrad.nn.containers import ModuleDict, ModuleList, Sequential
from patchgrad.nn.conv import Conv2d
from patchgrad.nn.distance import Bilinear, CosineSimilarity, PairwiseDistance
from patchgrad.nn.dropout import Dropout
from patchgrad.nn.element_loss import BCELoss, GaussianNLLLoss, HuberLoss, KLDivLoss, PoissonNLLLoss, SmoothL1Loss
from patchgrad.nn.embedding import Embedding
from patchgrad.nn.linear import Linear
from patchgrad.nn.loss import BCEWithLogitsLoss, CrossEntropyLoss, L1Loss, MSELoss, NLLLoss
from patchgrad.nn.margin_loss import (
    CosineEmbeddingLoss,
    HingeEmbeddingLoss,
    MarginRankingLoss,
    MultiLabelMarginLoss,
    MultiLabelSoftMarginLoss,
    MultiMarginLoss,
    SoftMarginLoss,
    TripletMarginLoss,
    TripletMarginWithDistanceLoss,
)
from patchgrad.nn.merge import Add, Concat, Identity
from patchgrad.nn.module import Module
from patchgrad.nn.norm import BatchNorm1d, BatchNorm2d, GroupNorm, LayerNorm
from patchgrad.nn.parameter import Parameter
from patchgrad.nn.pool import AdaptiveAvgPool2d, AvgPool2d, MaxPool2d
from patchgrad.nn.recurrent import LSTM
from patchgrad.nn.shape import Flatten, Unflatten
from patchgrad.nn.shuffle import ChannelShuffle, PixelShuffle, PixelUnshuffle
from patchgrad.nn.smooth import (
    CELU,
    ELU,
    GLU,
    SELU,
    LogSigmoid,
    Mish,
    Softmax2d,
    Softmin,
    Softplus,
    Softsign,
    Tanhshrink,
)

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
    "Hardshrink",
    "Hardsigmoid",
    "Hardswish",
    "Hardtanh",
    "PReLU",
    "ReLU6",
    "RReLU",
    "Softshrink",
    "Threshold",
    "CELU",
    "ELU",
    "GLU",
    "LogSigmoid",
    "Mish",
    "SELU",
    "Softmax2d",
    "Softmin",
    "Softplus",
    "Softsign",
    "Tanhshrink",
    "Bilinear",
    "CosineSimilarity",
    "PairwiseDistance",
    "ChannelShuffle",
    "PixelShuffle",
    "PixelUnshuffle",
    "BCELoss",
    "GaussianNLLLoss",
    "HuberLoss",
    "KLDivLoss",
    "PoissonNLLLoss",
    "SmoothL1Loss",
    "CosineEmbeddingLoss",
    "HingeEmbeddingLoss",
    "MarginRankingLoss",
    "MultiLabelMarginLoss",
    "MultiLabelSoftMarginLoss",
    "MultiMarginLoss",
    "SoftMarginLoss",
    "TripletMarginLoss",
    "TripletMarginWithDistanceLoss",
    "NLLLoss",
]
