"""Let bop_toolkit recompute what a BOP folder says, with its own renderer, and compare.

The toolkit (github.com/thodan/bop_toolkit) comes from git alone and wants Python below 3.13 and
numpy below 2, so it is no dependency: this script runs in an environment of its own and imports
nothing of synth_ros.

    git clone https://github.com/thodan/bop_toolkit
    python3.12 -m venv bop_env && bop_env/bin/pip install -e ./bop_toolkit
    EGL_PLATFORM=surfaceless bop_env/bin/python tools/check_bop.py dataset/bop

It copies the folder, runs the toolkit's ``calc_gt_info.py``, ``calc_gt_masks.py`` and
``calc_model_info.py`` on the copy, unchanged, and compares the results with the original: pixel
counts, boxes, masks, model sizes and diameters. What the toolkit's rasterizer does otherwise:

* It takes integer coordinates for the corners of pixels, while ``cam_K`` (like the toolkit's own
  ``project_pts``) takes them for the centres. The script moves its principal point by half a
  pixel; ``--corners`` leaves it as it is, to see what that costs.
* It judges visibility from the depth image with 15 mm to spare, so the foot of an object that
  touches another one counts as visible, and so does what has no depth. ``visib_fract`` is
  therefore compared more loosely, and its median is what should agree.

Exit code 0 if all agree.
"""

from __future__ import annotations

import argparse
import json
import re
import runpy
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

ARGUMENTS = argparse.ArgumentParser(
    description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
)
ARGUMENTS.add_argument('folder', type=Path, help='the bop folder of a dataset')
ARGUMENTS.add_argument('inner', nargs='*', help=argparse.SUPPRESS)
ARGUMENTS.add_argument('--run', action='store_true', help=argparse.SUPPRESS)
ARGUMENTS.add_argument('--scripts', type=Path, help="the toolkit's scripts, if not beside it")
ARGUMENTS.add_argument('--corners', action='store_true', help='leave the principal point')

# Shares of the larger count; a rasterizer decides otherwise along the outline only.
COUNT_TOLERANCE, SMALL_PX = 0.02, 12
BOX_PX = 1
MASK_IOU = 0.97
VISIBLE_MEDIAN = 0.02
MODEL_MM = 0.01


def main() -> int:
    options = ARGUMENTS.parse_args()
    if options.run:
        split, script, half = options.inner
        run_here(options.folder, split, script=Path(script), half=float(half))
        return 0
    half = 0.0 if options.corners else 0.5
    sizes = image_sizes(options.folder)
    if len(sizes) != 1:
        raise SystemExit(f'The toolkit wants images of one size, but here are {sorted(sizes)}.')
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        copy = root / 'ours'
        shutil.copytree(options.folder, copy)
        (copy / 'test_targets_bop19.json').write_text('[]')
        scripts = options.scripts or toolkit_scripts()
        problems = []
        for split in sorted(path.name for path in copy.iterdir() if path.is_dir()):
            if not list((copy / split).glob('*/scene_gt.json')):
                continue
            for name in ('calc_gt_info.py', 'calc_gt_masks.py', 'calc_model_info.py'):
                run(copy, split, script=scripts / name, half=half)
            problems += compare(options.folder / split, copy / split)
        problems += compare_models(options.folder, copy)
    for problem in problems:
        print(f'DIFFERS  {problem}')
    print('all agree' if not problems else f'{len(problems)} differ')
    return 1 if problems else 0


def toolkit_scripts() -> Path:
    """The folder of scripts in the toolkit's checkout."""
    import bop_toolkit_lib

    return Path(bop_toolkit_lib.__file__).parents[1] / 'scripts'


def image_sizes(folder: Path) -> set[tuple[int, ...]]:
    """(height, width) of all images of the folder; empty without depth."""
    import imageio.v3 as imageio

    return {imageio.improps(path).shape for path in folder.glob('*/*/depth/*.png')}


def tell_toolkit(copy: Path, split: str) -> None:
    """Make the toolkit know our dataset: its list of datasets is a chain of ifs."""
    from bop_toolkit_lib import dataset_params

    camera = json.loads((copy / 'camera.json').read_text())
    rgb = next((copy / split).glob('*/rgb/*')).suffix
    scene = f'{copy / split}/{{scene_id:06d}}'
    split_params = {
        'name': 'ours',
        'split': split,
        'split_type': None,
        'base_path': str(copy),
        'split_path': str(copy / split),
        'im_size': (camera['width'], camera['height']),
        'eval_modality': None,
        'eval_sensor': None,
        'scene_ids': sorted(int(path.name) for path in (copy / split).iterdir()),
        'rgb_tpath': f'{scene}/rgb/{{im_id:06d}}{rgb}',
        'depth_tpath': f'{scene}/depth/{{im_id:06d}}.png',
        'mask_tpath': f'{scene}/mask/{{im_id:06d}}_{{gt_id:06d}}.png',
        'mask_visib_tpath': f'{scene}/mask_visib/{{im_id:06d}}_{{gt_id:06d}}.png',
        'scene_camera_tpath': f'{scene}/scene_camera.json',
        'scene_gt_tpath': f'{scene}/scene_gt.json',
        'scene_gt_info_tpath': f'{scene}/scene_gt_info.json',
    }
    models = sorted(int(path.stem[4:]) for path in (copy / 'models').glob('obj_*.ply'))
    model_params = {
        'obj_ids': models,
        'symmetric_obj_ids': [],
        'model_tpath': f'{copy}/models/obj_{{obj_id:06d}}.ply',
        'models_info_path': f'{copy}/models/models_info.json',
    }
    dataset_params.get_split_params = lambda *_, **__: split_params
    dataset_params.get_model_params = lambda *_, **__: model_params


def run(copy: Path, split: str, *, script: Path, half: float) -> None:
    """Run a script of the toolkit on the copy, whose files it overwrites.

    In a process of its own, as its renderer cannot live twice in one.
    """
    arguments = [str(copy), split, str(script), str(half)]
    done = subprocess.run([sys.executable, __file__, '--run', *arguments], check=False)
    if done.returncode:
        raise SystemExit(f'{script.name} of the toolkit failed.')


def run_here(copy: Path, split: str, *, script: Path, half: float) -> None:
    """The other end of ``run``."""
    tell_toolkit(copy, split)
    if script.name != 'calc_model_info.py':
        from bop_toolkit_lib.rendering.renderer_vispy import RendererVispy

        drawn = RendererVispy.render_object

        def moved(self: RendererVispy, *given: object) -> dict[str, np.ndarray]:
            # Everything comes by position: object, R, t, fx, fy, cx, cy.
            *rest, cx, cy = given
            return drawn(self, *rest, cx + half, cy + half)

        RendererVispy.render_object = moved
    # Some scripts have a table of parameters and no options.
    text = re.sub(
        r'^(    "(modality|sensor)":) .*', r'\1 None,', script.read_text(), flags=re.MULTILINE
    )
    changed = copy.parent / script.name
    changed.write_text(text)
    sys.argv = [str(changed)]
    runpy.run_path(str(changed), run_name='__main__')


def compare(ours: Path, theirs: Path) -> list[str]:
    """Differences of all scenes of a split, one line each."""
    import imageio.v2 as imageio

    problems, shares, ious, counts = [], [], {'mask': [], 'mask_visib': []}, []
    for scene in sorted(path.name for path in ours.iterdir()):
        a, b = (
            json.loads((root / scene / 'scene_gt_info.json').read_text())
            for root in (ours, theirs)
        )
        for image, objects in a.items():
            for place, (mine, other) in enumerate(zip(objects, b[image], strict=True)):
                name = f'{ours.name}/{scene} image {image} object {place}'
                allowed = max(SMALL_PX, COUNT_TOLERANCE * mine['px_count_all'])
                gap = abs(mine['px_count_all'] - other['px_count_all'])
                counts.append(gap / mine['px_count_all'])
                problems += [
                    f'{name}: {key} {mine[key]}, toolkit {other[key]}'
                    for key in ('px_count_all', 'px_count_valid')
                    if abs(mine[key] - other[key]) > allowed
                ]
                if np.abs(np.subtract(mine['bbox_obj'], other['bbox_obj'])).max() > 2 * BOX_PX:
                    problems.append(
                        f'{name}: bbox_obj {mine["bbox_obj"]}, toolkit {other["bbox_obj"]}'
                    )
                shares.append(abs(mine['visib_fract'] - other['visib_fract']))
                file = f'{int(image):06d}_{place:06d}.png'
                for kind, found in ious.items():
                    first, second = (
                        imageio.imread(root / scene / kind / file) > 0 for root in (ours, theirs)
                    )
                    found.append((first & second).sum() / max(1, (first | second).sum()))
                if ious['mask'][-1] < MASK_IOU and mine['px_count_valid'] > 20 * SMALL_PX:
                    problems.append(f'{name}: mask IoU {ious["mask"][-1]:.3f}')
    print(
        f'{ours.name}: {len(shares)} objects; px_count_all differs by {np.median(counts):.2%} '
        f'(median), {np.max(counts):.2%} (most); IoU of mask {np.median(ious["mask"]):.4f} '
        f'(median), {np.min(ious["mask"]):.4f} (least); of mask_visib '
        f'{np.median(ious["mask_visib"]):.4f}, {np.min(ious["mask_visib"]):.4f}; visib_fract '
        f'differs by {np.median(shares):.4f} (median), {np.max(shares):.4f} (most)'
    )
    if np.median(shares) > VISIBLE_MEDIAN:
        problems.append(f'{ours.name}: visib_fract differs by {np.median(shares):.3f} (median)')
    return problems


def compare_models(ours: Path, copy: Path) -> list[str]:
    """Sizes and diameters as the toolkit computes them from the PLY files, and symmetries."""
    from bop_toolkit_lib import inout, misc

    stated = inout.load_json(ours / 'models/models_info.json', keys_to_int=True)
    measured = inout.load_json(copy / 'models/models_info.json', keys_to_int=True)
    problems, furthest = [], 0.0
    for number, info in measured.items():
        for key, value in info.items():
            if abs(value - stated[number][key]) > MODEL_MM:
                problems.append(f'model {number}: {key} {stated[number][key]}, toolkit {value}')
        points = inout.load_ply(ours / f'models/obj_{number:06d}.ply')['pts']
        corners = np.array([points.min(axis=0), points.max(axis=0)])
        for motion in misc.get_symmetry_transformations(stated[number], 0.5):
            turned = misc.transform_pts_Rt(points, motion['R'], motion['t'])
            # A symmetric shape may not leave its box by more than its round parts are polygons.
            beyond = max((corners[0] - turned).max(), (turned - corners[1]).max())
            furthest = max(furthest, beyond / stated[number]['diameter'])
            if beyond > 0.03 * stated[number]['diameter']:
                problems.append(f'model {number}: a symmetry moves it {beyond:.1f} mm')
    print(f'{len(measured)} models; symmetries leave the box by {furthest:.2%} of the diameter')
    return problems


if __name__ == '__main__':
    raise SystemExit(main())
