"""Flexes, skins and tendons as plain surfaces: what there is, and its form at an instant."""

from __future__ import annotations

import mujoco
import numpy as np
import pytest

from synth_ros.scene.soft import SoftMesh, SoftSource, has_soft, hide_soft, soft_surfaces
from synth_ros.types import Tubes

_EDGE = '<edge equality="true"/><contact selfcollide="none"/>'
_CLOTH = (
    '<flexcomp name="cloth" type="grid" dim="2" count="4 5 1" spacing=".1 .1 .1" radius=".01"'
    f' mass="1" pos="0 0 1" rgba="{{rgba}}">{_EDGE}</flexcomp>'
)
_BODY = (
    '<flexcomp name="jelly" type="grid" dim="3" count="3 3 3" spacing=".1 .1 .1" radius=".01"'
    f' mass="1" pos="1 0 1">{_EDGE}</flexcomp>'
)
_CABLE = (
    '<flexcomp name="cable" type="grid" dim="1" count="6 1 1" spacing=".1 .1 .1" radius=".02"'
    f' mass="1" pos="0 1 1">{_EDGE}</flexcomp>'
)
_ARM = (
    '<body name="low"><geom size=".02"/><site name="a"/>'
    '<body name="high" pos="0 0 .5"><joint name="bend" axis="1 0 0"/><geom size=".02"/>'
    '<site name="b" pos="0 0 .3"/></body></body>'
)
_TENDONS = (
    '<tendon><fixed name="drive"><joint joint="bend" coef="1"/></fixed>'
    '<spatial name="rope" width=".01"><site site="a"/><site site="b"/></spatial></tendon>'
)
_SKIN = (
    '<deformable><skin name="sleeve" vertex="0 0 0 .1 0 0 0 0 .8 .1 0 .8" face="0 1 2 1 3 2"'
    ' group="{group}">'
    '<bone body="low" bindpos="0 0 0" bindquat="1 0 0 0" vertid="0 1" vertweight="1 1"/>'
    '<bone body="high" bindpos="0 0 .5" bindquat="1 0 0 0" vertid="2 3" vertweight="1 1"/>'
    '</skin></deformable>'
)


def make(*, rgba: str = '1 0 0 1', group: int = 0) -> tuple[mujoco.MjModel, mujoco.MjData]:
    cloth, skin = _CLOTH.format(rgba=rgba), _SKIN.format(group=group)
    model = mujoco.MjModel.from_xml_string(
        f'<mujoco><worldbody>{cloth}{_BODY}{_CABLE}{_ARM}</worldbody>{_TENDONS}{skin}</mujoco>'
    )
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    return model, data


def test_what_there_is():
    model, _ = make()
    found = soft_surfaces(model)
    assert [(item.kind, item.name) for item in found] == [
        ('flex', 'cloth'),
        ('flex', 'jelly'),
        ('flex', 'cable'),
        ('skin', 'sleeve'),
        ('tendon', 'drive'),
        ('tendon', 'rope'),
    ]
    # A tendon of joints has no shape.
    assert [item.drawn for item in found] == [True, True, True, True, False, True]
    assert [item.tubes > 0 for item in found] == [False, False, True, False, False, True]
    assert found[3].body == model.body('low').id
    assert has_soft(model)


def test_a_model_of_geoms_alone_has_none():
    model = mujoco.MjModel.from_xml_string(
        '<mujoco><worldbody><geom size=".1"/></worldbody></mujoco>'
    )
    assert not has_soft(model)
    assert soft_surfaces(model) == ()


def test_no_opacity_and_hidden_groups_are_not_drawn():
    model, data = make(rgba='1 0 0 0', group=3)
    drawn = {item.name: item.drawn for item in soft_surfaces(model)}
    assert not drawn['cloth']
    assert not drawn['sleeve']
    assert drawn['jelly']
    forms = SoftSource(model).forms(data)
    assert [form is None for form in forms] == [True, False, False, True, True, False]


@pytest.mark.parametrize('kind', ['flex', 'skin', 'tendon'])
def test_whole_kinds_can_be_hidden(kind):
    model, _ = make()
    before = {item.name for item in soft_surfaces(model) if item.drawn and item.kind != kind}
    hide_soft(model, [kind])
    assert {item.name for item in soft_surfaces(model) if item.drawn} == before


def test_cloth_is_a_closed_slab_as_thick_as_its_radius():
    model, data = make()
    cloth = SoftSource(model).forms(data)[0]
    assert isinstance(cloth, SoftMesh)
    corners = cloth.vertices_m[cloth.faces].astype(float)
    assert np.ptp(corners[..., 2]) == pytest.approx(0.02, abs=1e-6)
    # The divergence theorem gives a closed surface its volume.
    volume = np.einsum('fk,fk->', corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) / 6
    assert volume == pytest.approx(0.3 * 0.4 * 0.02, rel=0.05)
    assert np.linalg.norm(cloth.normals, axis=1) == pytest.approx(1, abs=1e-5)


def test_a_cable_is_capsules_from_vertex_to_vertex():
    model, data = make()
    data.qpos[:] = np.random.default_rng(1).uniform(-0.03, 0.03, model.nq)
    mujoco.mj_forward(model, data)
    cable = SoftSource(model).forms(data)[2]
    assert isinstance(cable, Tubes)
    start = int(model.flex_vertadr[2])
    vertices = data.flexvert_xpos[start : start + 6]
    axis = cable.rotation[:, :, 2] * cable.half_m[:, None]
    ends = np.stack([cable.center_m - axis, cable.center_m + axis], axis=1)
    assert ends == pytest.approx(np.stack([vertices[:-1], vertices[1:]], axis=1), abs=1e-12)
    assert (cable.radius_m == 0.02).all()
    for rotation in cable.rotation:
        assert rotation @ rotation.T == pytest.approx(np.eye(3), abs=1e-12)
        assert np.linalg.det(rotation) == pytest.approx(1)


def test_a_skin_follows_its_bones():
    model, data = make()
    data.qpos[model.jnt_qposadr[model.joint('bend').id]] = 0.7
    mujoco.mj_forward(model, data)
    sleeve = SoftSource(model).forms(data)[3]
    assert isinstance(sleeve, SoftMesh)
    turn = data.body('high').xmat.reshape(3, 3)
    upper = data.body('high').xpos + np.array([[0, 0, 0.3], [0.1, 0, 0.3]]) @ turn.T
    assert sleeve.vertices_m[2:] == pytest.approx(upper, abs=1e-6)
    assert sleeve.vertices_m[:2] == pytest.approx(np.array([[0, 0, 0], [0.1, 0, 0]]), abs=1e-6)


def test_a_tendon_goes_along_its_path():
    model, data = make()
    rope = SoftSource(model).forms(data)[5]
    assert isinstance(rope, Tubes)
    assert rope.half_m == pytest.approx([0.4], abs=1e-6)
    assert rope.center_m[0] == pytest.approx([0, 0, 0.4], abs=1e-6)
    assert rope.radius_m == pytest.approx([0.01])


def test_shapes_are_read_only():
    model, data = make()
    for shape in SoftSource(model).shapes(data):
        arrays = [*(shape.mesh or ()), *(shape.tubes or ())]
        assert not any(array.flags.writeable for array in arrays)
