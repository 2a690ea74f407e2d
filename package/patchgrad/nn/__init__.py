"""Layers and models, with PyTorch's names."""

from typing import TYPE_CHECKING

from patchgrad.lazy import attach
from patchgrad.nn._public import NAMES, SUBMODULES

if TYPE_CHECKING:
    from patchgrad.nn import functional, init, utils
    from patchgrad.nn.activation import GELU, LeakyReLU, LogSoftmax, ReLU, Sigmoid, SiLU, Softmax, Tanh
    from patchgrad.nn.adaptive_pool import (
        AdaptiveAvgPool1d,
        AdaptiveAvgPool2d,
        AdaptiveAvgPool3d,
        AdaptiveMaxPool1d,
        AdaptiveMaxPool2d,
        AdaptiveMaxPool3d,
    )
    from patchgrad.nn.adaptive_softmax import AdaptiveLogSoftmaxWithLoss
    from patchgrad.nn.attention import MultiheadAttention
    from patchgrad.nn.axes import ExpandBatch, Index, Permute, Reshape
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
    from patchgrad.nn.buffer import Buffer
    from patchgrad.nn.calculation import Arithmetic, Divide, Elementwise, MaskedFill, MatMul, Reduce, Subtract
    from patchgrad.nn.cells import GRUCell, LSTMCell, RNNCell, RNNCellBase
    from patchgrad.nn.containers import ModuleDict, ModuleList, Sequential
    from patchgrad.nn.conv import Conv1d, Conv2d, Conv3d
    from patchgrad.nn.conv_transpose import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
    from patchgrad.nn.delay import Delay
    from patchgrad.nn.distance import Bilinear, CosineSimilarity, PairwiseDistance
    from patchgrad.nn.dropout import AlphaDropout, Dropout, Dropout1d, Dropout2d, Dropout3d, FeatureAlphaDropout
    from patchgrad.nn.element_loss import BCELoss, GaussianNLLLoss, HuberLoss, KLDivLoss, PoissonNLLLoss, SmoothL1Loss
    from patchgrad.nn.embedding import Embedding, EmbeddingBag
    from patchgrad.nn.fold import Fold, Unfold
    from patchgrad.nn.instance_norm import (
        InstanceNorm1d,
        InstanceNorm2d,
        InstanceNorm3d,
        LocalResponseNorm,
        RMSNorm,
    )
    from patchgrad.nn.lazy_layers import (
        LazyBatchNorm1d,
        LazyBatchNorm2d,
        LazyBatchNorm3d,
        LazyConv1d,
        LazyConv2d,
        LazyConv3d,
        LazyConvTranspose1d,
        LazyConvTranspose2d,
        LazyConvTranspose3d,
        LazyInstanceNorm1d,
        LazyInstanceNorm2d,
        LazyInstanceNorm3d,
        LazyLinear,
    )
    from patchgrad.nn.linear import Linear
    from patchgrad.nn.linear_cross_entropy import LinearCrossEntropyOptions
    from patchgrad.nn.linear_loss import LinearCrossEntropyLoss
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
    from patchgrad.nn.pool import AvgPool1d, AvgPool2d, AvgPool3d, MaxPool1d, MaxPool2d, MaxPool3d
    from patchgrad.nn.pool_forms import (
        FractionalMaxPool2d,
        FractionalMaxPool3d,
        LPPool1d,
        LPPool2d,
        LPPool3d,
        MaxUnpool1d,
        MaxUnpool2d,
        MaxUnpool3d,
    )
    from patchgrad.nn.recurrent import GRU, LSTM, RNN
    from patchgrad.nn.recurrent_base import RNNBase
    from patchgrad.nn.sequence_loss import CTCLoss
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
    from patchgrad.nn.source import Constant, Learned
    from patchgrad.nn.transformer import Transformer
    from patchgrad.nn.transformer_layers import (
        TransformerDecoder,
        TransformerDecoderLayer,
        TransformerEncoder,
        TransformerEncoderLayer,
    )
    from patchgrad.nn.uninitialized import UninitializedBuffer, UninitializedParameter
    from patchgrad.nn.upsample import Upsample, UpsamplingBilinear2d, UpsamplingNearest2d

__all__ = [
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AdaptiveAvgPool3d",
    "AdaptiveLogSoftmaxWithLoss",
    "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2d",
    "AdaptiveMaxPool3d",
    "Add",
    "AlphaDropout",
    "Arithmetic",
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "BCELoss",
    "BCEWithLogitsLoss",
    "BatchNorm1d",
    "BatchNorm2d",
    "BatchNorm3d",
    "Bilinear",
    "Buffer",
    "CELU",
    "CTCLoss",
    "ChannelShuffle",
    "CircularPad1d",
    "CircularPad2d",
    "CircularPad3d",
    "Concat",
    "Constant",
    "ConstantPad1d",
    "ConstantPad2d",
    "ConstantPad3d",
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "ConvTranspose3d",
    "CosineEmbeddingLoss",
    "CosineSimilarity",
    "CrossEntropyLoss",
    "Delay",
    "Divide",
    "Dropout",
    "Dropout1d",
    "Dropout2d",
    "Dropout3d",
    "ELU",
    "Elementwise",
    "Embedding",
    "EmbeddingBag",
    "ExpandBatch",
    "FeatureAlphaDropout",
    "Flatten",
    "Fold",
    "FractionalMaxPool2d",
    "FractionalMaxPool3d",
    "GELU",
    "GLU",
    "GRU",
    "GRUCell",
    "GaussianNLLLoss",
    "GroupNorm",
    "Hardshrink",
    "Hardsigmoid",
    "Hardswish",
    "Hardtanh",
    "HingeEmbeddingLoss",
    "HuberLoss",
    "Identity",
    "Index",
    "InstanceNorm1d",
    "InstanceNorm2d",
    "InstanceNorm3d",
    "KLDivLoss",
    "L1Loss",
    "LPPool1d",
    "LPPool2d",
    "LPPool3d",
    "LSTM",
    "LSTMCell",
    "LayerNorm",
    "LazyBatchNorm1d",
    "LazyBatchNorm2d",
    "LazyBatchNorm3d",
    "LazyConv1d",
    "LazyConv2d",
    "LazyConv3d",
    "LazyConvTranspose1d",
    "LazyConvTranspose2d",
    "LazyConvTranspose3d",
    "LazyInstanceNorm1d",
    "LazyInstanceNorm2d",
    "LazyInstanceNorm3d",
    "LazyLinear",
    "LeakyReLU",
    "Learned",
    "Linear",
    "LinearCrossEntropyLoss",
    "LinearCrossEntropyOptions",
    "LocalResponseNorm",
    "LogSigmoid",
    "LogSoftmax",
    "MSELoss",
    "MarginRankingLoss",
    "MaskedFill",
    "MatMul",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
    "MaxUnpool1d",
    "MaxUnpool2d",
    "MaxUnpool3d",
    "Mish",
    "Module",
    "ModuleDict",
    "ModuleList",
    "MultiLabelMarginLoss",
    "MultiLabelSoftMarginLoss",
    "MultiMarginLoss",
    "MultiheadAttention",
    "Multiply",
    "NLLLoss",
    "PReLU",
    "PairwiseDistance",
    "Parameter",
    "ParameterDict",
    "ParameterList",
    "Permute",
    "PixelShuffle",
    "PixelUnshuffle",
    "PoissonNLLLoss",
    "RMSNorm",
    "RNN",
    "RNNBase",
    "RNNCell",
    "RNNCellBase",
    "RReLU",
    "ReLU",
    "ReLU6",
    "Reduce",
    "ReflectionPad1d",
    "ReflectionPad2d",
    "ReflectionPad3d",
    "ReplicationPad1d",
    "ReplicationPad2d",
    "ReplicationPad3d",
    "Reshape",
    "SELU",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "SmoothL1Loss",
    "SoftMarginLoss",
    "Softmax",
    "Softmax2d",
    "Softmin",
    "Softplus",
    "Softshrink",
    "Softsign",
    "Subtract",
    "Tanh",
    "Tanhshrink",
    "Threshold",
    "Transformer",
    "TransformerDecoder",
    "TransformerDecoderLayer",
    "TransformerEncoder",
    "TransformerEncoderLayer",
    "TripletMarginLoss",
    "TripletMarginWithDistanceLoss",
    "Unflatten",
    "Unfold",
    "UninitializedBuffer",
    "UninitializedParameter",
    "Upsample",
    "UpsamplingBilinear2d",
    "UpsamplingNearest2d",
    "ZeroPad1d",
    "ZeroPad2d",
    "ZeroPad3d",
    "functional",
    "init",
    "utils",
]

__getattr__, __dir__ = attach(__name__, NAMES, SUBMODULES)
