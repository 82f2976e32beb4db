"""What is measured in pixels, on pictures whose answer is known."""

import cv2
import numpy as np
import pytest

from synth_ros.report.statistics.facts import (
    HUES,
    depth_facts,
    perceptual_hash,
    pixel_facts,
    temperature_k,
)


def smooth(seed=0, *, size=(160, 120)):
    rng = np.random.default_rng(seed)
    small = rng.integers(20, 230, (7, 9, 3), np.uint8)
    return cv2.resize(small, size, interpolation=cv2.INTER_CUBIC)


def grey_of(rgb):
    return cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)


def differ(one, other):
    return sum(int(a ^ b).bit_count() for a, b in zip(one, other, strict=True))


def test_brightness_and_contrast_are_those_of_grey_levels():
    rgb = smooth()
    grey, facts = grey_of(rgb).astype(float), pixel_facts(rgb)
    assert facts.brightness == pytest.approx(grey.mean())
    assert facts.contrast == pytest.approx(grey.std())


@pytest.mark.parametrize('sigma', [1.0, 3.0, 8.0])
def test_noise_is_measured_whatever_the_picture_shows(sigma):
    noisy = smooth(size=(640, 480)).clip(40, 210) + np.random.default_rng(1).normal(
        0, sigma, (480, 640, 1)
    )
    facts = pixel_facts(np.clip(noisy.round(), 0, 255).astype(np.uint8))
    assert facts.noise == pytest.approx(sigma, rel=0.12)


def test_blur_lowers_sharpness():
    sharp = np.random.default_rng(0).integers(0, 256, (120, 160, 3), np.uint8)
    blurred = cv2.GaussianBlur(sharp, (0, 0), 2)
    assert pixel_facts(blurred).sharpness < 0.05 * pixel_facts(sharp).sharpness


def test_shares_of_white_and_black():
    rgb = np.full((40, 40, 3), 128, np.uint8)
    rgb[:10] = 0
    rgb[10:14, :, 1] = 255
    facts = pixel_facts(rgb)
    assert facts.under == pytest.approx(0.25)
    assert facts.over == pytest.approx(0.1)


@pytest.mark.parametrize(('rgb', 'hue'), [((255, 0, 0), 0), ((0, 255, 0), 12), ((0, 0, 255), 24)])
def test_hue_and_saturation_of_pure_colours(rgb, hue):
    facts = pixel_facts(np.full((30, 40, 3), rgb, np.uint8))
    assert facts.saturation == pytest.approx(1)
    assert facts.hues.argmax() == hue
    assert facts.hues[hue] == facts.hues.sum() == 30 * 40


def test_grey_has_no_hue():
    facts = pixel_facts(np.full((30, 40, 3), 90, np.uint8))
    assert facts.hues.tolist() == [0] * HUES
    assert facts.saturation == 0


def test_white_is_daylight_and_orange_is_warm():
    def flat(*rgb):
        return temperature_k(np.full((4, 4, 3), rgb, np.uint8))

    assert flat(200, 200, 200) == pytest.approx(6504, abs=60)
    # Illuminant A in sRGB.
    assert flat(255, 177, 110) == pytest.approx(2856, rel=0.04)
    assert flat(180, 200, 255) > 7500
    assert np.isnan(flat(0, 0, 0))


def test_depth():
    depth = np.zeros((30, 40), np.float32)
    depth[:15] = 2.5
    facts = depth_facts(depth)
    assert facts.missing == pytest.approx(0.5)
    assert set(facts.values_m.tolist()) == {2.5}
    large = depth_facts(np.full((1080, 1920), 1.5, np.float32))
    assert 3000 < large.values_m.size < 9000


@pytest.mark.parametrize('size', [(1, 1), (2, 5), (3, 3), (9, 1)])
def test_the_smallest_images_have_facts(size):
    facts = pixel_facts(np.full((*size, 3), 77, np.uint8))
    assert facts.brightness == pytest.approx(77)
    assert facts.spread == 0
    assert np.isnan(facts.noise) or facts.noise < 0.1


@pytest.mark.parametrize('quality', [95, 60, 30])
def test_the_hash_holds_through_jpeg_scaling_and_exposure(quality):
    rgb = smooth(3, size=(320, 240))
    bits, _ = perceptual_hash(grey_of(rgb))
    _, data = cv2.imencode('.jpg', rgb, [cv2.IMWRITE_JPEG_QUALITY, quality])
    changed = {
        'jpeg': cv2.imdecode(data, cv2.IMREAD_COLOR),
        'half': cv2.resize(rgb, (160, 120), interpolation=cv2.INTER_AREA),
        'dim': (0.85 * rgb).astype(np.uint8),
    }
    assert {k: differ(bits, perceptual_hash(grey_of(v))[0]) <= 6 for k, v in changed.items()} == {
        'jpeg': True,
        'half': True,
        'dim': True,
    }


def test_different_pictures_have_different_hashes():
    hashes = [perceptual_hash(grey_of(smooth(seed)))[0] for seed in range(12)]
    apart = [differ(hashes[a], hashes[b]) for a in range(12) for b in range(a)]
    assert min(apart) > 20
