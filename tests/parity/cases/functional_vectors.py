"""Calls of norms, distances, tables of vectors, and attention."""

from __future__ import annotations

from ..case import B, I, R, case

FORMS = ("plain", "transposed", "strided", "reversed")
IMAGE = R(2, 4, 3, 5)
NORMS = [
    case("nn.functional.batch_norm", IMAGE, None, None, R(4), R(4), True, only=FORMS),
    case("nn.functional.batch_norm", IMAGE, None, None, kwargs={"training": True, "eps": 1e-2}, only=FORMS),
    case("nn.functional.batch_norm", R(5, 4), None, None, R(4), None, True, only=FORMS, label="rows"),
    case("nn.functional.layer_norm", R(3, 4, 5), (5,), R(5), R(5), only=FORMS),
    case("nn.functional.layer_norm", R(3, 4, 5), (4, 5), R(4, 5), None, 1e-3, only=FORMS, label="two axes"),
    case("nn.functional.layer_norm", R(3, 4, 5), [5], only=FORMS, label="bare"),
    case("nn.functional.rms_norm", R(3, 4, 5), (5,), R(5), 1e-3, only=FORMS),
    case("nn.functional.rms_norm", R(3, 4, 5), (4, 5), only=FORMS, label="bare"),
    case("nn.functional.group_norm", IMAGE, 2, R(4), R(4), only=FORMS),
    case("nn.functional.group_norm", R(3, 6), 3, only=FORMS, label="bare"),
    case("nn.functional.instance_norm", IMAGE, only=FORMS),
    case("nn.functional.instance_norm", IMAGE, None, None, R(4), R(4), only=FORMS, label="affine"),
    case("nn.functional.normalize", R(3, 4), only=FORMS),
    case("nn.functional.normalize", R(3, 4, 2), 3.0, 0, 0.5, only=FORMS, label="settings"),
]  # fmt: skip
DISTANCES = [
    case("nn.functional.cosine_similarity", R(3, 4), R(3, 4), only=FORMS),
    case("nn.functional.cosine_similarity", R(3, 4, 5), R(4, 5), -1, 0.5, only=FORMS, label="broadcast"),
    *[case("nn.functional.pairwise_distance", R(3, 4), R(3, 4), p, only=FORMS, label=str(p))
      for p in (1.0, 2.0, 3.5, float("inf"))],
    case("nn.functional.pairwise_distance", R(3, 4), R(4), 2.0, 0.1, True, only=FORMS, label="broadcast"),
    *[case("nn.functional.pdist", R(5, 4), p, only=FORMS, label=str(p), second=False)
      for p in (1.0, 2.0, 3.5, float("inf"))],
]  # fmt: skip
TABLE = R(7, 3)
TABLES = [
    case("nn.functional.embedding", I(2, 5, high=7), TABLE, only=FORMS),
    case("nn.functional.embedding", I(12, high=7), TABLE, kwargs={"padding_idx": 2, "sparse": False}, only=FORMS),
    case("nn.functional.embedding", I(12, high=4), TABLE, kwargs={"scale_grad_by_freq": True}, only=FORMS,
         second=False, label="by frequency"),
    case("nn.functional.embedding", I(12, high=4), TABLE, second=False, only=FORMS, label="both",
         kwargs={"scale_grad_by_freq": True, "padding_idx": -5}),
    *[case("nn.functional.embedding_bag", I(4, 3, high=7), TABLE, kwargs={"mode": mode, "padding_idx": 1}, only=FORMS,
           second=False, label=mode) for mode in ("sum", "mean", "max")],
    *[case("nn.functional.embedding_bag", I(9, high=7), TABLE, I(4, high=1), kwargs={"mode": mode}, only=FORMS,
           second=False, label=f"{mode} offsets") for mode in ("sum", "mean", "max")],
    case("nn.functional.embedding_bag", I(4, 3, high=7), TABLE, only=FORMS, second=False, label="weighted",
         kwargs={"mode": "sum", "per_sample_weights": R(4, 3)}),
    case("nn.functional.one_hot", I(3, 4, high=5), only=("plain",)),
    case("nn.functional.one_hot", I(3, high=5), 7, only=("plain",), label="more classes"),
]  # fmt: skip
HEADS = (R(2, 4, 5, 3), R(2, 4, 6, 3), R(2, 4, 6, 2))
ATTENTION = [
    case("nn.functional.scaled_dot_product_attention", *HEADS, kwargs=kwargs, only=FORMS, label=label)
    for label, kwargs in {
        "bare": {},
        "numbers": {"attn_mask": R(5, 6)},
        "truth": {"attn_mask": B(2, 1, 5, 6)},
        "causal": {"is_causal": True},
        "scale": {"scale": 0.3},
    }.items()
]
ATTENTION += [
    case("nn.functional.scaled_dot_product_attention", R(2, 4, 5, 3), R(2, 2, 6, 3), R(2, 2, 6, 3), only=FORMS,
         kwargs={"enable_gqa": True}, label="fewer heads of keys"),
    case("nn.functional.multi_head_attention_forward", R(5, 2, 4), R(6, 2, 4), R(6, 2, 4), 4, 2, R(12, 4), R(12),
         R(1, 1, 4), R(1, 1, 4), True, 0.0, R(4, 4), R(4), only=FORMS,
         kwargs={"key_padding_mask": R(2, 6), "attn_mask": R(5, 6)}),
    case("nn.functional.multi_head_attention_forward", R(5, 2, 4), R(6, 2, 3), R(6, 2, 5), 4, 2, None, R(12),
         None, None, False, 0.0, R(4, 4), None, only=FORMS, label="separate",
         kwargs={"use_separate_proj_weight": True, "q_proj_weight": R(4, 4), "k_proj_weight": R(4, 3),
                 "v_proj_weight": R(4, 5), "average_attn_weights": False, "attn_mask": R(4, 5, 6)}),
    case("nn.functional.multi_head_attention_forward", R(5, 2, 4), R(6, 2, 4), R(6, 2, 4), 4, 2, R(12, 4), R(12),
         None, None, False, 0.0, R(4, 4), R(4), only=FORMS, label="given keys",
         kwargs={"static_k": R(4, 6, 2), "static_v": R(4, 6, 2), "need_weights": False}),
    case("nn.functional.multi_head_attention_forward", R(5, 4), R(6, 4), R(6, 4), 4, 2, R(12, 4), None,
         None, None, False, 0.0, R(4, 4), None, only=FORMS, label="without batch"),
]  # fmt: skip
CASES = [*NORMS, *DISTANCES, *TABLES, *ATTENTION]
