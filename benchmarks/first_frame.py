"""A process that makes one labelled frame and says when it was where: see ``bench_start.py``.

python benchmarks/first_frame.py CONFIG START      START: time.time() before this process
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path


def main() -> None:
    """Make a frame as ``generate`` does, and print the seconds since the start after each step."""
    start, at = float(sys.argv[2]), {}
    at['Python started'] = time.time() - start
    from synth_ros.render.gl import prepare_gl_environment

    prepare_gl_environment()
    from synth_ros.config.load import load_config
    from synth_ros.pipeline.generate import (
        GenerateRequest,
        episode_samples,
        make_plan,
        open_stage,
    )
    from synth_ros.render.auto import choose_backend
    from synth_ros.scene.build import SceneBuilder

    at['imported'] = time.time() - start
    path = Path(sys.argv[1])
    loaded = load_config(path)
    plan = make_plan(GenerateRequest(path, Path()), loaded)
    choice = choose_backend(loaded.config.render)
    at['renderer chosen'] = time.time() - start
    builder = SceneBuilder(loaded)
    at['assets loaded'] = time.time() - start
    stage = open_stage(loaded, builder, seed=plan.seed, choice=choice)
    at['renderer open'] = time.time() - start
    episode = stage.open(0)
    at['scene at rest'] = time.time() - start
    next(iter(episode_samples(stage, episode, plan.course)))
    at['first labelled frame'] = time.time() - start
    stage.renderer.close()
    print(json.dumps(at))


if __name__ == '__main__':
    main()
