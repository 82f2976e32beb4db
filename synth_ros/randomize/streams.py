"""Named random streams: adding a randomizer never shifts another one's draws."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Streams:
    """The random streams of one episode.

    Attributes:
        seed: The dataset's seed.
        episode: Episode number.
        progress: How far the run is, from 0 to 1, where that was told; ``None``: as far as the
            episode's number says.
    """

    seed: int
    episode: int
    progress: float | None = None

    def generator(self, name: str) -> np.random.Generator:
        """A fresh generator that depends on (seed, episode, name) alone.

        Args:
            name: What the draws are for, such as ``'lamps'`` or ``'view/3/robot'``.
        """
        key = zlib.crc32(name.encode())
        # The seed may exceed 32 bits; SeedSequence splits large integers by itself.
        sequence = np.random.SeedSequence([self.seed, self.episode, key])
        return np.random.Generator(np.random.PCG64(sequence))

    def note(self, drawn: object, name: str) -> None:
        """Take note that something is drawn; does nothing here.

        Args:
            drawn: The distribution.
            name: Full name of its stream.
        """

    def shared(self, name: str) -> np.random.Generator:
        """A fresh generator that depends on (seed, name) alone: the same in every episode.

        Args:
            name: What it is for.
        """
        key = zlib.crc32(name.encode())
        sequence = np.random.SeedSequence([self.seed, key], spawn_key=(0,))
        return np.random.Generator(np.random.PCG64(sequence))
