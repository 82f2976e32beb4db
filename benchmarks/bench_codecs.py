"""Which codec for which file: processor time and bytes for one frame, every one of them lossless
but JPEG.

The frame is the second of three views of the demo with all labels and with sensor noise, as it is
written. Everything that is written is decoded again by a reader that is not ours and compared.
Codecs that are not installed are left out: zstd and fpng are here to compare with.

    python benchmarks/bench_codecs.py [--rounds 15] [--objects 20]
"""

from __future__ import annotations

import argparse
import io
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

os.environ.setdefault('MUJOCO_GL', 'egl')

import cv2
import numpy as np
import zstandard
from bench_annotations import crowded
from common import demo_stage, machine
from isal import isal_zlib
from numpy.typing import NDArray
from PIL import Image

from synth_ros.config.labels import LabelsConfig
from synth_ros.schema.layers import layers_of
from synth_ros.types import Sample
from synth_ros.writers.codecs import encode_png, encode_rgb
from synth_ros.writers.npz import encode_npz

Encode = Callable[[], bytes]
Pixels = NDArray[np.uint8] | NDArray[np.uint16]
MASKS = frozenset({'part_id', 'panoptic_id'})


class Row(NamedTuple):
    """What is encoded how."""

    content: str
    codec: str
    encode: Encode


def sample_of(objects: int) -> Sample:
    """A frame of the demo with all labels."""
    loaded = crowded(objects)
    labels = LabelsConfig(everything=True)
    config = loaded.config.model_copy(update={'labels': labels})
    stage = demo_stage(replace(loaded, config=config))
    sample = stage.open(1).samples(1, views=3)[0]
    stage.renderer.close()
    return sample


def png_rows(content: str, pixels: Pixels) -> list[Row]:
    """PNGs of one image, by us and by others."""
    is_mask = content.endswith('mask')
    stored = pixels[..., ::-1].copy() if pixels.ndim == 3 else pixels

    def by_opencv(*options: int) -> Encode:
        def encode() -> bytes:
            return cv2.imencode('.png', stored, options)[1].tobytes()

        return encode

    def by_pillow() -> bytes:
        out = io.BytesIO()
        Image.fromarray(pixels).save(out, 'PNG')
        return out.getvalue()

    ours = encode_png(pixels, is_mask=is_mask)
    assert np.array_equal(cv2.imdecode(np.frombuffer(ours, np.uint8), -1), stored)
    return [
        Row(content, 'PNG, ours', lambda: encode_png(pixels, is_mask=is_mask)),
        Row(content, 'PNG, OpenCV', by_opencv()),
        Row(content, 'PNG, OpenCV level 1', by_opencv(cv2.IMWRITE_PNG_COMPRESSION, 1)),
        Row(content, 'PNG, Pillow', by_pillow),
        Row(content, 'zstd 1', lambda: zstandard.compress(pixels.tobytes(), 1)),
    ]


def colour_rows(sample: Sample) -> list[Row]:
    """Colour, which may lose something."""
    rgb = np.ascontiguousarray(sample.rgb)
    rows = png_rows('colour', rgb)
    try:
        from fpng import fpng_ext
    except ImportError:
        pass
    else:
        rows.append(Row('colour', 'PNG, fpng', lambda: fpng_ext.encode_ndarray(rgb)))
    for quality in (95, 90):
        encode = jpeg(rgb, quality)
        rows.append(Row('colour', f'JPEG, quality {quality}', encode))
    return rows


def jpeg(rgb: NDArray[np.uint8], quality: int) -> Encode:
    """A JPEG of an image."""
    return lambda: encode_rgb(rgb, rgb_format='jpeg', jpeg_quality=quality)


def layer_rows(sample: Sample) -> list[Row]:
    """Dense labels in one file."""
    layers = {k: v for k, v in layers_of(sample.labels.dense).items() if k not in MASKS}
    raw = b''.join(array.tobytes() for array in layers.values())

    def by_numpy(save: Callable[..., None]) -> Encode:
        def encode() -> bytes:
            out = io.BytesIO()
            save(out, **layers)
            return out.getvalue()

        return encode

    with np.load(io.BytesIO(encode_npz(layers))) as found:
        for name, array in layers.items():
            np.testing.assert_array_equal(found[name], array)
    return [
        Row('layers', 'NPZ, ours', lambda: encode_npz(layers)),
        Row('layers', 'all deflated by ISA-L', lambda: isal_zlib.compress(raw, 3)),
        Row('layers', 'numpy.savez', by_numpy(np.savez)),
        Row('layers', 'numpy.savez_compressed', by_numpy(np.savez_compressed)),
        Row('layers', 'zstd 1', lambda: zstandard.compress(raw, 1)),
    ]


def measure(rows: list[Row], rounds: int) -> list[list[float]]:
    """Processor seconds of each in turn."""
    times: list[list[float]] = [[] for _ in rows]
    for number in range(1 + rounds):
        for row, series in zip(rows, times, strict=True):
            start = time.process_time()
            row.encode()
            if number:
                series.append(time.process_time() - start)
    return times


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--rounds', type=int, default=15)
    parser.add_argument('--objects', type=int, default=20)
    options = parser.parse_args()
    sample = sample_of(options.objects)
    millimetres = np.rint(sample.depth_m * np.float32(1000)).astype(np.uint16)
    rows = [
        *colour_rows(sample),
        *png_rows('depth', millimetres),
        *png_rows('instance mask', sample.labels.instance_id.astype(np.uint16)),
        *png_rows('class mask', sample.labels.class_id.astype(np.uint8)),
        *layer_rows(sample),
    ]
    print(f'{machine()}; {sample.frame.camera.width}x{sample.frame.camera.height}')
    print('| content | codec | time | ratio | bytes |\n|---|---|---|---|---|')
    ours: list[float] = []
    for row, series in zip(rows, measure(rows, options.rounds), strict=True):
        if row.codec.endswith('ours'):
            ours = series
        ratio = statistics.median(a / b for a, b in zip(series, ours, strict=True))
        print(
            f'| {row.content} | {row.codec} | {1e3 * statistics.median(series):.2f} ms '
            f'| {ratio:.1f} | {len(row.encode()) / 1e3:.0f} kB |'
        )


if __name__ == '__main__':
    main()
