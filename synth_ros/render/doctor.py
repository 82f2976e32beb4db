"""What this machine renders with, how fast, and what ``auto`` makes of it."""

from __future__ import annotations

import json
import resource
import sys
import time
from dataclasses import asdict, dataclass, replace
from typing import Literal

from synth_ros.config.render import RenderConfig
from synth_ros.errors import RenderError
from synth_ros.render.auto import Choice, decide
from synth_ros.render.devices import Device, NoDevice
from synth_ros.render.probe import probe_opengl, probe_vulkan, run_child

BackendName = Literal['classic', 'filament']
_BACKENDS: tuple[BackendName, ...] = ('classic', 'filament')
_SIZE = (640, 480)
_FIGURES = 'figures: '
_FRAMES = 5


@dataclass(frozen=True, slots=True)
class BackendReport:
    """One renderer, tried out.

    Attributes:
        backend: Which.
        device: Device and driver in the driver's words.
        works: Whether it rendered.
        software: Whether the processor draws.
        frame_ms: Median time of colour, depth and ids at 640x480, milliseconds.
        memory_mb: Peak memory of the process that tried it.
        problem: What went wrong, empty if nothing.
    """

    backend: BackendName
    device: str = 'none'
    works: bool = False
    software: bool = False
    frame_ms: float | None = None
    memory_mb: float | None = None
    problem: str = ''


@dataclass(frozen=True, slots=True)
class RenderReport:
    """All renderers and the choice among them.

    Attributes:
        backends: Each renderer.
        auto: What ``render.backend: auto`` picks; ``None`` if nothing renders.
        reason: Why, or what to install.
        cautions: What to know about the choice.
    """

    backends: tuple[BackendReport, ...]
    auto: BackendName | None
    reason: str
    cautions: tuple[str, ...]


def examine_renderers() -> RenderReport:
    """Try every renderer in a process of its own; a few seconds."""
    vulkan, opengl = probe_vulkan(), probe_opengl()
    found = {'classic': opengl, 'filament': vulkan}
    reports = tuple(_try_out(name, found[name]) for name in _BACKENDS)
    try:
        choice: Choice = decide(RenderConfig(), vulkan, opengl)
    except RenderError as error:
        return RenderReport(reports, None, str(error), ())
    return RenderReport(reports, choice.backend, choice.reason, choice.cautions)


def report_as_json(report: RenderReport) -> dict[str, object]:
    """The report as plain values for ``json``."""
    return asdict(report)


def _try_out(backend: BackendName, found: Device | NoDevice) -> BackendReport:
    """Render the standard scene in a child process."""
    if isinstance(found, NoDevice):
        return BackendReport(backend, problem=found.reason)
    output, problem = run_child('measure', backend)
    report = BackendReport(backend, device=found.label, software=found.software)
    if problem is not None:
        return replace(report, problem=problem)
    # Filament has a buffered word of its own on stdout, which may come before or after ours.
    lines = [line for line in output.splitlines() if line.startswith(_FIGURES)]
    measured = json.loads(lines[-1].removeprefix(_FIGURES))
    return replace(report, works=True, **measured)


def measure(backend: BackendName) -> None:
    """Render the standard scene and print the figures as JSON; runs in the child."""
    import mujoco
    import numpy as np

    from synth_ros.geometry.camera import camera_from_fovy
    from synth_ros.geometry.transforms import make_transform
    from synth_ros.render.auto import make_renderer
    from synth_ros.render.base import Viewpoint

    model = mujoco.MjModel.from_xml_string(_standard_scene())
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    right, forward = np.array([1.0, 0, 0]), np.array([0, 0.8, -0.6])
    pose = make_transform(
        np.stack([right, np.cross(forward, right), forward], 1), [0.0, -0.8, 0.75]
    )
    viewpoint = Viewpoint(camera_from_fovy('doctor', _SIZE, 0.9), pose)
    times = []
    with make_renderer(RenderConfig(backend=backend), max_size=_SIZE) as renderer:
        renderer.load(model)
        for _ in range(_FRAMES + 1):
            start = time.perf_counter()
            layers = renderer.render(data, viewpoint)
            times.append(time.perf_counter() - start)
    if len(np.unique(layers.geom_id)) < model.ngeom // 2 or not layers.rgb.any():
        raise RenderError(f'{backend} drew an empty picture on {renderer.device}.')
    figures = {
        'frame_ms': round(1e3 * float(np.median(times[1:])), 1),
        'memory_mb': round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }
    sys.stdout.write(f'{_FIGURES}{json.dumps(figures)}\n')
    sys.stdout.flush()


def _standard_scene() -> str:
    """Twenty boxes on a table under two lamps with shadows."""
    places = [(i, (i % 5 - 2) * 0.16, (i // 5 - 1.5) * 0.16) for i in range(20)]
    boxes = ''.join(
        f'<geom type="box" size=".04 .03 .05" pos="{x} {y} .05" euler="0 0 {25 * i}"'
        f' rgba="{0.2 + 0.04 * i:.2f} .5 {1 - 0.04 * i:.2f} 1"/>'
        for i, x, y in places
    )
    return f"""<mujoco>
      <statistic extent="1"/>
      <visual><map znear="0.01" zfar="30"/></visual>
      <worldbody>
        <light type="spot" pos=".6 -.5 2" dir="-.3 .25 -1" castshadow="true" intensity="150000"/>
        <light type="spot" pos="-.8 -.3 2" dir=".4 .15 -1" castshadow="true" intensity="90000"/>
        <geom type="box" size="1 1 .01" pos="0 0 -.01" rgba=".7 .6 .5 1"/>
        {boxes}
      </worldbody>
    </mujoco>"""
