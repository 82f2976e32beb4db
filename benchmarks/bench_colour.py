"""Colour images: what JPEG costs in truth, and what PNG's filters and levels bring.

Frames of the demo with sensor noise, one without any, and a picture as rich as a photo (smooth
shapes under 1/f noise). JPEG: size, time, and how far it is from the pixels, as PSNR and SSIM.
PNG: every filter of the specification, and each row's best by the least sum of differences, under
ISA-L's levels and zlib's. Times are processor time, medians of rounds in turn.

    python benchmarks/bench_colour.py [--rounds 9]
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

os.environ.setdefault('MUJOCO_GL', 'egl')

import cv2
import numpy as np
import results
from bench_annotations import crowded
from common import demo_stage, machine
from isal import isal_zlib
from numpy.typing import NDArray

from synth_ros.config.randomization import SensorNoise

Image = NDArray[np.uint8]
FILTERS = ('none', 'sub', 'up', 'average', 'paeth')
_SIZE = (480, 640)
_SEED = 3


class Measured(NamedTuple):
    """One way to encode.

    Attributes:
        name: In tables.
        encode: Does it.
        decode: Gives the pixels; ``None`` where they are the same by construction.
    """

    name: str
    encode: Callable[[], bytes]
    decode: Callable[[bytes], Image] | None = None


def pictures(objects: int) -> dict[str, Image]:
    """What is encoded, by name."""
    found = {}
    loaded = crowded(objects)
    for name in ('rendered, sensor noise', 'rendered, no noise'):
        config = loaded.config
        if name.endswith('no noise'):
            random = config.randomization.model_copy(update={'sensor': SensorNoise()})
            config = config.model_copy(update={'randomization': random})
        stage = demo_stage(replace(loaded, config=config))
        sample = stage.open(1).samples(1, views=3)[0]
        found[name] = np.ascontiguousarray(sample.rgb)
        stage.renderer.close()
    return {**found, 'like a photo': photo()}


def photo() -> Image:
    """Noise whose amplitude falls with the frequency, as in pictures of nature, with hard edges.

    See Field, "Relations between the statistics of natural images and the response properties of
    cortical cells", 1987.
    """
    rng = np.random.default_rng(_SEED)
    height, width = _SIZE
    fy, fx = np.meshgrid(np.fft.fftfreq(height), np.fft.rfftfreq(width), indexing='ij')
    falling = 1 / np.maximum(np.hypot(fy, fx), 1 / width)
    planes = []
    shared = rng.normal(size=_SIZE)
    for _ in range(3):
        white = 0.85 * shared + 0.5 * rng.normal(size=_SIZE)
        planes.append(np.fft.irfft2(np.fft.rfft2(white) * falling, s=_SIZE))
    picture = np.stack(planes, -1)
    picture = 128 + 45 * (picture - picture.mean()) / picture.std()
    y, x = np.mgrid[0:height, 0:width]
    for _ in range(25):
        cy, cx, radius = rng.uniform(0, height), rng.uniform(0, width), rng.uniform(10, 90)
        picture[np.hypot(y - cy, x - cx) < radius] += rng.normal(0, 25, 3)
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


def psnr(one: Image, other: Image) -> float:
    """Peak signal over noise, decibels."""
    error = np.mean((one.astype(np.float64) - other) ** 2)
    return float(10 * np.log10(255**2 / error))


def ssim(one: Image, other: Image) -> float:
    """Mean structural similarity of the luma, with a Gaussian window of 1.5 pixels.

    Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from error visibility to
    structural similarity", 2004, equation 13 with K1 = 0.01 and K2 = 0.03.
    """
    a, b = (cv2.cvtColor(i, cv2.COLOR_RGB2GRAY).astype(np.float64) for i in (one, other))

    def mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return cv2.GaussianBlur(values, (11, 11), 1.5)

    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    ma, mb = mean(a), mean(b)
    va, vb, vab = mean(a * a) - ma * ma, mean(b * b) - mb * mb, mean(a * b) - ma * mb
    index = (2 * ma * mb + c1) * (2 * vab + c2) / ((ma * ma + mb * mb + c1) * (va + vb + c2))
    return float(index[5:-5, 5:-5].mean())


def jpegs(rgb: Image) -> list[Measured]:
    """JPEG by OpenCV (libjpeg-turbo), qualities and chroma at full or half resolution."""
    bgr = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR)
    samplings = {
        '4:2:0': cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420,
        '4:4:4': cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
    }

    def way(quality: int, factor: int) -> Callable[[], bytes]:
        options = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, factor]

        def encode() -> bytes:
            return cv2.imencode('.jpg', bgr, options)[1].tobytes()

        return encode

    def decode(data: bytes) -> Image:
        found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        return cv2.cvtColor(found, cv2.COLOR_BGR2RGB)

    return [
        Measured(f'JPEG {quality}, {name}', way(quality, factor), decode)
        for quality in (80, 85, 90, 95, 98, 100)
        for name, factor in samplings.items()
    ]


def filtered(rgb: Image, kind: int) -> Image:
    """Rows of a PNG under one filter (PNG specification, 9.2), each behind its number.

    Args:
        rgb: Shape (height, width, 3), uint8.
        kind: Index of ``FILTERS``.
    """
    rows = rgb.reshape(rgb.shape[0], -1).astype(np.int16)
    left, up, corner = np.zeros_like(rows), np.zeros_like(rows), np.zeros_like(rows)
    left[:, 3:] = rows[:, :-3]
    up[1:] = rows[:-1]
    corner[1:, 3:] = rows[:-1, :-3]
    if kind == 4:
        estimate = left + up - corner
        da, db, dc = abs(estimate - left), abs(estimate - up), abs(estimate - corner)
        guess = np.where((da <= db) & (da <= dc), left, np.where(db <= dc, up, corner))
    else:
        guess = (np.zeros_like(rows), left, up, (left + up) >> 1)[kind]
    out = np.empty((rows.shape[0], rows.shape[1] + 1), np.uint8)
    out[:, 0] = kind
    out[:, 1:] = (rows - guess).astype(np.uint8)
    return out


def best_filters(rgb: Image) -> Image:
    """For each row the filter with the least sum of differences, as libpng chooses."""
    ways = np.stack([filtered(rgb, kind) for kind in range(len(FILTERS))])
    sums = np.abs(ways[:, :, 1:].view(np.int8).astype(np.int32)).sum(-1)
    return ways[sums.argmin(0), np.arange(rgb.shape[0])]


def filtered_fast(rgb: Image, kind: int) -> Image:
    """The two filters that take one pass over the bytes: 1 and 2, as ``writers.codecs`` does."""
    rows = rgb.reshape(rgb.shape[0], -1)
    out = np.empty((rows.shape[0], rows.shape[1] + 1), np.uint8)
    out[:, 0] = kind
    if kind == 1:
        out[:, 1:4] = rows[:, :3]
        np.subtract(rows[:, 3:], rows[:, :-3], out=out[:, 4:])
    else:
        out[0, 1:] = rows[0]
        np.subtract(rows[1:], rows[:-1], out=out[1:, 1:])
    return out


def pngs(rgb: Image) -> list[Measured]:
    """PNG without its frame: filter and deflate, together."""

    def way(rows: Callable[[], Image], level: int, *, isal: bool) -> Callable[[], bytes]:
        pack = isal_zlib.compress if isal else zlib.compress
        return lambda: pack(rows(), level)

    ways, sub = [], partial(filtered_fast, rgb, 1)
    for kind, name in enumerate(FILTERS):
        rows = partial(filtered_fast if kind in {1, 2} else filtered, rgb, kind)
        ways.append(Measured(f'PNG, {name}, ISA-L 3', way(rows, 3, isal=True)))
    ways.append(
        Measured('PNG, best of a row, ISA-L 3', way(partial(best_filters, rgb), 3, isal=True))
    )
    ways += [
        Measured(f'PNG, sub, ISA-L {level}', way(sub, level, isal=True)) for level in (0, 1, 2)
    ]
    ways += [Measured(f'PNG, sub, zlib {level}', way(sub, level, isal=False)) for level in (1, 6)]
    return ways


def measure(ways: Sequence[Measured], rounds: int) -> list[float]:
    """Median processor seconds of each, in turn."""
    times: list[list[float]] = [[] for _ in ways]
    for number in range(1 + rounds):
        for way, series in zip(ways, times, strict=True):
            start = time.process_time()
            way.encode()
            if number:
                series.append(time.process_time() - start)
    return [statistics.median(series) for series in times]


def table(name: str, rgb: Image, rounds: int) -> str:
    """All ways on one picture, in Markdown."""
    ways = [*jpegs(rgb), *pngs(rgb)]
    lines = []
    for way, median_s in zip(ways, measure(ways, rounds), strict=True):
        data = way.encode()
        quality = ['lossless', '']
        if way.decode is not None:
            back = way.decode(data)
            quality = [f'{psnr(rgb, back):.1f} dB', f'{ssim(rgb, back):.4f}']
        lines.append([way.name, f'{1e3 * median_s:.2f}', f'{len(data) / 1e3:.0f}', *quality])
    return f'{name}:\n\n' + results.markdown(('codec', 'ms', 'kB', 'PSNR', 'SSIM'), lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--rounds', type=int, default=9)
    parser.add_argument('--objects', type=int, default=20)
    options = parser.parse_args(arguments)
    cv2.setNumThreads(1)
    print(f'{machine()}; load {os.getloadavg()[0]:.1f}')
    for name, rgb in pictures(options.objects).items():
        print(f'\n{table(name, rgb, options.rounds)}', flush=True)


if __name__ == '__main__':
    main()
