"""Frames a second against worker processes, on whatever device draws; made for a GPU.

In memory and written to disk, with 1, 2, 4 and 8 workers, until more no longer help; beside them
what reading a frame back takes, and what encoding one takes. The device is the EGL device of
``--device`` (``synth-ros doctor`` lists them), or the one the renderer chooses.

    python benchmarks/bench_gpu.py [--device 0] [--workers 1 2 4 8] [--backends onepass]
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import get_args

os.environ.setdefault('MUJOCO_GL', 'egl')

import moderngl
import results
from bench_speed import MAIN, TUNED, naive, ours, rows_of
from contenders import compete
from ours import OurFrames, render_section
from scenes import SceneSpec
from settled import prepare
from written import measure_written

from synth_ros.config.render import Backend
from synth_ros.writers.codecs import encode_depth, encode_instances, encode_rgb

_REPEATS = 30
_WRITTEN_ROUNDS = 2


def in_memory(folder: Path, spec: SceneSpec, options: argparse.Namespace) -> list[results.Row]:
    """Labelled frames in memory, by number of processes; all take turns."""
    others = []
    for backend in options.backends:
        for workers in options.workers:
            one = ours(folder, backend, TUNED[backend], processes=workers)
            if options.device is not None:
                one = replace(one, options={**one.options, 'device': options.device})
            others.append(one)
    measured = compete(naive(folder), others, rounds=options.rounds, turn_s=0.4)
    return [
        replace(row, name=f'in memory, {row.processes} workers: {row.name}')
        for row in rows_of('gpu', str(spec), measured)
    ]


def written(root: Path, spec: SceneSpec, options: argparse.Namespace) -> list[results.Row]:
    """Frames on disk, by number of workers."""
    rows = []
    folder = prepare(root, spec)
    for backend in options.backends:
        shadow, samples = TUNED[backend]
        render: dict[str, object] = {
            'backend': backend,
            'shadow_size': shadow,
            'samples': samples,
        }
        if options.device is not None:
            render['device'] = options.device
        for workers in options.workers:
            row = measure_written(
                (spec, root),
                naive(folder),
                render=render,
                size=(4 * workers + 2, workers, _WRITTEN_ROUNDS),
            )
            name = f'written, {workers} workers: {row.name}'
            rows.append(replace(row, name=name, section='gpu'))
            results.show(rows[-1:])
    return rows


def shares(folder: Path, spec: SceneSpec, options: argparse.Namespace) -> results.Row:
    """What reading back and encoding take beside a whole frame, one process."""
    backend = options.backends[0]
    shadow, samples = TUNED[backend]
    render = render_section(backend, shadow, samples)
    if options.device is not None:
        render['device'] = options.device
    frames = OurFrames(folder, render=render, labels='default')
    frames.make(3)
    whole = seconds(lambda: frames.make(1))
    sample = frames.sample()
    encoders: dict[str, Callable[[], object]] = {
        'PNG colour ms': lambda: encode_rgb(sample.rgb, rgb_format='png', jpeg_quality=95),
        'JPEG colour ms': lambda: encode_rgb(sample.rgb, rgb_format='jpeg', jpeg_quality=95),
        'PNG depth ms': lambda: encode_depth(sample.depth_m),
        'PNG ids ms': lambda: encode_instances(sample.labels.instance_id),
    }
    return results.Row(
        section='gpu',
        scene=str(spec),
        name=f'one frame: {backend} {shadow}/{samples}',
        seconds=(whole,),
        device=frames.device,
        notes={
            'read back ms': round(1e3 * read_back(spec.size, options.device), 3),
            **{name: round(1e3 * seconds(body), 3) for name, body in encoders.items()},
            'whole frame ms': round(1e3 * whole, 3),
        },
    )


def read_back(size: tuple[int, int], device: int | None) -> float:
    """Seconds to read colour, depth and ids of one picture from a device, none of it drawn."""
    options = {} if device is None else {'device_index': device}
    context = moderngl.create_context(standalone=True, backend='egl', require=330, **options)
    try:
        kinds = (('f1', 4), ('f4', 1), ('i4', 1))
        textures = [context.texture(size, parts, dtype=kind) for kind, parts in kinds]
        target = context.framebuffer(textures)
        buffers = [bytearray(size[0] * size[1] * 4) for _ in kinds]

        def read() -> None:
            for number, (kind, parts) in enumerate(kinds):
                target.read_into(buffers[number], components=parts, attachment=number, dtype=kind)

        read()
        return seconds(read)
    finally:
        context.release()


def seconds(body: Callable[[], object]) -> float:
    """Median wall seconds."""
    times = []
    for _ in range(_REPEATS):
        start = time.perf_counter()
        body()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run and print."""
    known = [name for name in ('onepass', 'classic') if name in get_args(Backend)]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--device', type=int, help='EGL device index')
    parser.add_argument('--workers', nargs='+', type=int, default=[1, 2, 4, 8])
    parser.add_argument('--backends', nargs='+', choices=sorted(TUNED), default=known[:1])
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--quick', action='store_true', help='smallest of everything')
    parser.add_argument('--json', type=Path, default=results.FOLDER / 'gpu.json')
    options = parser.parse_args(arguments)
    spec = MAIN
    if options.quick:
        spec, options.workers, options.rounds = SceneSpec(3, 'primitives', (64, 48)), [1], 1
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        scene = prepare(root, spec)
        rows = [shares(scene, spec, options)]
        results.show(rows)
        rows += in_memory(scene, spec, options)
        results.show(rows[1:])
        rows += written(root, spec, options)
    results.save(options.json, rows)


if __name__ == '__main__':
    main()
