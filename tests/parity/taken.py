"""Dtypes that PyTorch refuses and that are taken here, by function; a test holds the list against both.

Listed are the functions whose cases are tried in these dtypes; convolutions, pooling and most losses are not.
PyTorch refuses most for want of a kernel, not of a meaning. Here one rule per op computes them all: bools count as
0 and 1, whole numbers stay whole where sums and products of them are taken and become the default float elsewhere,
complex ones follow the formula, and what compares them refuses them. `round`, `sign`, `isin` and `unique` of complex
numbers are those of the array API standard.
"""

_LISTED = {
    "bool": """
        addbmm addcmul addmm addmv argmax argmin baddbmm bmm bucketize ceil chain_matmul clamp corrcoef cov
        cumulative_trapezoid dot einsum fix floor inner kthvalue linalg.matmul linalg.multi_dot linalg.vander matmul
        matrix_power median mm mv nanmedian nn.functional.pad nn.functional.relu nn.functional.relu6
        nn.functional.tanhshrink relu rsub searchsorted special.multigammaln sub tensordot threshold topk trace
        trapezoid trapz trunc vdot
    """,
    "bool complex128": """
        index_reduce isin scatter_reduce
    """,
    "complex128": """
        cdist cumsum linalg.cond linalg.ldl_solve logaddexp2 lu_unpack nan_to_num nansum nn.functional.pdist
        nn.functional.prelu nn.functional.silu pdist prelu scatter scatter_add select_scatter sign slice_scatter
        special.xlog1py special.xlogy unique unique_consecutive vander xlogy
    """,
    "int64 int32 uint8 bool": """
        celu lerp linalg.vecdot logcumsumexp nn.functional.celu nn.functional.normalize renorm stft
    """,
    "int64 int32 uint8 bool complex128": """
        cosine_similarity nanmean nn.functional.cosine_similarity nn.functional.glu norm round special.round
    """,
    "int64 int32 uint8 complex128": """
        dist
    """,
    "uint8": """
        pow
    """,
    "uint8 bool": """
        gradient nn.functional.hardtanh nn.functional.threshold
    """,
}
TAKEN = {name: dtypes.split() for dtypes, names in _LISTED.items() for name in names.split()}
