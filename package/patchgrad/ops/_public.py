"""Written by ``python -m patchgrad.emit``."""

OWN = 'T __abs__ __add__ __and__ __array__ __bool__ __eq__ __float__ __floordiv__ __ge__ __getitem__ __gt__ __iadd__ __iand__ __ifloordiv__ __ilshift__ __imatmul__ __imod__ __imul__ __index__ __int__ __invert__ __ior__ __ipow__ __irshift__ __isub__ __iter__ __itruediv__ __ixor__ __le__ __lshift__ __lt__ __matmul__ __mod__ __mul__ __ne__ __neg__ __or__ __pow__ __radd__ __rand__ __rfloordiv__ __rlshift__ __rmatmul__ __rmod__ __rmul__ __ror__ __rpow__ __rrshift__ __rshift__ __rsub__ __rtruediv__ __rxor__ __setitem__ __sub__ __truediv__ __xor__ bfloat16 bool byte cdouble cfloat char copy_ dim double fill_ float half int item long mT new_ones new_zeros numel numpy short size tolist zero_'
METHODS = {
    'activation': 'log_softmax relu sigmoid softmax',
    'arithmetic': 'acosh addcdiv addcmul allclose asinh atan2 atanh divide equal exp2 fmod frac hypot isclose lerp logaddexp logical_xor logit nan_to_num trunc xlogy',
    'arrange': 'diag diagonal repeat repeat_interleave roll tile trace',
    'bitwise': 'bitwise_and bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor',
    'creation': 'tril triu',
    'dtypes': 'is_complex is_floating_point is_signed',
    'elementwise': 'abs acos add asin atan ceil clamp cos cosh div eq exp expm1 floor floor_divide ge gt isfinite isinf isnan le log log10 log1p log2 logical_and logical_not logical_or lt maximum minimum mul ne neg pow reciprocal remainder round rsqrt sign sin sinh sqrt square sub tan tanh',
    'gather': 'gather index_add index_select masked_fill masked_select nonzero scatter scatter_add take_along_dim unique',
    'linalg': 'addmm baddbmm bmm dot inner matmul mm mv outer',
    'movement': 'broadcast_to chunk clone contiguous expand flatten flip movedim permute reshape split squeeze t transpose unbind unflatten unsqueeze view',
    'moving': 'cpu cuda pin_memory to type type_as',
    'random': 'bernoulli bernoulli_ multinomial normal_ random_ uniform_',
    'reduce': 'all amax amin any argmax argmin cumprod cumsum logsumexp mean norm prod std sum var',
    'sorting': 'argsort kthvalue max median min sort topk',
    'special': 'erf erfc',
}
IN_PLACE = {
    'activation': 'relu sigmoid',
    'arithmetic': 'addcdiv addcmul fmod frac lerp nan_to_num trunc',
    'creation': 'tril triu',
    'elementwise': 'abs acos add asin atan ceil clamp cos cosh div exp expm1 floor floor_divide log log10 log1p log2 logical_and logical_not logical_or mul neg pow reciprocal remainder round rsqrt sign sin sinh sqrt square sub tan tanh',
    'gather': 'index_add masked_fill scatter scatter_add',
    'special': 'erf',
}
PROPERTIES = {
}
OPS = {
    'elementwise': 'abs acos add asin atan cast ceil clamp cos cosh div eq exp expm1 floor floor_divide ge gt isfinite isinf isnan le log log10 log1p log2 logical_and logical_not logical_or lt maximum minimum mul ne neg pow reciprocal remainder round rsqrt sign sin sinh sqrt square sub tan tanh where',
    'arithmetic': 'acosh asinh atan2 atanh exp2 hypot logaddexp logical_xor trunc',
    'reduce': 'all amax amin any argmax argmin cumprod cumsum logsumexp mean norm prod sum var',
    'sorting': 'argsort',
    'pool': 'avg_pool2d avg_pool2d_spread max_pool2d max_pool2d_pick max_pool2d_spread',
    'norm': 'batch_norm group_norm layer_norm',
    'loss': 'binary_cross_entropy binary_cross_entropy_with_logits huber_loss l1_loss mse_loss',
    'bitwise': 'bitwise_and bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor',
    'movement': 'cat clone expand flip permute reshape',
    'class_distribution': 'class_distribution',
    'fold': 'col2im im2col',
    'conv': 'conv2d conv2d_input conv2d_weight',
    'class_loss': 'cross_entropy nll_loss',
    'dropout': 'dropout',
    'activation': 'elu gelu_tanh hardshrink hardsigmoid hardswish leaky_relu log_softmax logsigmoid prelu relu sigmoid silu softmax softplus softshrink threshold',
    'embedding': 'embedding embedding_weight one_hot',
    'special': 'erf erfc gelu',
    'gather': 'gather scatter scatter_add',
    'index': 'index_add index_put select',
    'linalg': 'linear matmul',
    'recurrent': 'lstm_layer',
    'arrange': 'pad roll tile',
    'moving': 'to_device',
}
