"""Written by ``python -m patchgrad.emit``."""

SUBMODULES = 'data datasets nn optim plots testing'
NAMES = {
    'patchgrad.backend.random': 'Generator default_generator fork_rng get_rng_state initial_seed manual_seed seed set_rng_state',
    'patchgrad.interop': 'load load_metadata save',
    'patchgrad.layergraph': 'LayerGraph edit layer',
    'patchgrad.ops': 'random',
    'patchgrad.ops.activation': 'log_softmax relu sigmoid softmax',
    'patchgrad.ops.arithmetic': 'acosh addcdiv addcmul allclose asinh atan2 atanh divide equal exp2 fmod frac hypot isclose lerp logaddexp logical_xor logit nan_to_num trunc xlogy',
    'patchgrad.ops.arrange': 'diag diagonal meshgrid repeat_interleave roll tile trace',
    'patchgrad.ops.bitwise': 'bitwise_and bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor',
    'patchgrad.ops.creation': 'arange as_tensor empty empty_like eye from_numpy full full_like linspace ones ones_like tensor tril triu zeros zeros_like',
    'patchgrad.ops.dtypes': 'bfloat16 can_cast cdouble cfloat double finfo float half iinfo int is_complex is_floating_point long promote_types result_type short uint16 uint32 uint64',
    'patchgrad.ops.einsum': 'einsum',
    'patchgrad.ops.elementwise': 'abs acos add asin atan ceil clamp cos cosh div eq exp expm1 floor floor_divide ge gt isfinite isinf isnan le log log10 log1p log2 logical_and logical_not logical_or lt maximum minimum mul ne neg pow reciprocal remainder round rsqrt sign sin sinh sqrt square sub tan tanh where',
    'patchgrad.ops.gather': 'gather index_add index_select masked_select nonzero scatter scatter_add take_along_dim unique',
    'patchgrad.ops.linalg': 'addmm baddbmm bmm dot inner matmul mm mv outer',
    'patchgrad.ops.movement': 'broadcast_to cat chunk clone concat flatten flip movedim permute reshape split squeeze stack transpose unbind unflatten unsqueeze',
    'patchgrad.ops.random': 'bernoulli multinomial normal rand rand_like randint randint_like randn randn_like randperm',
    'patchgrad.ops.reduce': 'all amax amin any argmax argmin cumprod cumsum logsumexp mean norm prod std sum var',
    'patchgrad.ops.sorting': 'argsort kthvalue max median min sort topk',
    'patchgrad.ops.special': 'erf erfc',
    'patchgrad.recorder': 'watch',
    'patchgrad.session': 'Session',
    'patchgrad.transforms': 'grad',
    'patchgrad.widgets': 'studio',
}
