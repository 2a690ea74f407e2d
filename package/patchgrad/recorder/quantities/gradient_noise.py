"""How much of a gradient is signal: the noise scale of a batch, and the ratio of signal to noise."""

from __future__ import annotations

from collections.abc import Mapping

from patchgrad.backend import host
from patchgrad.recorder.probe import Probe, inner
from patchgrad.recorder.quantities.registry import quantity


@quantity(
    "gradient_noise_scale",
    question="Would a larger batch pay?",
    unit="examples",
    formula=r"B = \frac{\operatorname{tr} \Sigma}{|G|^2},\quad |G|^2 \approx |\bar g|^2 - \operatorname{tr} \Sigma / n",
    healthy="near the size of the batch; far above: a larger batch pays; far below: much of it is wasted",
    source="McCandlish et al. 2018, An empirical model of large-batch training, arXiv 1812.06162, eq. 2.9",
    when="request",
)
def gradient_noise_scale(probe: Probe) -> Mapping[str, float]:
    """In examples, from the gradient of each; infinite where the mean gradient is lost in the noise."""
    mean, variance = probe.spread
    trace = sum(float(array.sum()) for array in variance.values())
    square = inner(mean, mean) - trace / probe.size
    return {"": trace / square if square > 0 else host.inf}


@quantity(
    "gradient_snr",
    question="How much of the gradient is signal?",
    unit="signal / noise",
    formula=r"\frac{1}{d} \sum_j \frac{(E g_j)^2}{\operatorname{Var} g_j}",
    healthy="high at first; it falls when what is left to learn is single examples",
    source="Liu et al. 2020, Understanding why neural networks generalize well through GSNR, arXiv 2001.07384",
    when="request",
)
def gradient_snr(probe: Probe) -> Mapping[str, float]:
    """Mean over the elements of a layer's parameters, and over all; elements without variance do not count."""
    mean, variance = probe.spread
    ratios = {}
    for name, noise in variance.items():
        moving = noise > 0
        ratios[name] = mean[name][moving] ** 2 / noise[moving]
    found = {}
    for layer in probe.layers:
        parts = [ratios[name] for name, _ in layer.parameters if name in ratios and ratios[name].size]
        if parts:
            found[layer.uid] = float(host.concatenate(parts).mean())
    whole = [part for part in ratios.values() if part.size]
    return {**found, "": float(host.concatenate(whole).mean())} if whole else found
