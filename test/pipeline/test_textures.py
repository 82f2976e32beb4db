"""Drawn textures as they show in pictures."""

import numpy as np
import pytest
from PIL import Image

from synth_ros.errors import ConfigError
from synth_ros.randomize.sample import sample_scene

BRICKS = {
    'count: [3, 5]': 'count: 3',
    '    - {name: ball, primitives: [{shape: sphere, size_m: [0.08, 0.08, 0.08]}]}\n': '',
    'size_m: [0.14, 0.08, 0.06]': 'size_m: [0.3, 0.3, 0.02]',
    'width: 80\n    height: 64': 'width: 160\n    height: 128',
    'fx: 90.0, fy: 95.0, cx: 40.0, cy: 30.0': 'fx: 180.0, fy: 180.0, cx: 79.5, cy: 63.5',
}


def patches(stage, episodes=4):
    """Pixels of each large object seen from above, with what was drawn for it."""
    for number in range(episodes):
        episode = stage.open(number)
        sample = episode.samples(0)[1]
        drawn = {item.instance_id: item for item in episode.sampled.objects}
        for label in sample.labels.instances:
            own = sample.frame.instance_id == label.instance.instance_id
            if own.sum() > 600:
                yield drawn[label.instance.instance_id], sample.frame.rgb, own


def chroma(colors):
    """Red and green shares of colours, which light hardly changes."""
    colors = np.asarray(colors, float) + 1e-3
    return colors[..., :2] / colors.sum(axis=-1, keepdims=True)


@pytest.mark.parametrize('backend', ['classic', 'onepass'])
def test_a_checker_shows_its_two_colours_half_and_half(open_config, backend):
    texture = 'texture: {share: 1, families: {checker: 1}, tile_m: 0.3}'
    stage = open_config(
        **BRICKS,
        **{'classes:\n': f'{texture}\n  classes:\n', 'backend: classic': f'backend: {backend}'},
    )
    judged = 0
    for item, rgb, own in patches(stage):
        one, other = chroma(item.texture.colors[0]), chroma(item.texture.colors[1])
        if np.linalg.norm(one - other) < 0.15:
            continue
        # Along the line between the two, lamps shift all pixels alike: two heaps remain.
        place = chroma(rgb[own]) @ (other - one)
        low, high = np.percentile(place, (5, 95))
        assert high - low > 0.25 * np.linalg.norm(other - one) ** 2
        assert 0.2 < (place < (low + high) / 2).mean() < 0.8
        judged += 1
    assert judged >= 3


def test_larger_tiles_show_fewer_stripes(open_config):
    """The share of pixels at an edge of brightness goes with the inverse of the tile."""
    shares = []
    for tile_m in (0.06, 0.24):
        texture = f'texture: {{share: 1, families: {{checker: 1}}, tile_m: {tile_m}}}'
        stage = open_config(**BRICKS, **{'classes:\n': f'{texture}\n  classes:\n'})
        edges = []
        for _, rgb, own in patches(stage, episodes=3):
            grey = rgb.astype(float).sum(axis=2)
            both = own[:, 1:] & own[:, :-1]
            spread = grey[own].std()
            edges.append((np.abs(np.diff(grey, axis=1))[both] > spread).mean())
        shares.append(np.mean(edges))
    assert 2.0 < shares[0] / shares[1] < 6.0


def test_images_of_a_folder_are_what_is_seen(open_config, tmp_path):
    (tmp_path / 'green').mkdir()
    Image.fromarray(np.full((16, 16, 3), (20, 230, 30), np.uint8)).save(tmp_path / 'green/g.png')
    texture = 'texture: {share: 1, folder: green, folder_share: 1}'
    stage = open_config(**BRICKS, **{'classes:\n': f'{texture}\n  classes:\n'})
    found = list(patches(stage, episodes=2))
    assert len(found) >= 3
    for item, rgb, own in found:
        assert item.texture.file == 'g.png'
        red, green, blue = np.median(rgb[own], axis=0)
        assert green > 2 * max(red, blue)


def test_the_share_of_textured_objects_is_as_asked(open_config):
    stage = open_config(
        **BRICKS,
        **{'classes:\n': 'texture: {share: 0.3}\n  classes:\n', 'episodes: 3': 'episodes: 300'},
    )
    inventory = stage.builder.inventory
    drawn = [
        item.texture
        for number in range(120)
        for item in sample_scene(stage.config, inventory, streams=stage.streams(number)).objects
    ]
    share = np.mean([texture is not None for texture in drawn])
    # Three standard deviations of 360 independent draws.
    assert share == pytest.approx(0.3, abs=3 * np.sqrt(0.3 * 0.7 / len(drawn)))
    families = [texture.family for texture in drawn if texture is not None]
    assert len(set(families)) == 9
    tiles = np.log([texture.tile_m for texture in drawn if texture is not None])
    assert tiles.mean() == pytest.approx(np.log([0.04, 0.16]).mean(), abs=0.15)
    assert tiles.min() >= np.log(0.04)
    assert tiles.max() <= np.log(0.16)


def test_a_broken_image_is_an_error_of_the_config_with_its_name(open_config, tmp_path):
    (tmp_path / 'torn').mkdir()
    (tmp_path / 'torn/a.jpg').write_bytes(b'\xff\xd8\xff\xe0 not much of a picture')
    texture = 'texture: {share: 1, folder: torn}'
    message = r'config\.yaml:\d+: objects\.texture\.folder: .*a\.jpg: the image is broken'
    with pytest.raises(ConfigError, match=message):
        open_config(**{'classes:\n': f'{texture}\n  classes:\n'})
