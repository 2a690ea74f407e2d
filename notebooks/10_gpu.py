# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # The same on a GPU
#
# **The question of this notebook: when is a GPU faster, and what has to change in the code?**
#
# You will run the same code on the processor and, if this machine has an NVIDIA GPU, on that, and see from which size on it pays.
#
# It needs CuPy: `pip install "patchgrad[cuda13]"`. Without a GPU everything runs too, on the processor alone, and the plots have one line.

# %%
import os
from time import perf_counter

import plotly.graph_objects as go

import patchgrad as pg
from patchgrad import nn, optim

share = float(os.environ.get("PATCHGRAD_TUTORIAL", 1))  # how much to measure: 1 is meant for reading along
devices = ["cpu", "cuda"] if pg.cuda.is_available() else ["cpu"]
print(pg.cuda.get_device_name(0) if "cuda" in devices else "No GPU that can be used here: pg.doctor() says more.")

# %% [markdown]
# ## What has to change
#
# Only where the numbers lie: `device=` when a tensor is made, or `.to(device)`. All inputs of an operation must lie on one device.

# %%
device = devices[-1]
x = pg.ones(2, 3, device=device)
model = nn.Linear(3, 4).to(device)
model(x).device

# %% [markdown]
# ## From which size on does it pay?
#
# A GPU computes while Python runs ahead. So a clock must wait until it has finished: `pg.cuda.synchronize()`.


# %%
def seconds(work, device):
    """The shortest of several times: what disturbs makes it longer, never shorter."""
    found = []
    for _ in range(max(2, round(7 * share))):
        begin = perf_counter()
        work()
        if device == "cuda":
            pg.cuda.synchronize()
        found.append(perf_counter() - begin)
    return min(found)


sizes = [16, 64, 256, 1024] if share >= 1 else [16, 64]
figure = go.Figure()
for device in devices:
    times = []
    for size in sizes:
        a = pg.rand(size, size, device=device)
        times.append(seconds(lambda a=a: a @ a, device))
    figure.add_scatter(x=sizes, y=times, name=device, mode="lines+markers")
figure.update_layout(title="How long does a product of two square tables take?", xaxis_title="rows", yaxis_title="seconds", height=360)
figure.update_xaxes(type="log")
figure.update_yaxes(type="log")
figure

# %% [markdown]
# Small tables take the same time whatever their size: that is the time to *ask*. On a GPU asking takes longer, so small networks are faster on the processor.
#
# ## A step of training


# %%
def step_time(width, device):
    pg.manual_seed(0)
    model = nn.Sequential(nn.Linear(64, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 10)).to(device)
    optimizer = optim.Adam(model.parameters())
    x, y = pg.randn(256, 64, device=device), pg.arange(256, device=device) % 10

    def step():
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(x), y).backward()
        optimizer.step()

    step()
    return seconds(step, device)


widths = [32, 128, 512] if share >= 1 else [32]
figure = go.Figure()
for device in devices:
    figure.add_scatter(x=widths, y=[step_time(width, device) for width in widths], name=device, mode="lines+markers")
figure.update_layout(title="How long does a step of training take?", xaxis_title="width of the layers", yaxis_title="seconds", height=360)
figure.update_xaxes(type="log")
figure.update_yaxes(type="log")
figure

# %% [markdown]
# ## The same random numbers
#
# The processor and the GPU draw the same bits from the same seed, so a network starts alike on both:

# %%
for device in devices:
    pg.manual_seed(7)
    print(device, pg.rand(3, device=device).tolist())

# %% [markdown]
# ## Things to try by hand
#
# 1. **Where is the crossing?** Read off the plots from which size on the GPU is faster here. Put your guess into `sizes`, and measure closer.
# 2. **The mistake.** Run `model(pg.ones(2, 3))` with the model on the GPU, or `pg.ones(3, device="meta") + pg.ones(3)` without one, and read what the error says.
# 3. **Waiting.** Leave out `pg.cuda.synchronize()`. Why is the GPU suddenly so fast?
#
# **Check yourself:** `print(loss.item())` in every step makes training on a GPU slower. Why? What does Python have to wait for?
