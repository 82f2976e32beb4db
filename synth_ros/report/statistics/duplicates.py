"""Images that look the same: copies, near copies, and copies in two splits (leaks).

A hash of our own (``facts.perceptual_hash``) rather than a library's: it is ten lines, and the
usual library brings wavelets that no one here needs.

Search: two hashes that differ in at most 7 of 128 bits agree in at least one of 8 pieces of 16
bits (pigeonhole), so only hashes that share a piece are compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from synth_ros.report.statistics.facts import Seen

NEAR_BITS = 6
"""Hashes that differ in no more of their 128 bits are of images that look the same."""

_PIECES = 8
_PIECE_BITS = 16
assert NEAR_BITS < _PIECES, 'a pair could differ in every piece'
# Grey levels of a thumbnail; below, an image shows nothing by which to know it again.
_LEAST_SPREAD = 4.0
_BLOCK = 512
_ONES = np.array([k.bit_count() for k in range(1 << 16)], np.uint8)


class Look(NamedTuple):
    """What is kept of an image."""

    name: str
    split: str
    group: str


class Cluster(NamedTuple):
    """Images that look the same, each like at least one other.

    Attributes:
        looks: Two or more, in the order of the dataset.
        bits: In how many bits the two farthest neighbours in the cluster differ.
    """

    looks: tuple[Look, ...]
    bits: int

    @property
    def splits(self) -> tuple[str, ...]:
        """Splits that they are in, sorted."""
        return tuple(sorted({look.split for look in self.looks}))

    @property
    def groups(self) -> int:
        """How many groups they are of; an image without one is a group of its own."""
        alone = sum(not look.group for look in self.looks)
        return alone + len({look.group for look in self.looks if look.group})

    @property
    def leak(self) -> bool:
        """Whether they are in several splits."""
        return len(self.splits) > 1


class _Link(NamedTuple):
    """Two hashes of one cluster, and in how many bits near ones of it differ at most."""

    first: int
    second: int
    bits: int


class Duplicates:
    """Hashes of all images whose pixels were read: 16 bytes and a name each.

    Attributes:
        plain: Names of images that show nothing, or next to nothing; they are not compared.
    """

    def __init__(self) -> None:
        self._looks: list[Look] = []
        self._hashes: list[NDArray[np.uint64]] = []
        self.plain: list[str] = []

    def __len__(self) -> int:
        """How many images are compared."""
        return len(self._looks)

    def add(self, seen: Seen) -> None:
        """Keep the hash of an image."""
        if seen.pixels is None:
            return
        if seen.pixels.spread < _LEAST_SPREAD:
            self.plain.append(seen.image.name)
            return
        self._looks.append(Look(seen.image.name, seen.image.split, seen.image.group))
        self._hashes.append(seen.pixels.bits)

    def merge(self, other: Self) -> None:
        """Keep what another one has kept."""
        self._looks += other._looks
        self._hashes += other._hashes
        self.plain += other.plain

    def clusters(self, near: int = NEAR_BITS) -> tuple[Cluster, ...]:
        """All images that look like others: leaks first, then the largest clusters.

        Args:
            near: Bits that may differ, up to 7.
        """
        assert near < _PIECES, near
        if not self._hashes:
            return ()
        hashes = np.stack(self._hashes)
        unique, where = np.unique(hashes, axis=0, return_inverse=True)
        where = where.ravel()
        roots = np.arange(len(unique))
        widest = np.zeros(len(unique), np.int64)
        for first, second, bits in _links(unique, near):
            a, b = _root(roots, first), _root(roots, second)
            roots[max(a, b)] = min(a, b)
            widest[min(a, b)] = max(widest[a], widest[b], bits)
        members: dict[int, list[Look]] = {}
        for look, place in zip(self._looks, where, strict=True):
            members.setdefault(_root(roots, int(place)), []).append(look)
        found = [
            Cluster(tuple(looks), int(widest[root]))
            for root, looks in members.items()
            if len(looks) > 1
        ]
        return tuple(sorted(found, key=lambda c: (not c.leak, -len(c.looks), c.looks[0].name)))


def _links(hashes: NDArray[np.uint64], near: int) -> Iterator[_Link]:
    """Links between hashes that differ in few bits; what is near is linked, if not directly.

    Args:
        hashes: All different, (n, 2), uint64.
        near: Bits that may differ.
    """
    pieces = np.ascontiguousarray(hashes).view(np.uint16)
    for column in pieces.T:
        order = np.argsort(column, kind='stable')
        starts = np.flatnonzero(np.diff(column[order].astype(np.int64), prepend=-1))
        for start, end in zip(starts, np.append(starts[1:], len(order)), strict=True):
            if end - start > 1:
                yield from _links_of(hashes, order[start:end], near)


def _links_of(hashes: NDArray[np.uint64], bucket: NDArray[np.intp], near: int) -> Iterator[_Link]:
    """Links in a bucket: block by block, so that memory stays small."""
    for top in range(0, len(bucket), _BLOCK):
        rows = bucket[top : top + _BLOCK]
        for left in range(top, len(bucket), _BLOCK):
            others = bucket[left : left + _BLOCK]
            bits = _distance(hashes[rows], hashes[others])
            r, c = np.nonzero(bits <= near)
            later = left + c > top + r
            r, c = r[later], c[later]
            if r.size:
                yield from _joined((rows[r], others[c]), bits[r, c])


def _joined(
    pairs: tuple[NDArray[np.intp], NDArray[np.intp]], bits: NDArray[np.int64]
) -> Iterator[_Link]:
    """As few links as join what many pairs join: thousands of frames may look the same."""
    nodes, places = np.unique(np.concatenate(pairs), return_inverse=True)
    first, second = np.split(places, 2)
    graph = coo_matrix((np.ones(len(bits)), (first, second)), shape=(len(nodes), len(nodes)))
    _, labels = connected_components(graph, directed=False)
    widest = np.zeros(labels.max() + 1, np.int64)
    np.maximum.at(widest, labels[first], bits)
    heads = np.full(labels.max() + 1, nodes.max() + 1)
    np.minimum.at(heads, labels, nodes)
    for node, label in zip(nodes, labels, strict=True):
        if heads[label] != node:
            yield _Link(int(heads[label]), int(node), int(widest[label]))


def _distance(rows: NDArray[np.uint64], others: NDArray[np.uint64]) -> NDArray[np.int64]:
    """In how many bits each row differs from each other one, (rows, others)."""
    total = np.zeros((len(rows), len(others)), np.int64)
    for word in range(rows.shape[1]):
        total += _ones(rows[:, None, word] ^ others[None, :, word])
    return total


def _ones(words: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """Number of bits that are set in each word."""
    if hasattr(np, 'bitwise_count'):
        counted: NDArray[np.uint8] = np.bitwise_count(words)
        return counted
    # numpy 1 has no such function.
    pieces = np.ascontiguousarray(words).view(np.uint16).reshape(*words.shape, 4)
    summed: NDArray[np.uint8] = _ONES[pieces].sum(axis=-1, dtype=np.uint8)
    return summed


def _root(roots: NDArray[np.int64], place: int) -> int:
    """The least place of the set that a place is in (union-find, halving paths)."""
    while roots[place] != place:
        roots[place] = roots[roots[place]]
        place = int(roots[place])
    return place
