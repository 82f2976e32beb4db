"""Lamps: what is drawn, and that nothing shifts anything else."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from synth_ros.config.distributions import Distribution, constant, uniform, whole_uniform
from synth_ros.config.lights import LAMP_KINDS, LampKinds, LightsConfig
from synth_ros.randomize.draw import Draws
from synth_ros.randomize.lamps import FULL_ILLUMINANCE_LUX, black_body_rgb, draw_lamps, lamp_color
from synth_ros.randomize.scene import SampledLamp
from synth_ros.randomize.streams import Streams

TARGET = (0.5, 0.1, 0.75)


def lamps_of(config: LightsConfig, episode: int) -> tuple[SampledLamp, ...]:
    return draw_lamps(config, TARGET, draws=Draws(Streams(3, episode), prefix='lamps/'))


def many(config: LightsConfig, *, episodes: int = 400) -> list[SampledLamp]:
    return [lamp for episode in range(episodes) for lamp in lamps_of(config, episode)]


def test_places_follow_their_distributions() -> None:
    config = LightsConfig(
        count=whole_uniform(2, 2), azimuth_deg=uniform(20, 80), distance_m=uniform(1, 3)
    )
    towards = np.array([lamp.position_m for lamp in many(config)]) - TARGET
    distance = np.linalg.norm(towards, axis=1)
    azimuth = np.degrees(np.arctan2(towards[:, 1], towards[:, 0]))
    elevation = np.degrees(np.arcsin(towards[:, 2] / distance))
    for values, (low, high) in (
        (distance, (1, 3)),
        (azimuth, (20, 80)),
        (elevation, (35, 85)),
    ):
        assert stats.kstest(values, stats.uniform(low, high - low).cdf).pvalue > 0.01


def test_kinds_come_as_often_as_they_weigh() -> None:
    config = LightsConfig(kinds=LampKinds(spot=1, point=2, directional=1))
    kinds = [lamp.kind for lamp in many(config)]
    found = [kinds.count(kind) for kind in LAMP_KINDS]
    expected = np.array([0.25, 0.5, 0.25]) * len(kinds)
    assert stats.chisquare(found, expected).pvalue > 0.01


def test_brightness_is_shared() -> None:
    config = LightsConfig(count=whole_uniform(1, 10), intensity=constant(0.9))
    counts = set()
    for episode in range(60):
        lamps = lamps_of(config, episode)
        counts.add(len(lamps))
        assert sum(lamp.intensity for lamp in lamps) == pytest.approx(0.9)
        assert lamps[0].cast_shadow
    assert counts == set(range(1, 11))


def test_lux_is_intensity_in_another_unit() -> None:
    config = LightsConfig(count=whole_uniform(3, 3), illuminance_lux=constant(500))
    assert sum(lamp.intensity for lamp in lamps_of(config, 0)) == pytest.approx(500 / 60_000)
    assert math.log2(FULL_ILLUMINANCE_LUX / 500) == pytest.approx(6.9, abs=0.01)


def test_no_lamps() -> None:
    assert lamps_of(LightsConfig(count=whole_uniform(0, 0)), 0) == ()


def test_a_lamp_stays_when_others_or_their_kinds_change() -> None:
    few, more = LightsConfig(count=whole_uniform(1, 1)), LightsConfig(count=whole_uniform(4, 4))
    softer = few.model_copy(update={'radius_m': uniform(0.1, 0.2)})
    for episode in range(5):
        (one,) = lamps_of(few, episode)
        assert lamps_of(more, episode)[0].position_m == one.position_m
        (soft,) = lamps_of(softer, episode)
        assert 0.1 <= soft.radius_m <= 0.2
        assert soft == one.model_copy(update={'radius_m': soft.radius_m})


@pytest.mark.parametrize('share', [0.0, 0.5, 1.0])
def test_white_balance_takes_out_its_share_of_the_cast(share: float) -> None:
    cast = math.log(black_body_rgb(2800)[2])
    assert math.log(lamp_color(2800, white_balance=share)[2]) == pytest.approx((1 - share) * cast)


def test_aim_is_beside_the_target_by_what_was_drawn() -> None:
    config = LightsConfig(
        count=whole_uniform(1, 1), aim_offset_m=Distribution(uniform=(-0.3, 0.3))
    )
    aside = np.array([lamp.target_m for lamp in many(config)]) - TARGET
    assert (aside[:, 2] == 0).all()
    for axis in (0, 1):
        assert stats.kstest(aside[:, axis], stats.uniform(-0.3, 0.6).cdf).pvalue > 0.01
    assert abs(np.corrcoef(aside[:, 0], aside[:, 1])[0, 1]) < 0.15
