"""Physics and rendering options of every scene."""

from __future__ import annotations

import mujoco

from synth_ros.config.root import Config

# Classic OpenGL takes the near plane for its shadow maps, too: with 2 cm, walls get speckles of
# shadow. Depth is stored reversed in 32-bit floats, so a near plane this close costs nothing.
NEAR_M = 0.002
FAR_M = 30.0
SHADOWLESS = 256

# A camera inside a housing must not see the shell around its own lens. Only what is drawn is cut
# here: the model's own near plane, much closer, keeps shadow maps free of speckles.
VIEW_NEAR_M = 0.02


def scene_spec(config: Config) -> mujoco.MjSpec:
    """An empty scene with the config's options."""
    spec = mujoco.MjSpec()
    spec.modelname = 'synth_ros'
    spec.compiler.degree = False
    option = spec.option
    option.timestep = config.physics.timestep_s
    option.gravity = config.physics.gravity_m_s2
    option.integrator = mujoco.mjtIntegrator.mjINT_IMPLICITFAST
    option.cone = mujoco.mjtCone.mjCONE_ELLIPTIC
    # Harder friction than normal forces: objects at rest do not creep.
    option.impratio = 10.0
    # The sparse Newton solver of MuJoCo 4.0.0 gives wrong accelerations (its issue 3767).
    option.jacobian = mujoco.mjtJacobian.mjJAC_DENSE
    # Clipping planes are multiples of the extent; one keeps them independent of the scene.
    spec.stat.extent = 1.0
    spec.visual.map.znear = NEAR_M
    spec.visual.map.zfar = FAR_M
    spec.visual.quality.shadowsize = config.render.shadow_size or SHADOWLESS
    spec.visual.quality.offsamples = config.render.samples
    spec.visual.quality.numslices = 64
    spec.visual.quality.numstacks = 32
    frame = spec.visual.global_
    frame.offwidth = max(camera.width for camera in config.cameras)
    frame.offheight = max(camera.height for camera in config.cameras)
    return spec


def clip_planes_m(model: mujoco.MjModel) -> tuple[float, float]:
    """Near and far plane; what lies before the one or behind the other is not drawn."""
    extent, clip = model.stat.extent, model.vis.map
    return max(clip.znear * extent, VIEW_NEAR_M), clip.zfar * extent
