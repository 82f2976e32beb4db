"""The humanoid as a whole."""

from __future__ import annotations

from tools.make_assets.robot.humanoid.arms import arm_link
from tools.make_assets.robot.humanoid.head import head_pan_link
from tools.make_assets.robot.humanoid.legs import leg_link
from tools.make_assets.robot.humanoid.pose import HOME
from tools.make_assets.robot.humanoid.trunk import pelvis_link, waist_link
from tools.make_assets.robot.model import Robot
from tools.make_assets.shapes.mjcf import Material

_MATERIALS = (
    Material('shell', (0.9, 0.9, 0.89), 0.3),
    Material('dark', (0.095, 0.098, 0.106), 0.42),
    Material('accent', (0.08, 0.3, 0.62), 0.3, 0.3),
    Material('accent_light', (0.25, 0.72, 1.0), 0.4, emission=0.6),
    Material('rubber', (0.045, 0.046, 0.05), 0.85),
    Material('metal', (0.62, 0.63, 0.66), 0.32, 0.9),
    Material('visor', (0.018, 0.02, 0.025), 0.1),
    Material('lens', (0.02, 0.035, 0.07), 0.05),
)


def _excluded() -> tuple[tuple[str, str], ...]:
    pairs = [
        # MuJoCo does not filter neighbours of a body that is fixed to the world.
        ('pelvis_link', 'waist_link'),
        ('pelvis_link', 'torso_link'),
        ('torso_link', 'head_tilt_link'),
    ]
    # Neighbours, and neighbours but one that turn inside each other's housings.
    chain = {
        'leg': ('hip_yaw', 'hip_roll', 'hip_pitch', 'knee', 'ankle_pitch', 'ankle_roll'),
        'arm': ('shoulder_pitch', 'shoulder_roll', 'shoulder_yaw', 'elbow', 'wrist_yaw'),
        'wrist': ('elbow', 'wrist_yaw', 'wrist_roll', 'hand'),
    }
    for side in ('left', 'right'):
        for names in chain.values():
            links = [f'{side}_{name}_link' for name in names]
            pairs += zip(links, links[2:], strict=False)
        pairs += [('pelvis_link', f'{side}_hip_{name}_link') for name in ('yaw', 'roll', 'pitch')]
        pairs.append(('torso_link', f'{side}_shoulder_roll_link'))
        fingers = [f'{side}_{name}_link' for name in ('thumb', 'index', 'middle', 'ring')]
        pairs += [(a, b) for k, a in enumerate(fingers) for b in fingers[k + 1 :]]
        pairs += [(f'{side}_wrist_roll_link', fingers[0])]
    return tuple(pairs)


def robot() -> Robot:
    """A head on a pan-tilt neck, a waist, two arms with hands, two legs; fixed at the pelvis."""
    sides = (('left', 1), ('right', -1))
    upper = (head_pan_link(), *(arm_link(side, sign) for side, sign in sides))
    legs = tuple(leg_link(side, sign) for side, sign in sides)
    root = pelvis_link((waist_link(upper), *legs))
    return Robot('humanoid', root, HOME, _MATERIALS, _excluded())
