"""The networks, written once: ``library`` is ``torch`` or ``patchgrad``, which share PyTorch's names.

A network takes what a batch holds but its last entry, which is the target of the loss.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any


def mlp(library: Any, *sizes: int) -> Any:
    nn = library.nn
    layers = [part for a, b in pairwise(sizes) for part in (nn.Linear(a, b), nn.ReLU())]
    return nn.Sequential(*layers[:-1])


def cnn(library: Any) -> Any:
    nn = library.nn
    return nn.Sequential(
        *(nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(64 * 7 * 7, 128), nn.ReLU(), nn.Linear(128, 10)),
    )


def resnet8(library: Any) -> Any:
    """Three blocks of two convolutions with 16, 32 and 64 channels; a 1x1 convolution where the sizes change."""
    nn = library.nn

    def convolved(a: int, b: int, kernel: int, stride: int) -> Any:
        conv = nn.Conv2d(a, b, kernel, stride=stride, padding=kernel // 2, bias=False)
        return nn.Sequential(conv, nn.BatchNorm2d(b))

    class Block(nn.Module):
        def __init__(self, a: int, b: int, stride: int) -> None:
            super().__init__()
            self.first = convolved(a, b, 3, stride)
            self.second = convolved(b, b, 3, 1)
            self.shortcut = nn.Identity() if a == b else convolved(a, b, 1, stride)
            self.relu = nn.ReLU()

        def forward(self, x: Any) -> Any:
            return self.relu(self.second(self.relu(self.first(x))) + self.shortcut(x))

    blocks = [Block(16, 16, 1), Block(16, 32, 2), Block(32, 64, 2)]
    head = (nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))
    return nn.Sequential(convolved(3, 16, 3, 1), nn.ReLU(), *blocks, *head)


def gpt(library: Any, layers: int, width: int, heads: int, context: int, vocabulary: int) -> Any:
    """A decoder of characters: pre-norm blocks of causal attention and a two-layer network with GELU."""
    nn = library.nn
    attend = nn.functional.scaled_dot_product_attention

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
            self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
            self.wide, self.narrow = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
            self.gelu = nn.GELU()

        def forward(self, x: Any) -> Any:
            batch, length, _ = x.shape
            split = self.qkv(self.norm1(x)).reshape(batch, length, 3, heads, width // heads).permute(2, 0, 3, 1, 4)
            mixed = attend(split[0], split[1], split[2], is_causal=True)
            x = x + self.out(mixed.transpose(1, 2).reshape(batch, length, width))
            return x + self.narrow(self.gelu(self.wide(self.norm2(x))))

    class GPT(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.characters, self.places = nn.Embedding(vocabulary, width), nn.Embedding(context, width)
            self.blocks = nn.Sequential(*[Block() for _ in range(layers)])
            self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, vocabulary, bias=False)

        def forward(self, text: Any) -> Any:
            x = self.characters(text) + self.places(library.arange(text.shape[1]))
            return self.head(self.norm(self.blocks(x))).reshape(-1, vocabulary)

    return GPT()


def recommender(library: Any, rows: int, width: int) -> Any:
    """Two towers: the score of a user and an item is the product of their rows, plus a number of each."""
    nn = library.nn

    class Towers(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.user, self.item = nn.Embedding(rows, width), nn.Embedding(rows, width)
            self.user_bias, self.item_bias = nn.Embedding(rows, 1), nn.Embedding(rows, 1)

        def forward(self, user: Any, item: Any) -> Any:
            score = (self.user(user) * self.item(item)).sum(-1)
            return score + self.user_bias(user).squeeze(-1) + self.item_bias(item).squeeze(-1)

    return Towers()


def lstm(library: Any, width: int, classes: int) -> Any:
    nn = library.nn

    class Reader(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.lstm, self.head = nn.LSTM(width, width), nn.Linear(width, classes)

        def forward(self, x: Any) -> Any:
            return self.head(self.lstm(x)[0][-1])

    return Reader()
