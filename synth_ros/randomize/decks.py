"""Deals classes like cards, so that their frequencies hold over the dataset and not on average.

Drawn independently, a class that should have 5 % of 1000 objects has 36 to 64 in two datasets of
three. Dealt from shuffled decks, each of which holds every class as often as its weight says, it
has 50. Which classes lie in a scene together stays a matter of chance.

A scene must not depend on what was made before it, so the number of cards dealt to earlier scenes
is counted anew from their own draws, within blocks of ``BLOCK`` episodes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from synth_ros.randomize.streams import Streams
from synth_ros.types import FloatArray

BLOCK = 256
"""Episodes that share decks."""
_CARDS = 64


def deal(
    weights: Sequence[float], count: int, *, streams: Streams, count_of: Callable[[int], int]
) -> list[int]:
    """The classes of an episode's objects.

    Args:
        weights: Of the classes, 0 or more, not all 0.
        count: How many objects the episode has.
        streams: Of the episode.
        count_of: How many another episode has, by its number.

    Returns:
        Places in ``weights``, one for each object.
    """
    block, place = divmod(streams.episode, BLOCK)
    first = block * BLOCK
    dealt = sum(count_of(episode) for episode in range(first, first + place))
    shares = np.asarray(weights, np.float64)
    shares /= shares.sum()
    size = deck_size(len(weights))
    decks: dict[int, list[int]] = {}
    cards = []
    for slot in range(dealt, dealt + count):
        number, position = divmod(slot, size)
        if number not in decks:
            decks[number] = _deck(shares, Streams(streams.seed, block), number)
        cards.append(decks[number][position])
    return cards


def deck_size(classes: int) -> int:
    """Cards of a deck: a multiple of the number of classes, so that equal weights are met."""
    return classes * max(1, round(_CARDS / classes))


def _deck(shares: FloatArray, streams: Streams, number: int) -> list[int]:
    """A shuffled deck: each class as often as its share says, rounded up or down at random.

    Systematic sampling (Madow 1949): equidistant points with one random offset.
    """
    rng = streams.generator(f'deck/{number}')
    size = deck_size(len(shares))
    points = (np.arange(size) + rng.random()) / size
    possible = np.flatnonzero(shares)
    places = np.searchsorted(np.cumsum(shares[possible]), points, side='right')
    cards = possible[np.minimum(places, len(possible) - 1)]
    return [int(card) for card in rng.permutation(cards)]


def within_limits(
    cards: Sequence[int],
    weights: Sequence[float],
    limits: Sequence[tuple[int, int]],
    *,
    rng: np.random.Generator,
) -> list[int]:
    """The same number of classes, each at least and at most as often as its limits say.

    Classes that are missing take the places of those that may go, which are drawn; as few as
    possible change.

    Args:
        cards: Classes as dealt.
        weights: Of the classes; those that fill up are drawn by them.
        limits: (fewest, most) of each class; together they must allow ``len(cards)`` objects.
        rng: Source of randomness.
    """
    out = list(cards)
    counts = np.bincount(np.asarray(out, np.int64), minlength=len(limits))
    fewest, most = (np.array([pair[k] for pair in limits]) for k in (0, 1))
    places = rng.permutation(len(out))
    # First what is too many makes room, then what may go.
    for surplus in (True, False):
        for place in places:
            card = out[place]
            missing = np.maximum(fewest - counts, 0).astype(np.float64)
            if counts[card] <= (most if surplus else fewest)[card]:
                continue
            if not surplus and not missing.any():
                break
            wanted = missing if missing.any() else _room(counts, most, weights)
            out[place] = int(rng.choice(len(limits), p=wanted / wanted.sum()))
            counts[card] -= 1
            counts[out[place]] += 1
    return out


def _room(
    counts: NDArray[np.int64], most: NDArray[np.int64], weights: Sequence[float]
) -> FloatArray:
    """Weights of the classes with room for more; all alike if only those of weight 0 have."""
    wanted: FloatArray = np.where(counts < most, weights, 0.0)
    return wanted if wanted.any() else (counts < most).astype(np.float64)
