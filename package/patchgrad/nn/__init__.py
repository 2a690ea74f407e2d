"""Layers and models, with PyTorch's names."""

from typing import TYPE_CHECKING

from patchgrad.lazy import attach
from patchgrad.nn._public import NAMES, SUBMODULES

if TYPE_CHECKING:
    from patchgrad.nn import functional, init, utils
    from patchgrad.nn.activation import GELU, LeakyReLU, LogSoftmax, ReLU, Sigmoid, SiLU, Softmax, Tanh
    from patchgrad.nn.attention import MultiheadAttention
    from patchgrad.nn.bent import (
        Hardshrink,
        Hardsigmoid,
        Hardswish,
        Hardtanh,
        PReLU,
        ReLU6,
        RReLU,
        Softshrink,
        Threshold,
    )
    from patchgrad.nn.cells import GRUCell, LSTMCell, RNNCell
    from patchgrad.nn.containers import ModuleDict, ModuleList, Sequential
    from patchgrad.nn.conv import Conv1d, Conv2d, Conv3d
    from patchgrad.nn.conv_transpose import ConvTranspose1d, ConvTranspose2d
    from patchgrad.nn.distance import Bilinear, CosineSimilarity, PairwiseDistance
    from patchgrad.nn.dropout import AlphaDropout, Dropout, Dropout1d, Dropout2d, Dropout3d
    from patchgrad.nn.element_loss import BCELoss, GaussianNLLLoss, HuberLoss, KLDivLoss, PoissonNLLLoss, SmoothL1Loss
    from patchgrad.nn.embedding import Embedding, EmbeddingBag
    from patchgrad.nn.instance_norm import InstanceNorm1d, InstanceNorm2d, InstanceNorm3d, LocalResponseNorm, RMSNorm
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
    from patchgrad.nn.merge import Add, Concat, Identity, Multiply
    from patchgrad.nn.module import Module
    from patchgrad.nn.norm import BatchNorm1d, BatchNorm2d, BatchNorm3d, GroupNorm, LayerNorm
    from patchgrad.nn.padding import (
        CircularPad1d,
        CircularPad2d,
        CircularPad3d,
        ConstantPad1d,
        ConstantPad2d,
        ConstantPad3d,
        ReflectionPad1d,
        ReflectionPad2d,
        ReflectionPad3d,
        ReplicationPad1d,
        ReplicationPad2d,
        ReplicationPad3d,
        ZeroPad1d,
        ZeroPad2d,
        ZeroPad3d,
    )
    from patchgrad.nn.parameter import Parameter
    from patchgrad.nn.parameter_containers import ParameterDict, ParameterList
    from patchgrad.nn.pool import AdaptiveAvgPool2d, AvgPool2d, MaxPool2d
    from patchgrad.nn.pool_forms import (
        AdaptiveAvgPool1d,
        AdaptiveMaxPool1d,
        AdaptiveMaxPool2d,
        AvgPool1d,
        LPPool1d,
        LPPool2d,
        MaxPool1d,
        MaxUnpool2d,
    )
    from patchgrad.nn.recurrent import GRU, LSTM, RNN
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
    from patchgrad.nn.transformer import Transformer
    from patchgrad.nn.transformer_layers import (
        TransformerDecoder,
        TransformerDecoderLayer,
        TransformerEncoder,
        TransformerEncoderLayer,
    )
    from patchgrad.nn.upsample import Upsample, UpsamplingBilinear2d, UpsamplingNearest2d

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
    "EmbeddingBag",
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
    "Multiply",
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
    "Conv1d",
    "Conv3d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "CircularPad1d",
    "CircularPad2d",
    "CircularPad3d",
    "ConstantPad1d",
    "ConstantPad2d",
    "ConstantPad3d",
    "ReflectionPad1d",
    "ReflectionPad2d",
    "ReflectionPad3d",
    "ReplicationPad1d",
    "ReplicationPad2d",
    "ReplicationPad3d",
    "ZeroPad1d",
    "ZeroPad2d",
    "ZeroPad3d",
    "InstanceNorm1d",
    "InstanceNorm2d",
    "InstanceNorm3d",
    "LocalResponseNorm",
    "RMSNorm",
    "AdaptiveAvgPool1d",
    "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2d",
    "AvgPool1d",
    "LPPool1d",
    "LPPool2d",
    "MaxPool1d",
    "MaxUnpool2d",
    "Upsample",
    "UpsamplingBilinear2d",
    "UpsamplingNearest2d",
    "AlphaDropout",
    "Dropout1d",
    "Dropout2d",
    "Dropout3d",
    "BatchNorm3d",
    "GRU",
    "RNN",
    "GRUCell",
    "LSTMCell",
    "RNNCell",
    "ParameterDict",
    "ParameterList",
    "Transformer",
    "TransformerDecoder",
    "TransformerDecoderLayer",
    "TransformerEncoder",
    "TransformerEncoderLayer",
]

__getattr__, __dir__ = attach(__name__, NAMES, SUBMODULES)
