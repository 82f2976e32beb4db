"""Deals episodes to splits so that each split has its share of every class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from synth_ros.errors import UsageError


def split_sizes(count: int, shares: Mapping[str, float]) -> dict[str, int]:
    """How many episodes each split gets: its share of all, less than one episode off.

    Largest remainders are rounded up first (Hamilton's method), ties in the given order.

    Args:
        count: Episodes in all.
        shares: By split, relative to their sum; each is positive.

    Raises:
        UsageError: A split would get none.
    """
    # Exact, so that 0.1 + 0.2 is 0.3 here and ties are ties.
    exact = {name: Fraction(str(share)) for name, share in shares.items()}
    whole = sum(exact.values())
    ideal = {name: count * share / whole for name, share in exact.items()}
    sizes = {name: int(value) for name, value in ideal.items()}
    by_rest = sorted(ideal, key=lambda name: sizes[name] - ideal[name])
    for name in by_rest[: count - sum(sizes.values())]:
        sizes[name] += 1
    empty = [name for name, size in sizes.items() if not size]
    if empty:
        raise UsageError(
            f'{", ".join(empty)} would get no episode: the dataset has {count}, and shares of '
            f'{", ".join(f"{float(ideal[name]):.2g}" for name in empty)} episodes round to none. '
            'Make more episodes, give fewer splits, or larger shares.'
        )
    return sizes


def stratify(
    strata: Mapping[int, frozenset[str]], sizes: Mapping[str, int], rng: np.random.Generator
) -> dict[int, str]:
    """Deal episodes so that every stratum is spread over the splits by their sizes.

    The rarest stratum that is left is dealt first, each of its episodes to the split that lacks
    most of it: iterative stratification (Sechidis, Tsoumakas and Vlahavas, "On the Stratification
    of Multi-Label Data", ECML PKDD 2011), with sizes that are kept exactly.

    Args:
        strata: What is in each episode (its classes, its scenario), by episode number.
        sizes: How many episodes each split gets; they sum up to the number of episodes.
        rng: Breaks ties and orders the episodes.

    Returns:
        The split of each episode, by ascending number.
    """
    names = tuple(sizes)
    assert sum(sizes.values()) == len(strata)
    order = [int(number) for number in rng.permutation(sorted(strata))]
    members: dict[str, list[int]] = {}
    for number in order:
        for stratum in sorted(strata[number]):
            members.setdefault(stratum, []).append(number)
    room = np.array([sizes[name] for name in names], np.int64)
    shares = room / max(len(strata), 1)
    lack = {stratum: shares * len(found) for stratum, found in members.items()}
    dealt: dict[int, str] = {}

    def deal(number: int, wish: Sequence[float]) -> None:
        place = _best(wish, room, rng)
        dealt[number] = names[place]
        room[place] -= 1
        for stratum in strata[number]:
            lack[stratum][place] -= 1
            members[stratum].remove(number)

    while any(members.values()):
        rarest = min((name for name in members if members[name]), key=lambda n: len(members[n]))
        for number in tuple(members[rarest]):
            deal(number, lack[rarest].tolist())
    for number in order:
        if number not in dealt:
            deal(number, [0.0] * len(names))
    return dict(sorted(dealt.items()))


def _best(wish: Sequence[float], room: NDArray[np.int64], rng: np.random.Generator) -> int:
    """The split with room that wishes most; among equals the emptiest, then a drawn one."""
    open_ = [place for place in range(len(wish)) if room[place] > 0]
    most = max(wish[place] for place in open_)
    # Wishes are sums of quotients: equal ones differ by rounding.
    equal = [place for place in open_ if wish[place] > most - 1e-9]
    widest = max(int(room[place]) for place in equal)
    equal = [place for place in equal if int(room[place]) == widest]
    return equal[int(rng.integers(len(equal)))] if len(equal) > 1 else equal[0]
