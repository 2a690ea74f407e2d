"""Real data sets, found on this machine, checked by hash, or downloaded; and made-up ones to stand in for them."""

from patchgrad.datasets.digits import digits
from patchgrad.datasets.mnist import mnist
from patchgrad.datasets.ratings import Ratings, made_ratings, movielens
from patchgrad.datasets.text import Alphabet, sentences, shakespeare

__all__ = ["Alphabet", "Ratings", "digits", "made_ratings", "mnist", "movielens", "sentences", "shakespeare"]
