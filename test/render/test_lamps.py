"""Lamps as they are drawn from a config, measured in pictures of every engine."""

from __future__ import annotations

from collections.abc import Iterator

import mujoco
import numpy as np
import pytest

from synth_ros.config.lights import LAMP_KINDS, LampKind
from synth_ros.config.render import RenderConfig
from synth_ros.errors import RenderError
from synth_ros.geometry.camera import camera_from_fovy
from synth_ros.randomize.lamps import lamp_color
from synth_ros.randomize.scene import SampledLamp, SampledScene
from synth_ros.render.base import Layers, Renderer
from synth_ros.render.classic import ClassicRenderer
from synth_ros.render.filament import FilamentRenderer
from synth_ros.render.onepass.renderer import OnepassRenderer
from synth_ros.scene.lighting import add_lights

from .onepass.pictures import linear
from .scenes import look_at

SIZE = (80, 60)
# Light as it is, without a curve that bends it.
PLAIN = RenderConfig(samples=0, shadow_size=1024, tone_mapping='none')
SOFT = PLAIN.model_copy(update={'soft_shadows': True})
VIEW = look_at(camera_from_fovy('test', SIZE, 0.9), eye=(0.05, -0.9, 1.0))
FILAMENT_SLOWLY = pytest.param('filament', marks=pytest.mark.slow)
_SCENE = """<mujoco><statistic extent="1"/>
  <visual><map znear="0.002" zfar="30"/></visual>
  <asset>
    <texture name="sky" type="skybox" builtin="flat" width="8" height="8" rgb1=".2 .25 .3"/>
    <material name="chalk" rgba=".5 .5 .5 1" roughness="1" metallic="0"/>
    <material name="polish" rgba=".3 .3 .3 1" specular="1" shininess=".6"/>
    <material name="glow" rgba=".3 .4 .2 1" emission=".2" roughness="1" metallic="0"/>
  </asset>
  <worldbody>
    <geom name="floor" type="box" size="{floor} {floor} .01" pos="0 0 -.01" material="chalk"/>
    {things}
  </worldbody></mujoco>"""
BALL = '<geom name="ball" type="sphere" size=".15" pos="0 .3 .15" material="polish"/>'
GLOW = '<geom name="glow" type="box" size=".1 .1 .1" pos=".3 .2 .1" material="glow"/>'
CARD = '<geom name="card" type="box" size=".2 .6 .005" pos="-.2 0 {height}" material="chalk"/>'


def lamp(
    *,
    kind: LampKind = 'spot',
    intensity: float = 0.3,
    distance_m: float = 2.0,
    aside_m: float = 0.0,
    rgb: tuple[float, float, float] = (1.0, 1.0, 1.0),
    radius_m: float = 0.06,
    specular: float = 0.0,
    cast_shadow: bool = False,
) -> SampledLamp:
    return SampledLamp(
        position_m=(aside_m, 0.0, distance_m),
        target_m=(aside_m, 0.0, 0.0),
        rgb=rgb,
        intensity=intensity,
        cast_shadow=cast_shadow,
        kind=kind,
        radius_m=radius_m,
        specular=specular,
    )


def lit_model(
    *lamps: SampledLamp, ambient: float = 0.0, things: str = '', floor: float = 2.0
) -> mujoco.MjModel:
    spec = mujoco.MjSpec.from_string(_SCENE.format(things=things, floor=floor))
    sampled = SampledScene(
        episode=0,
        attempt=0,
        objects=(),
        lamps=lamps,
        ambient=ambient,
        materials=(),
        camera_offsets=(),
    )
    add_lights(spec, sampled)
    return spec.compile()


def shot(renderer: Renderer, model: mujoco.MjModel, *, exposure_ev: float = 0.0) -> Layers:
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    renderer.load(model)
    return renderer.render(data, VIEW._replace(exposure_ev=exposure_ev))


def middle(layers: Layers) -> np.ndarray:
    """Screen colour (3,) of the floor about its middle, where the lamps aim, 0 to 1."""
    return layers.rgb[28:33, 37:43].reshape(-1, 3).mean(axis=0) / 255


def light(name: str, layers: Layers) -> np.ndarray:
    """What should be linear in the lamps' intensity: screen colours in classic."""
    return middle(layers) if name == 'classic' else linear(255 * middle(layers))


def _make(name: str, config: RenderConfig = PLAIN) -> Renderer:
    if name == 'onepass':
        return OnepassRenderer(config)
    return FilamentRenderer(config) if name == 'filament' else ClassicRenderer(config, SIZE)


@pytest.fixture(scope='module', params=['classic', FILAMENT_SLOWLY, 'onepass'])
def engine(request: pytest.FixtureRequest) -> Iterator[tuple[str, Renderer]]:
    with _make(request.param) as renderer:
        yield request.param, renderer


@pytest.mark.parametrize('kind', LAMP_KINDS)
def test_brightness_follows_intensity(engine: tuple[str, Renderer], kind: LampKind) -> None:
    name, renderer = engine
    values = [
        light(name, shot(renderer, lit_model(lamp(kind=kind, intensity=intensity)))).mean()
        for intensity in (0.1, 0.2, 0.4)
    ]
    assert values[0] > 0.02
    assert values[1] / values[0] == pytest.approx(2, rel=0.03)
    assert values[2] / values[0] == pytest.approx(4, rel=0.03)


def test_lamps_of_all_kinds_and_distances_give_the_same_light(
    engine: tuple[str, Renderer],
) -> None:
    name, renderer = engine
    lamps = [lamp(kind=kind, distance_m=d) for kind in LAMP_KINDS for d in (1.2, 2.6)]
    values = [light(name, shot(renderer, lit_model(each))).mean() for each in lamps]
    assert max(values) / min(values) < 1.06


def test_a_point_shines_where_a_spot_does_not(engine: tuple[str, Renderer]) -> None:
    """The spot's cone of 60 degrees ends 0.87 m from below a lamp 0.5 m above the floor."""
    name, renderer = engine
    spot, point = (
        shot(renderer, lit_model(lamp(kind=kind, distance_m=0.5, aside_m=-1.2)))
        for kind in ('spot', 'point')
    )
    assert light(name, spot).mean() < 0.003
    assert light(name, point).mean() > 0.004


@pytest.mark.parametrize('temperature_k', [2700, 6500, 12000])
def test_colour_follows_temperature(engine: tuple[str, Renderer], temperature_k: float) -> None:
    name, renderer = engine
    rgb = lamp_color(temperature_k, white_balance=0)
    seen = light(name, shot(renderer, lit_model(lamp(rgb=rgb))))
    np.testing.assert_allclose(seen / seen.max(), rgb, atol=0.03)


def test_many_lamps_add_up(engine: tuple[str, Renderer]) -> None:
    name, renderer = engine
    count = 7 if name == 'classic' else 10
    one = light(name, shot(renderer, lit_model(lamp(intensity=0.4)))).mean()
    lamps = [
        lamp(kind=LAMP_KINDS[k % 3], intensity=0.4 / count, cast_shadow=True) for k in range(count)
    ]
    assert light(name, shot(renderer, lit_model(*lamps))).mean() == pytest.approx(one, rel=0.05)


def test_more_lamps_than_classic_draws_are_refused() -> None:
    with _make('classic') as renderer:
        model = lit_model(*[lamp() for _ in range(8)])
        with pytest.raises(RenderError, match=r'8 lights that shine.*draws at most 7'):
            renderer.load(model)
        model.light_active[:2] = False
        renderer.load(model)
        model.light_active[:] = True
        with pytest.raises(RenderError, match='8 lights that shine'):
            renderer.refresh(model)


def test_light_from_everywhere_alone(engine: tuple[str, Renderer]) -> None:
    name, renderer = engine
    dark, dim, bright = (
        light(name, shot(renderer, lit_model(ambient=ambient))).mean()
        for ambient in (0.0, 0.2, 0.4)
    )
    assert dark < 0.002
    assert dim > 0.01
    assert bright / dim == pytest.approx(2, rel=0.05)


def test_highlights_follow_specular() -> None:
    with _make('classic') as renderer:
        peaks = []
        for specular in (0.0, 0.5, 1.0):
            seen = shot(renderer, lit_model(lamp(specular=specular), things=BALL))
            peaks.append(float(seen.rgb[seen.geom_id == 1].max()))
    assert peaks[1] > peaks[0] + 20
    assert peaks[2] - peaks[0] == pytest.approx(2 * (peaks[1] - peaks[0]), rel=0.15)


def penumbra_m(renderer: Renderer, radius_m: float, kind: LampKind) -> float:
    """Width over which the shadow's edge on the floor fades from 25 to 75 percent."""
    height = 0.5
    model = lit_model(
        lamp(kind=kind, radius_m=radius_m, cast_shadow=True, distance_m=1.0),
        things=CARD.format(height=height),
    )
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    renderer.load(model)
    # From below the card, the floor's edge of shadow runs up and down in the middle.
    camera = camera_from_fovy('test', (200, 24), 0.08)
    view = look_at(camera, eye=(0.02, -0.9, 0.35), target=(0.02, 0.0, 0.0))
    seen = renderer.render(data, view)
    x_m = (np.arange(200) - camera.cx) / camera.fx * np.median(seen.depth_m)
    profile = linear(seen.rgb).mean(axis=(0, 2))
    share = (profile - profile.min()) / np.ptp(profile)
    fading = x_m[(share > 0.25) & (share < 0.75)]
    return float(np.ptp(fading)) if fading.size else 0.0


@pytest.mark.parametrize(
    ('name', 'kind'),
    [
        *(('onepass', kind) for kind in LAMP_KINDS),
        # Filament's spots and points have hard shadows whatever their radius.
        pytest.param('filament', 'directional', marks=pytest.mark.slow),
    ],
)
def test_shadows_soften_with_the_radius(name: str, kind: LampKind) -> None:
    with _make(name, SOFT) as renderer:
        widths = [penumbra_m(renderer, radius, kind) for radius in (0.01, 0.08, 0.16)]
    assert widths[0] < widths[1] < widths[2]
    assert widths[2] > 2.5 * widths[0]


@pytest.mark.parametrize('exposure_ev', [-1.0, 1.0, 1.5])
def test_exposure_doubles_all_light(engine: tuple[str, Renderer], exposure_ev: float) -> None:
    name, renderer = engine
    model = lit_model(lamp(intensity=0.2), ambient=0.15, things=GLOW, floor=0.4)
    seen = [shot(renderer, model, exposure_ev=ev) for ev in (0.0, exposure_ev)]
    # The curve of the screen is not quite a power.
    within = 0.2 if name == 'classic' else 0.05
    for geom in (-1, 0, 1):
        before, after = (linear(s.rgb[s.geom_id == geom]).mean() for s in seen)
        assert before > 0.01
        assert after / before == pytest.approx(2**exposure_ev, rel=within), geom
    assert np.array_equal(seen[0].depth_m, seen[1].depth_m)


def test_exposure_of_nothing_changes_nothing(engine: tuple[str, Renderer]) -> None:
    name, renderer = engine
    model = lit_model(lamp(), ambient=0.2, things=GLOW)
    shot(renderer, model, exposure_ev=2.0)
    again = shot(renderer, model)
    with _make(name) as fresh:
        expected = shot(fresh, model)
    difference = np.abs(again.rgb.astype(int) - expected.rgb)
    assert difference.max() <= (4 if name == 'filament' else 0)
