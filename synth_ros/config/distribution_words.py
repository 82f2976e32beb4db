"""Distributions in plain words."""

from __future__ import annotations

from synth_ros.config.distribution_kinds import Choice, FileValues, Normal, VariableDraw
from synth_ros.config.distributions import Distribution
from synth_ros.config.points import PlainPoints, Points
from synth_ros.config.rotations import PlainRotations, Rotations

_MOST = 6


def distribution_words(distribution: Distribution) -> str:
    """A distribution of numbers: ``uniform from 0.9 to 1.1, even across episodes``."""
    words = _kind_words(distribution)
    if distribution.across is not None:
        words += ', even across episodes'
    if distribution.correlate is not None:
        tie = distribution.correlate
        words += f', correlated with {tie.latent} ({tie.rho:g})'
    return words


def place_words(thing: PlainPoints | PlainRotations) -> str:
    """A distribution of points or rotations: ``in ball, even across episodes``."""
    kinds = [
        name
        for name in type(thing).model_fields
        if name != 'across' and getattr(thing, name) is not None
    ]
    words = kinds[0].removesuffix('_deg').replace('_', ' ')
    if isinstance(thing, PlainRotations) and thing.uniform is not None:
        words = 'any rotation'
    if isinstance(thing, Points | Rotations):
        if thing.mixture is not None:
            weighted = thing.mixture.weighted()
            parts = [f'{share:.0%} {place_words(part)}' for part, share in weighted]
            words = f'mixture of {_listed(parts)}'
        if thing.across is not None:
            words += ', even across episodes'
    return words


def _kind_words(distribution: Distribution) -> str:
    ranges = (
        ('any whole number from' if distribution.whole else 'uniform from', distribution.uniform),
        ('log-uniform from', distribution.log_uniform),
        ('any whole number from', distribution.discrete),
    )
    for words, pair in ranges:
        if pair is not None:
            return f'{words} {pair[0]:g} to {pair[1]:g}'
    if distribution.mixture is not None:
        weighted = distribution.mixture.weighted()
        parts = [f'{share:.0%} {distribution_words(part)}' for part, share in weighted]
        return f'mixture of {_listed(parts)}'
    if distribution.schedule is not None:
        steps = [f'{distribution_words(part)} at {at:g}' for at, part in distribution.schedule]
        return f'over the run: {_listed(steps)}'
    return _simple_words(distribution)


def _simple_words(distribution: Distribution) -> str:
    words = f'always {distribution.constant:g}' if distribution.constant is not None else ''
    if distribution.normal is not None:
        words = _normal_words(distribution.normal)
    elif distribution.choice is not None:
        words = _choice_words(distribution.choice)
    elif distribution.beta is not None:
        beta = distribution.beta
        low, high = beta.within
        words = f'beta {beta.a:g}, {beta.b:g} from {low:g} to {high:g}'
    elif distribution.von_mises is not None:
        von_mises = distribution.von_mises
        words = f'von Mises, mean {von_mises.mean_deg:g}, kappa {von_mises.kappa:g}'
    elif distribution.file is not None:
        words = _file_words(distribution.file)
    elif distribution.draw is not None:
        words = _draw_words(distribution.draw)
    return words


def _normal_words(normal: Normal) -> str:
    words = f'normal, mean {normal.mean:g}, std {normal.std:g}'
    if normal.within is not None:
        words += f', within {normal.within[0]:g} to {normal.within[1]:g}'
    return words


def _choice_words(choice: Choice) -> str:
    weighted = choice.weighted()
    if choice.weights is None:
        return f'one of {_listed([f"{value:g}" for value, _ in weighted])}'
    return f'one of {_listed([f"{value:g} ({share:.0%})" for value, share in weighted])}'


def _file_words(file: FileValues) -> str:
    column = f', column {file.column}' if file.column is not None else ''
    order = ', in order of episodes' if file.order == 'episode' else ''
    return f'{len(file.values)} values of {file.path}{column}{order}'


def _draw_words(draw: VariableDraw) -> str:
    words = draw.variable if draw.scale == 1 else f'{draw.scale:g} {draw.variable}'
    if draw.offset == 0:
        return words
    return f'{words} {"+" if draw.offset > 0 else "-"} {abs(draw.offset):g}'


def _listed(parts: list[str]) -> str:
    rest = len(parts) - _MOST
    return '; '.join(parts[:_MOST]) + (f'; and {rest} more' if rest > 0 else '')
