"""Draws by name: each has a random stream of its own, so that no draw shifts another."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
from scipy import special

from synth_ros.config.distribution_check import needed_variables
from synth_ros.config.distributions import Distribution
from synth_ros.config.root import Config
from synth_ros.errors import UsageError
from synth_ros.randomize.distributions import (
    NO_VARIABLES,
    Moment,
    Variables,
    quantile,
    quantiles,
    whole_quantiles,
)
from synth_ros.randomize.low_discrepancy import even_ranks
from synth_ros.randomize.streams import Streams
from synth_ros.types import FloatArray

_LAST_RANK = 1 - 2.0**-53
_FIRST_RANK = 2.0**-54


@dataclass(frozen=True, slots=True)
class Draws:
    """The draws of one episode, or of a part of it.

    A draw depends on (seed, episode, full name, distribution) and, where the distribution says so,
    on progress, variables and latents; never on other draws or on their order.

    Attributes:
        streams: Random streams of the episode.
        progress: Of the run, from 0 at its first episode to 1 at its last.
        variables: Values of the episode's named variables.
        prefix: Stands before the names of all draws.
    """

    streams: Streams
    progress: float = 0.0
    variables: Variables = field(default_factory=lambda: NO_VARIABLES)
    prefix: str = ''

    def number(self, distribution: Distribution, name: str) -> float:
        """Draw a number.

        Args:
            distribution: What to draw from.
            name: What the number is; draws of the same full name give the same rank.
        """
        if distribution.constant is not None:
            self.streams.note(distribution, self.prefix + name)
            return distribution.constant
        if distribution.across is None and distribution.correlate is None:
            self.streams.note(distribution, self.prefix + name)
            return quantile(distribution, float(self.generator(name).random()), self._moment)
        return float(self.numbers(distribution, name, 1)[0])

    def numbers(self, distribution: Distribution, name: str, count: int) -> FloatArray:
        """Draw several numbers; the first of more are those of fewer.

        Args:
            distribution: What to draw from.
            name: What the numbers are.
            count: How many.

        Returns:
            Shape (count,).
        """
        return quantiles(distribution, self.ranks(distribution, name, count), self._moment)

    def whole(self, distribution: Distribution, name: str) -> int:
        """Draw a whole number; ``uniform`` includes both ends, other kinds are rounded.

        Args:
            distribution: What to draw from.
            name: What the number is.
        """
        ranks = self.ranks(distribution, name, 1)
        return int(whole_quantiles(distribution, ranks, self._moment)[0])

    def generator(self, name: str) -> np.random.Generator:
        """The random stream of a name, from its start.

        Args:
            name: What is drawn from it.
        """
        return self.streams.generator(self.prefix + name)

    def below(self, prefix: str) -> Draws:
        """The same draws, with more before their names.

        Args:
            prefix: Such as ``'object/3/'``.
        """
        return replace(self, prefix=self.prefix + prefix)

    def of_episode(self) -> Draws:
        """The draws of the whole episode, which have nothing before their names."""
        return replace(self, prefix='')

    def ranks(self, distribution: Distribution, name: str, count: int) -> FloatArray:
        """The u that give the numbers: independent, even across episodes, or correlated.

        Args:
            distribution: Says which of these.
            name: What the numbers are.
            count: How many.

        Returns:
            From [0, 1), shape (count,).
        """
        self.streams.note(distribution, self.prefix + name)
        if distribution.across is not None:
            shared = self.streams.shared(self.prefix + name)
            return even_ranks(self.streams.episode, count, shared)
        ranks = self.generator(name).random(count)
        if distribution.correlate is None:
            return ranks
        rho = distribution.correlate.rho
        # Not below the prefix: the latent is the episode's.
        latent = self.streams.generator(f'latent/{distribution.correlate.latent}').random()
        hidden, own = (special.ndtri(np.maximum(u, _FIRST_RANK)) for u in (latent, ranks))
        mixed = special.ndtr(rho * hidden + math.sqrt(1 - rho * rho) * own)
        return np.asarray(np.clip(mixed, 0.0, _LAST_RANK))

    @property
    def _moment(self) -> Moment:
        return Moment(self.progress, self.streams.episode, self.variables)


def progress_at(config: Config, streams: Streams) -> float:
    """How far a run is at an episode, from 0 to 1: as told, or by the episode's number."""
    told = streams.progress
    return progress_of(config, streams.episode) if told is None else told


def progress_of(config: Config, episode: int) -> float:
    """How far a run is at an episode, from 0 to 1.

    Args:
        config: Says how many episodes there are; those beyond have progress 1.
        episode: Number of the episode.
    """
    return min(episode / max(config.output.dataset.episodes - 1, 1), 1.0)


def episode_draws(config: Config, streams: Streams) -> Draws:
    """The draws of an episode, its variables included.

    Args:
        config: The config.
        streams: The episode's random streams.
    """
    draws = Draws(streams, progress=progress_at(config, streams))
    return replace(draws, variables=draw_variables(config, draws))


def draw_variables(config: Config, draws: Draws) -> Variables:
    """Draw the named variables, each after those that it depends on.

    Args:
        config: The config.
        draws: The episode's draws.

    Raises:
        UsageError: If variables depend on each other in a circle, or on one that there is not.
    """
    waiting = dict(config.randomization.variables)
    values: dict[str, float] = {}
    while waiting:
        ready = [name for name, each in waiting.items() if needed_variables(each) <= values.keys()]
        if not ready:
            listed = ', '.join(waiting)
            raise UsageError(
                f'randomization.variables: {listed} depend on each other in a circle, or on a '
                'variable that is not given.'
            )
        now = replace(draws, variables=dict(values))
        for name in ready:
            values[name] = now.number(waiting.pop(name), f'variable/{name}')
    return values
