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
# # A network that writes
#
# **The question of this notebook: can a network learn to write like Shakespeare by guessing the next letter?**
#
# You will
#
# 1. turn text into numbers,
# 2. build a small GPT: the kind of network behind the chat programs, ten thousand times smaller and of the same parts,
# 3. watch it learn to write: first letters, then words, then the form of a play,
# 4. see where it looks when it guesses,
# 5. put a further block into it while it learns.
#
# It takes about a minute on two cores. `PATCHGRAD_TUTORIAL=20` in the environment trains twenty times as long, and it shows.

# %%
import os

import patchgrad as pg
from patchgrad import nn, optim
from patchgrad.nn import functional as F

share = float(os.environ.get("PATCHGRAD_TUTORIAL", 1))  # how long to train: 1 is meant for reading along
pg.manual_seed(0)

# %% [markdown]
# ## The data
#
# A million letters from Shakespeare's plays, downloaded once (1.1 MB). Where that is not possible, a little program makes up
# sentences like "The brave king sees the crown." They are much easier to learn, and say so little that you will see the difference.

# %%
try:
    text = pg.datasets.shakespeare(download=True)
    unseen = pg.datasets.shakespeare(train=False)
except pg.errors.DataError as problem:
    print(problem, "\n\nInstead: sentences that were made up.")
    text, unseen = pg.datasets.sentences(3000, seed=0), pg.datasets.sentences(300, seed=1)
print(text[:200])

# %% [markdown]
# Each letter gets a number. The network sees 48 letters, and for each of them it has to say which one comes next. It must not look
# ahead. So one stretch of text gives 48 questions.

# %%
CONTEXT, WIDTH, HEADS = 48, 48, 4
alphabet = pg.datasets.Alphabet(text + unseen)
windows = alphabet.windows(text, CONTEXT)
seen, wanted = windows[0]
print(len(alphabet), "letters and signs:", repr(alphabet.letters))
print("sees     ", repr(alphabet.decode(seen)))
print("should say", repr(alphabet.decode(wanted)))

# %% [markdown]
# ## The parts
#
# *Attention*: each letter asks a question of all letters before it, and takes something from those whose answers fit. It does so
# in several ways at once; each is called a *head*. Then each letter thinks for itself. Both together are a *block*.
#
# `@pg.layer` puts a class of your own into the palette, where it can be dragged like any other layer.


# %%
@pg.layer
class Block(nn.Module):
    """Letters look at earlier letters, then each thinks for itself."""

    def __init__(self, width: int, heads: int = 4):
        super().__init__()
        self.width, self.heads = width, heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.ask = nn.Linear(width, 3 * width)
        self.gather = nn.Linear(width, width)
        self.think = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
        for last in (self.gather, self.think[-1]):  # a new block adds nothing at first
            nn.init.zeros_(last.weight)
            nn.init.zeros_(last.bias)

    def questions(self, x):
        """Questions, keys and values: (batch, heads, letters, width / heads) each."""
        parts = self.ask(self.norm1(x)).chunk(3, dim=2)
        return [part.unflatten(2, (self.heads, -1)).transpose(1, 2) for part in parts]

    def forward(self, x):
        question, key, value = self.questions(x)
        found = F.scaled_dot_product_attention(question, key, value, is_causal=True)
        x = x + self.gather(found.transpose(1, 2).flatten(2))
        return x + self.think(self.norm2(x))

    def looks(self, x):
        """How much each letter takes from each earlier one, in each head: (batch, heads, letters, letters)."""
        question, key, _ = self.questions(x)
        scores = question @ key.transpose(2, 3) / question.shape[3] ** 0.5
        ahead = pg.ones(x.shape[1], x.shape[1], dtype=pg.bool).triu(1)
        return scores.masked_fill(ahead, float("-inf")).softmax(3)


@pg.layer
class Places(nn.Module):
    """Adds to each letter what its place in the line means."""

    def __init__(self, count: int, width: int):
        super().__init__()
        self.count, self.width = count, width
        self.table = nn.Parameter(0.02 * pg.randn(count, width))

    def forward(self, x):
        return x + self.table[: x.shape[1]]


model = nn.Sequential(
    nn.Embedding(len(alphabet), WIDTH),
    Places(CONTEXT, WIDTH),
    Block(WIDTH, HEADS),
    Block(WIDTH, HEADS),
    nn.LayerNorm(WIDTH),
    nn.Linear(WIDTH, len(alphabet)),
)
print(f"{sum(parameter.numel() for parameter in model.parameters()):,} numbers to learn")


# %%
def loss(output, target):
    """How surprised the network is by the true next letter, on average."""
    return F.cross_entropy(output.flatten(0, 1), target.flatten())


loader = pg.data.DataLoader(windows, batch_size=16, shuffle=True, seed=0)
session = pg.Session(model, loader, loss=loss, optimizer=optim.AdamW(model.parameters(), lr=4e-3))
session.graph

# %%
session.studio()

# %% [markdown]
# ## Before it has learned


# %%
def write(network, length, start="\n", warmth=0.8, seed=0):
    """Text that the network writes, one letter after the other. More warmth: more daring."""
    pg.manual_seed(seed)
    network.eval()
    letters = alphabet.encode(start)[None]
    with pg.no_grad():
        for _ in range(length):
            guesses = network(letters[:, -CONTEXT:])[:, -1] / warmth
            letters = pg.cat([letters, pg.multinomial(guesses.softmax(1), 1)], dim=1)
    network.train()
    return alphabet.decode(letters)


length = max(10, round(300 * min(1, share)))
print(write(session.model, length))

# %% [markdown]
# ## Let it learn
#
# Who guesses among 65 letters by chance has a loss of log 65 = 4.2. Look at the loss in the studio: it falls fast while the network
# learns how often each letter occurs, then slowly, while it learns words.

# %%
session.run(steps=max(3, round(600 * share)))
print(write(session.model, length))


# %%
def surprise(network, sample, parts=20):
    """The loss on text that was not learned from."""
    network.eval()
    with pg.no_grad():
        tests = alphabet.windows(sample, CONTEXT)
        rows = pg.arange(0, len(tests), max(1, len(tests) // (16 * parts)))
        found = loss(network(tests.tensors[0][rows]), tests.tensors[1][rows]).item()
    network.train()
    return found


print(f"loss on text that it never saw: {surprise(session.model, unseen):.2f}")

# %% [markdown]
# ## Where does it look?
#
# One square for each head of the first block. Row by row, a letter looks at the letters before it: bright means "I take a lot from
# there". A bright line beside the diagonal means: this head looks at the letter just before.

# %%
line = unseen[:CONTEXT]
with pg.no_grad():
    x = model[1](model[0](alphabet.encode(line)[None]))
    first = model[2].looks(x)[0]
    second = model[3].looks(model[2](x))[0]
print(repr(line))
pg.show(first, columns=4)

# %%
pg.show(second, columns=4)

# %% [markdown]
# ## A further block, while it learns
#
# Two blocks may be too few. Put a third one in, with six heads. Its last layers start at zero, so at first the network writes
# exactly as before: look at "max |Δoutput|" in the receipt. Then it finds use for the new block.

# %%
edit = session.apply(pg.edit.insert("block2 -> norm1", Block(WIDTH, 6)))
print(edit)
session.graph

# %%
session.run(steps=max(3, round(200 * share)))
print(f"loss on text that it never saw: {surprise(session.model, unseen):.2f}")
print(write(session.model, length))

# %%
pg.plots.loss(session)

# %% [markdown]
# ## Things to try by hand
#
# 1. **Is the new block of use?** Press *play*, click the new block in the studio and press `B` to lead the data past it. How far does
#    the loss jump? Press `B` again.
# 2. **Does it need to know the place?** Bypass `Places`. What gets worse, and how soon does the network get over it?
# 3. **More heads.** Click a block, change `heads` from 4 to 8 and press Enter. All weights stay; only how they are grouped changes.
#    Why is the loss worse for a while?
# 4. **Warmth.** Call `write(session.model, 300, warmth=0.3)`, then `1.5`. Which one repeats itself, and which one invents words?
#
# **Check yourself:** the loss on unseen text is a little higher than the loss in the studio. Train longer. When the one goes up
# while the other goes down, what is the network doing? What could you insert against it?
