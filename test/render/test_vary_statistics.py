"""Pictures of many views reach the range and the shape that randomizers ask for."""

import math

import numpy as np
import pytest
from scipy import stats

from synth_ros.config.load import load_config
from synth_ros.config.render import RenderConfig
from synth_ros.config.vary import Variation
from synth_ros.randomize.draw import Draws
from synth_ros.randomize.sample import sample_scene
from synth_ros.randomize.streams import Streams
from synth_ros.randomize.targets import Item
from synth_ros.randomize.vary import OF_VIEW, draw_values
from synth_ros.render.base import Viewpoint
from synth_ros.render.classic import ClassicRenderer
from synth_ros.render.onepass.renderer import OnepassRenderer
from synth_ros.scene.build import SceneBuilder
from synth_ros.sim.world import World

from .studio import LEFT, RIGHT, SIZE, Studio, write_studio

VIEWS = 80
# A true hypothesis fails once in a thousand; seeds are fixed, so that none of these flakes.
LEAST_P = 1e-3
QUICK = RenderConfig(shadow_size=256, samples=0)


@pytest.fixture(scope='module')
def onepass(tmp_path_factory):
    with OnepassRenderer(QUICK) as renderer:
        yield Studio(tmp_path_factory.mktemp('onepass'), renderer)


@pytest.fixture(scope='module')
def classic(tmp_path_factory):
    with ClassicRenderer(QUICK, SIZE) as renderer:
        yield Studio(tmp_path_factory.mktemp('classic'), renderer)


def views(randomizer, item):
    """What is drawn for each view: the draw itself, as ``Studio.see`` takes it, and its number."""
    vary = {'r': Variation.model_validate({**randomizer, 'per': 'view'})}
    items = {vary['r'].kind: (Item(item, item),)}
    for view in range(VIEWS):
        draws = Draws(Streams(7, 0)).below(f'view/{view}/')
        (value,) = draw_values(vary, items, draws=draws, which=OF_VIEW)
        yield (value.target, item, value.operation, value.value), value.value


def test_measured_hues_are_uniform(onepass):
    strong = ('object.saturation', LEFT, 'set', 0.8)
    drawn, seen = [], []
    for draw, number in views({'target': 'object.hue_deg', 'set': [0.0, 360.0]}, LEFT):
        drawn.append(number)
        seen.append(onepass.see(strong, draw).hsv(LEFT)[0])
    off = (np.subtract(seen, drawn) + 180) % 360 - 180
    assert np.abs(off).max() < 15
    assert stats.kstest(seen, stats.uniform(0, 360).cdf).pvalue > LEAST_P
    # They reach all around.
    assert np.histogram(seen, 8, (0, 360))[0].min() > 0


def test_measured_brightness_follows_the_lamp(classic):
    """Classic OpenGL adds up light as it is on the screen: twice the light, twice the grey."""
    dark = ('ambient.intensity', 'scene', 'set', 0.0)
    drawn, seen = [], []
    wanted = {'target': 'light.intensity', 'set': {'log_uniform': [0.2, 0.8]}}
    for draw, number in views(wanted, 'lamp_0'):
        drawn.append(number)
        seen.append(classic.see(dark, draw).pixels('floor').mean())
    ratio = np.divide(seen, drawn)
    assert np.ptp(ratio) < 0.06 * ratio.mean()
    ranks = np.log(np.divide(seen, ratio.mean()) / 0.2) / math.log(4)
    assert stats.kstest(ranks, 'uniform').pvalue > LEAST_P
    assert min(drawn) < 0.22 < 0.75 < max(drawn)


def test_tone_mapped_brightness_follows_the_lamp(onepass):
    pairs = []
    wanted = {'target': 'light.intensity', 'set': {'log_uniform': [0.2, 1.2]}}
    for draw, number in views(wanted, 'lamp_0'):
        pairs.append((number, onepass.see(draw).bright('floor')))
    assert stats.spearmanr(*zip(*pairs, strict=True)).statistic > 0.999


def test_measured_mounts_are_normal(onepass):
    std = 0.02
    wanted = {'target': 'camera.x_m', 'add': {'normal': {'mean': 0.0, 'std': std}}}
    camera = onepass.camera.model
    onepass.see()
    left, right = (part.body_id for part in onepass.world.scene.objects)
    pose = onepass.world.world_from_camera(onepass.camera)
    distance = np.mean([
        (np.linalg.inv(pose) @ [*onepass.world.data.xpos[body], 1])[2] for body in (left, right)
    ])  # fmt: skip

    def column(*draws):
        seen = onepass.see(*draws)
        return (seen.middle(LEFT)[0] + seen.middle(RIGHT)[0]) / 2

    middle = column()
    shifts = [(middle - column(draw)) * distance / camera.fx for draw, _ in views(wanted, 'eye')]
    assert stats.kstest(shifts, stats.norm(0, std).cdf).pvalue > LEAST_P
    assert np.std(shifts) == pytest.approx(std, rel=0.2)


def test_two_kinds_of_surface_come_as_often_as_their_weights_say(onepass):
    """A third of the views show bare metal, which is dark away from what it mirrors."""
    wanted = {
        'target': 'object.metallic',
        'set': {'choice': {'values': [0.0, 1.0], 'weights': [2, 1]}},
    }
    smooth = ('object.roughness', LEFT, 'set', 0.3)
    seen = [
        np.median(onepass.see(smooth, draw).pixels(LEFT).max(axis=1))
        for draw, _ in views(wanted, LEFT)
    ]
    metal = np.array(seen) < (min(seen) + max(seen)) / 2
    assert stats.binomtest(int(metal.sum()), VIEWS, 1 / 3).pvalue > LEAST_P
    # Nothing between the two.
    assert np.ptp(np.array(seen)[metal]) < 5
    assert np.ptp(np.array(seen)[~metal]) < 5


def test_projected_sizes_follow_the_scale(tmp_path):
    """Sizes are built in, so that each is an episode of its own."""
    write_studio(tmp_path, '{target: object.scale, set: [0.5, 1.1]}')
    loaded = load_config(tmp_path / 'config.yaml')
    builder = SceneBuilder(loaded)
    widths, scales = [], []
    with OnepassRenderer(QUICK) as renderer:
        for episode in range(40):
            drawn = sample_scene(loaded.config, builder.inventory, streams=Streams(5, episode))
            (ball,) = drawn.objects
            (value,) = drawn.values
            assert ball.scale == value.value
            scales.append(ball.scale)
            ball = ball.model_copy(update={'position_m': (0.1, 0.0, 0.3), 'hangs': True})
            scene = builder.build(drawn.model_copy(update={'objects': (ball,)}))
            world = World(scene, loaded.config.robot)
            renderer.load(scene.model)
            pose = world.world_from_camera(scene.cameras[0])
            seen = renderer.render(world.data, Viewpoint(scene.cameras[0].model, pose))
            pixels = np.isin(seen.geom_id, scene.objects[0].geom_ids).sum()
            widths.append(math.sqrt(pixels))
            assert scene.objects[0].size_m == pytest.approx(np.full(3, 0.3 * ball.scale))
    ratio = np.divide(widths, scales)
    # A near ball looks a little larger than it is wide.
    assert np.ptp(ratio) < 0.06 * ratio.mean()
    found = np.divide(widths, ratio.mean())
    assert stats.kstest(found, stats.uniform(0.5, 0.6).cdf).pvalue > LEAST_P
