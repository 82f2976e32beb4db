"""What this machine renders with, how fast, and what ``auto`` makes of it."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from dataclasses import asdict, dataclass, replace
from typing import Literal

from synth_ros.config.render import RenderConfig
from synth_ros.errors import RenderError, SynthRosError
from synth_ros.render.auto import BACKENDS, BackendName, Found, decide, probe_classic
from synth_ros.render.devices import Device, EglDevice, NoDevice
from synth_ros.render.egl_devices import list_egl_devices, onepass_device, pick_egl_device
from synth_ros.render.probe import probe_vulkan, run_child

Preference = Literal['speed', 'looks']
PREFERENCES: tuple[Preference, ...] = ('speed', 'looks')
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
class AutoReport:
    """What ``render.backend: auto`` makes of this machine.

    Attributes:
        prefer: The ``render.prefer`` that was asked for.
        backend: What it picks; ``None`` if nothing renders.
        reason: Why, or what to install.
        cautions: What to know about the choice.
    """

    prefer: Preference
    backend: BackendName | None
    reason: str
    cautions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RenderReport:
    """All renderers, the devices, and the choice among them.

    Attributes:
        backends: Each renderer, tried on the device that it would use.
        devices: What EGL lists: the values of ``render.device``.
        auto: What ``auto`` picks for each preference.
    """

    backends: tuple[BackendReport, ...]
    devices: tuple[EglDevice, ...]
    auto: tuple[AutoReport, ...]


def examine_renderers() -> RenderReport:
    """Try every renderer in a process of its own; a few seconds."""
    found = _found()
    reports = tuple(_try_out(name, getattr(found, name)) for name in BACKENDS)
    choices = tuple(_auto(prefer, found) for prefer in PREFERENCES)
    return RenderReport(reports, list_egl_devices(), choices)


def _found() -> Found:
    """What all drivers say; a wrong variable is a reason like any other."""
    egl: EglDevice | NoDevice
    try:
        egl = pick_egl_device(None, os.environ)
    except SynthRosError as error:
        egl = NoDevice('opengl', str(error))
    return Found(onepass_device(egl), probe_classic(egl), probe_vulkan())


def _auto(prefer: Preference, found: Found) -> AutoReport:
    try:
        choice = decide(RenderConfig(prefer=prefer), found)
    except RenderError as error:
        return AutoReport(prefer, None, str(error))
    return AutoReport(prefer, choice.backend, choice.reason, choice.cautions)


def report_as_json(report: RenderReport) -> dict[str, object]:
    """The report as plain values for ``json``."""
    return asdict(report)


def _try_out(backend: BackendName, found: Device | NoDevice) -> BackendReport:
    """Render the standard scene in a child process."""
    if isinstance(found, NoDevice):
        return BackendReport(backend, problem=found.reason)
    place = [] if found.index is None else [str(found.index)]
    output, problem = run_child('measure', backend, *place)
    report = BackendReport(backend, device=found.label, software=found.software)
    if problem is not None:
        return replace(report, problem=problem)
    # Filament has a buffered word of its own on stdout, which may come before or after ours.
    lines = [line for line in output.splitlines() if line.startswith(_FIGURES)]
    measured = json.loads(lines[-1].removeprefix(_FIGURES))
    return replace(report, works=True, **measured)


def measure(name: str, place: str = '') -> None:
    """Render the standard scene and print the figures as JSON; runs in the child.

    Args:
        name: Of the renderer.
        place: Index of the EGL device that draws, if it is one.
    """
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
    config = RenderConfig(
        backend=next(backend for backend in BACKENDS if backend == name),
        device=int(place) if place else None,
    )
    with make_renderer(config, max_size=_SIZE) as renderer:
        renderer.load(model)
        for _ in range(_FRAMES + 1):
            start = time.perf_counter()
            layers = renderer.render(data, viewpoint)
            times.append(time.perf_counter() - start)
    if len(np.unique(layers.geom_id)) < model.ngeom // 2 or not layers.rgb.any():
        raise RenderError(f'{name} drew an empty picture on {renderer.device}.')
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
