"""Methods that write in place, as functions: ``relu_(x)``. Written by ``python -m patchgrad.emit``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patchgrad.tensor import Tensor

__all__ = [
    "abs_",
    "absolute_",
    "acos_",
    "acosh_",
    "add_",
    "addbmm_",
    "addcdiv_",
    "addcmul_",
    "addmm_",
    "addmv_",
    "addr_",
    "apply_",
    "arccos_",
    "arccosh_",
    "arcsin_",
    "arcsinh_",
    "arctan2_",
    "arctan_",
    "arctanh_",
    "as_strided_",
    "asin_",
    "asinh_",
    "atan2_",
    "atan_",
    "atanh_",
    "baddbmm_",
    "bernoulli_",
    "bitwise_and_",
    "bitwise_left_shift_",
    "bitwise_not_",
    "bitwise_or_",
    "bitwise_right_shift_",
    "bitwise_xor_",
    "cauchy_",
    "ceil_",
    "clamp_",
    "clamp_max_",
    "clamp_min_",
    "clip_",
    "conj_physical_",
    "copy_",
    "copysign_",
    "cos_",
    "cosh_",
    "cumprod_",
    "cumsum_",
    "deg2rad_",
    "digamma_",
    "div_",
    "divide_",
    "eq_",
    "erf_",
    "erfc_",
    "erfinv_",
    "exp2_",
    "exp_",
    "expm1_",
    "exponential_",
    "fill_",
    "fill_diagonal_",
    "fix_",
    "float_power_",
    "floor_",
    "floor_divide_",
    "fmod_",
    "frac_",
    "gcd_",
    "ge_",
    "geometric_",
    "greater_",
    "greater_equal_",
    "gt_",
    "heaviside_",
    "hypot_",
    "i0_",
    "igamma_",
    "igammac_",
    "index_add_",
    "index_copy_",
    "index_fill_",
    "index_put_",
    "index_reduce_",
    "lcm_",
    "ldexp_",
    "le_",
    "lerp_",
    "less_",
    "less_equal_",
    "lgamma_",
    "log10_",
    "log1p_",
    "log2_",
    "log_",
    "log_normal_",
    "logical_and_",
    "logical_not_",
    "logical_or_",
    "logical_xor_",
    "logit_",
    "lt_",
    "map2_",
    "map_",
    "masked_fill_",
    "masked_scatter_",
    "mul_",
    "multiply_",
    "mvlgamma_",
    "nan_to_num_",
    "ne_",
    "neg_",
    "negative_",
    "nextafter_",
    "normal_",
    "not_equal_",
    "pow_",
    "put_",
    "rad2deg_",
    "random_",
    "reciprocal_",
    "relu_",
    "remainder_",
    "renorm_",
    "resize_",
    "resize_as_",
    "round_",
    "rsqrt_",
    "scatter_",
    "scatter_add_",
    "scatter_reduce_",
    "set_",
    "sgn_",
    "sigmoid_",
    "sign_",
    "sin_",
    "sinc_",
    "sinh_",
    "sqrt_",
    "square_",
    "squeeze_",
    "sub_",
    "subtract_",
    "swapaxes_",
    "swapdims_",
    "t_",
    "tan_",
    "tanh_",
    "transpose_",
    "tril_",
    "triu_",
    "true_divide_",
    "trunc_",
    "uniform_",
    "unsqueeze_",
    "xlogy_",
    "zero_",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(name)
    return getattr(Tensor, name)


abs_: Callable[..., Tensor]
absolute_: Callable[..., Tensor]
acos_: Callable[..., Tensor]
acosh_: Callable[..., Tensor]
add_: Callable[..., Tensor]
addbmm_: Callable[..., Tensor]
addcdiv_: Callable[..., Tensor]
addcmul_: Callable[..., Tensor]
addmm_: Callable[..., Tensor]
addmv_: Callable[..., Tensor]
addr_: Callable[..., Tensor]
apply_: Callable[..., Tensor]
arccos_: Callable[..., Tensor]
arccosh_: Callable[..., Tensor]
arcsin_: Callable[..., Tensor]
arcsinh_: Callable[..., Tensor]
arctan2_: Callable[..., Tensor]
arctan_: Callable[..., Tensor]
arctanh_: Callable[..., Tensor]
as_strided_: Callable[..., Tensor]
asin_: Callable[..., Tensor]
asinh_: Callable[..., Tensor]
atan2_: Callable[..., Tensor]
atan_: Callable[..., Tensor]
atanh_: Callable[..., Tensor]
baddbmm_: Callable[..., Tensor]
bernoulli_: Callable[..., Tensor]
bitwise_and_: Callable[..., Tensor]
bitwise_left_shift_: Callable[..., Tensor]
bitwise_not_: Callable[..., Tensor]
bitwise_or_: Callable[..., Tensor]
bitwise_right_shift_: Callable[..., Tensor]
bitwise_xor_: Callable[..., Tensor]
cauchy_: Callable[..., Tensor]
ceil_: Callable[..., Tensor]
clamp_: Callable[..., Tensor]
clamp_max_: Callable[..., Tensor]
clamp_min_: Callable[..., Tensor]
clip_: Callable[..., Tensor]
conj_physical_: Callable[..., Tensor]
copy_: Callable[..., Tensor]
copysign_: Callable[..., Tensor]
cos_: Callable[..., Tensor]
cosh_: Callable[..., Tensor]
cumprod_: Callable[..., Tensor]
cumsum_: Callable[..., Tensor]
deg2rad_: Callable[..., Tensor]
digamma_: Callable[..., Tensor]
div_: Callable[..., Tensor]
divide_: Callable[..., Tensor]
eq_: Callable[..., Tensor]
erf_: Callable[..., Tensor]
erfc_: Callable[..., Tensor]
erfinv_: Callable[..., Tensor]
exp2_: Callable[..., Tensor]
exp_: Callable[..., Tensor]
expm1_: Callable[..., Tensor]
exponential_: Callable[..., Tensor]
fill_: Callable[..., Tensor]
fill_diagonal_: Callable[..., Tensor]
fix_: Callable[..., Tensor]
float_power_: Callable[..., Tensor]
floor_: Callable[..., Tensor]
floor_divide_: Callable[..., Tensor]
fmod_: Callable[..., Tensor]
frac_: Callable[..., Tensor]
gcd_: Callable[..., Tensor]
ge_: Callable[..., Tensor]
geometric_: Callable[..., Tensor]
greater_: Callable[..., Tensor]
greater_equal_: Callable[..., Tensor]
gt_: Callable[..., Tensor]
heaviside_: Callable[..., Tensor]
hypot_: Callable[..., Tensor]
i0_: Callable[..., Tensor]
igamma_: Callable[..., Tensor]
igammac_: Callable[..., Tensor]
index_add_: Callable[..., Tensor]
index_copy_: Callable[..., Tensor]
index_fill_: Callable[..., Tensor]
index_put_: Callable[..., Tensor]
index_reduce_: Callable[..., Tensor]
lcm_: Callable[..., Tensor]
ldexp_: Callable[..., Tensor]
le_: Callable[..., Tensor]
lerp_: Callable[..., Tensor]
less_: Callable[..., Tensor]
less_equal_: Callable[..., Tensor]
lgamma_: Callable[..., Tensor]
log10_: Callable[..., Tensor]
log1p_: Callable[..., Tensor]
log2_: Callable[..., Tensor]
log_: Callable[..., Tensor]
log_normal_: Callable[..., Tensor]
logical_and_: Callable[..., Tensor]
logical_not_: Callable[..., Tensor]
logical_or_: Callable[..., Tensor]
logical_xor_: Callable[..., Tensor]
logit_: Callable[..., Tensor]
lt_: Callable[..., Tensor]
map2_: Callable[..., Tensor]
map_: Callable[..., Tensor]
masked_fill_: Callable[..., Tensor]
masked_scatter_: Callable[..., Tensor]
mul_: Callable[..., Tensor]
multiply_: Callable[..., Tensor]
mvlgamma_: Callable[..., Tensor]
nan_to_num_: Callable[..., Tensor]
ne_: Callable[..., Tensor]
neg_: Callable[..., Tensor]
negative_: Callable[..., Tensor]
nextafter_: Callable[..., Tensor]
normal_: Callable[..., Tensor]
not_equal_: Callable[..., Tensor]
pow_: Callable[..., Tensor]
put_: Callable[..., Tensor]
rad2deg_: Callable[..., Tensor]
random_: Callable[..., Tensor]
reciprocal_: Callable[..., Tensor]
relu_: Callable[..., Tensor]
remainder_: Callable[..., Tensor]
renorm_: Callable[..., Tensor]
resize_: Callable[..., Tensor]
resize_as_: Callable[..., Tensor]
round_: Callable[..., Tensor]
rsqrt_: Callable[..., Tensor]
scatter_: Callable[..., Tensor]
scatter_add_: Callable[..., Tensor]
scatter_reduce_: Callable[..., Tensor]
set_: Callable[..., Tensor]
sgn_: Callable[..., Tensor]
sigmoid_: Callable[..., Tensor]
sign_: Callable[..., Tensor]
sin_: Callable[..., Tensor]
sinc_: Callable[..., Tensor]
sinh_: Callable[..., Tensor]
sqrt_: Callable[..., Tensor]
square_: Callable[..., Tensor]
squeeze_: Callable[..., Tensor]
sub_: Callable[..., Tensor]
subtract_: Callable[..., Tensor]
swapaxes_: Callable[..., Tensor]
swapdims_: Callable[..., Tensor]
t_: Callable[..., Tensor]
tan_: Callable[..., Tensor]
tanh_: Callable[..., Tensor]
transpose_: Callable[..., Tensor]
tril_: Callable[..., Tensor]
triu_: Callable[..., Tensor]
true_divide_: Callable[..., Tensor]
trunc_: Callable[..., Tensor]
uniform_: Callable[..., Tensor]
unsqueeze_: Callable[..., Tensor]
xlogy_: Callable[..., Tensor]
zero_: Callable[..., Tensor]
