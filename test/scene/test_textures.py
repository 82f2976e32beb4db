"""Drawn textures: tiles that close, cubes without seams, colours as drawn, folders of images."""

import hashlib

import numpy as np
import pytest
from PIL import Image

from synth_ros.config.distributions import constant
from synth_ros.config.textures import FAMILIES, TextureConfig
from synth_ros.errors import AssetError, NotFoundError
from synth_ros.randomize.draw import Draws
from synth_ros.randomize.scene import SampledTexture
from synth_ros.randomize.streams import Streams
from synth_ros.randomize.textures import draw_texture
from synth_ros.scene.retexture import box_mapped, retextured
from synth_ros.scene.solid import Solid, SolidGeom, SolidLook, SolidMesh, visible_bounds
from synth_ros.scene.texture_images import ImageFiles, list_folder
from synth_ros.scene.texture_pixels import cube_texture, flat_texture

NO_IMAGES = ImageFiles()
CUBE = (0.05, 0.05, 0.05)
# OpenGL 3.3 core, table 3.17: major axis, and the axes of s and t, for the faces in their order.
GL_FACES = (
    ((1, 0, 0), (0, 0, -1), (0, -1, 0)),
    ((-1, 0, 0), (0, 0, 1), (0, -1, 0)),
    ((0, 1, 0), (1, 0, 0), (0, 0, 1)),
    ((0, -1, 0), (1, 0, 0), (0, 0, -1)),
    ((0, 0, 1), (1, 0, 0), (0, -1, 0)),
    ((0, 0, -1), (-1, 0, 0), (0, -1, 0)),
)


def drawn(family, number=0, **changes) -> SampledTexture:
    config = TextureConfig(share=constant(1.0), families={family: 1.0})
    texture = draw_texture(config, (), draws=Draws(Streams(7, number)))
    assert texture is not None
    assert texture.family == family
    return texture.model_copy(update=changes)


def looked_up(cube, directions):
    """Texels that OpenGL takes for directions, nearest."""
    size = cube.pixels.shape[1]
    faces = cube.pixels.reshape(6, size, size, 3)
    out = []
    for direction in directions:
        face = max(range(6), key=lambda k: np.dot(GL_FACES[k][0], direction))
        major, s, t = (np.dot(axis, direction) for axis in GL_FACES[face])
        column, row = (int((value / major + 1) / 2 * size - 1e-9) for value in (s, t))
        out.append(faces[face, row, column])
    return np.array(out, np.float64)


@pytest.mark.parametrize('family', FAMILIES)
def test_tiles_continue_across_their_edges(family):
    """What changes from the last row to the first is as much as between rows elsewhere."""
    for number in range(3):
        pixels = flat_texture(drawn(family, number), NO_IMAGES).pixels.astype(np.float64)
        for axis in (0, 1):
            steps = np.abs(pixels - np.roll(pixels, 1, axis)).mean(axis=(1 - axis, 2))
            assert pixels.std() > 1
            assert steps[0] <= steps[1:].max() + 1


@pytest.mark.parametrize('family', ['noise', 'gradient', 'marble', 'wood', 'voronoi', 'stripes'])
def test_cubes_have_no_seams(family):
    """Just beside each edge of the cube both sides show nearly the same colour."""
    cube = cube_texture(drawn(family, 1, tile_m=0.2), NO_IMAGES, half_size_m=CUBE)
    steps = np.linspace(-0.97, 0.97, 60)
    for one, other in ((0, 1), (0, 2), (1, 2)):
        for a, b in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
            pair = np.zeros((2, len(steps), 3))
            pair[:, :, one], pair[:, :, other] = a, b
            pair[:, :, 3 - one - other] = steps
            pair[0, :, one] *= 1.01
            pair[1, :, other] *= 1.01
            near, far = (looked_up(cube, row) for row in pair)
            assert np.median(np.abs(near - far)) < 12


def test_a_cube_keeps_its_scale_on_a_long_box():
    """Four times as many fields along the side that is four times as long."""
    texture = drawn('checker', tile_m=0.05)
    cube = cube_texture(texture, NO_IMAGES, half_size_m=(0.05, 0.2, 0.05), pixels=192)
    top = cube.pixels.reshape(6, 192, 192, 3)[4].astype(np.float64)
    bright = top.sum(axis=2) > top.sum(axis=2).mean()
    down, across = (
        np.median(np.abs(np.diff(bright.astype(int), axis=axis)).sum(axis=axis)) for axis in (0, 1)
    )
    assert across >= 2
    assert down == pytest.approx(4 * across, abs=3)


@pytest.mark.parametrize('family', FAMILIES)
def test_a_seed_is_a_picture(family):
    texture = drawn(family)
    one, same = flat_texture(texture, NO_IMAGES), flat_texture(texture, NO_IMAGES)
    other = flat_texture(texture.model_copy(update={'seed': texture.seed + 1}), NO_IMAGES)
    np.testing.assert_array_equal(one.pixels, same.pixels)
    assert (one.pixels != other.pixels).mean() > 0.05


@pytest.mark.parametrize('family', ['checker', 'dots'])
def test_two_colours_are_those_drawn(family):
    texture = drawn(family, 2, colors=((1.0, 0.0, 0.0), (0.0, 0.0, 1.0), (0.0, 1.0, 0.0)))
    pixels = flat_texture(texture, NO_IMAGES).pixels
    assert pixels[..., 1].max() == 0
    red = float((pixels[..., 0] > 127).mean())
    assert red == pytest.approx(0.5, abs=0.02) if family == 'checker' else 0.3 < red < 0.95


def box_mesh(half_m) -> SolidMesh:
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
    sides = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    faces = [t for a, b, c, d in sides for t in ((a, b, c), (a, c, d))]
    return SolidMesh(corners * half_m, np.array(faces, np.int32))


def test_box_mapping_is_in_metres_on_every_side():
    mesh = box_mapped(box_mesh(np.array([0.1, 0.2, 0.3])))
    points, uv = mesh.vertices_m[mesh.faces], mesh.texcoords[mesh.faces]
    lengths = np.linalg.norm(points - np.roll(points, 1, axis=1), axis=2)
    mapped = np.linalg.norm(uv - np.roll(uv, 1, axis=1), axis=2)
    np.testing.assert_allclose(mapped, lengths, atol=1e-12)
    assert len(mesh.vertices_m) == 24


def a_solid(geoms, meshes=()) -> Solid:
    from synth_ros.scene.mass import from_geometry

    looks = (
        SolidLook((0.2, 0.3, 0.4, 0.5), metallic=0.7),
        SolidLook((1.0, 1.0, 1.0, 1.0), roughness=0.3),
    )
    return Solid(
        geoms, meshes, looks, (), from_geometry(geoms, meshes, 100), visible_bounds(geoms, meshes)
    )


def test_meshes_get_tiles_and_primitives_cubes():
    mesh = box_mesh(np.array([0.1, 0.1, 0.1]))
    geoms = (
        SolidGeom('mesh', (0.0, 0.0, 0.0), mesh=0, look=0),
        SolidGeom('box', (0.1, 0.1, 0.1), look=1),
        SolidGeom('box', (0.1, 0.1, 0.1), look=1, visible=False),
    )
    solid = retextured(a_solid(geoms, (mesh,)), drawn('wood', tile_m=0.5), NO_IMAGES, scale=2.0)
    kinds = [solid.textures[max(solid.looks[g.look].textures)].kind for g in solid.geoms]
    assert kinds[0] != kinds[1]
    assert solid.looks[solid.geoms[0].look].texrepeat == (4.0, 4.0)
    assert solid.looks[solid.geoms[0].look].rgba == (1.0, 1.0, 1.0, 0.5)
    assert solid.looks[solid.geoms[0].look].metallic == 0.7
    # Filament ends the process when a physical material has a cube.
    assert solid.looks[solid.geoms[1].look].metallic < 0
    assert [g.shape for g in solid.geoms] == ['mesh', 'box', 'box']


@pytest.fixture
def folder(tmp_path):
    """Two images: left red and right blue, and a grey one."""
    path = tmp_path / 'pictures'
    path.mkdir()
    halves = np.zeros((40, 60, 3), np.uint8)
    halves[:, :30, 0] = halves[:, 30:, 2] = 255
    halves[:10] //= 2
    Image.fromarray(halves).save(path / 'halves.png')
    Image.fromarray(np.full((8, 8, 3), 90, np.uint8)).save(path / 'grey.JPG', format='JPEG')
    (path / 'notes.txt').write_text('no image')
    return path


def test_a_folder_lists_its_images_by_name_and_content(folder, tmp_path):
    listed, where = list_folder('pictures', tmp_path)
    assert where == folder
    assert [image.file for image in listed.images] == ['grey.JPG', 'halves.png']
    digest = hashlib.sha256((folder / 'halves.png').read_bytes()).hexdigest()
    assert listed.images[1].sha256 == digest


def image_texture(folder, tmp_path):
    listed = list_folder('pictures', tmp_path)
    image = listed[0].images[1]
    texture = SampledTexture(
        family='image', seed=0, tile_m=0.1, file=image.file, sha256=image.sha256
    )
    return texture, ImageFiles([listed])


def test_images_stand_upright_on_the_sides_of_a_cube(folder, tmp_path):
    texture, images = image_texture(folder, tmp_path)
    cube = cube_texture(texture, images, half_size_m=CUBE)
    for axis, side in ((0, 1), (0, -1), (1, 1), (1, -1)):
        outward = np.zeros(3)
        outward[axis] = side
        right = np.cross(-outward, (0.0, 0.0, 1.0))
        top_left = outward - 0.5 * right + np.array([0.0, 0.0, 0.9])
        low_left, low_right = (
            outward + share * right - np.array([0.0, 0.0, 0.5]) for share in (-0.5, 0.5)
        )
        seen = looked_up(cube, [top_left, low_left, low_right])
        np.testing.assert_array_equal(seen, [[127, 0, 0], [255, 0, 0], [0, 0, 255]])


def test_broken_and_missing_images_are_named(folder, tmp_path):
    (folder / 'torn.png').write_bytes((folder / 'halves.png').read_bytes()[:60])
    with pytest.raises(AssetError, match=r'torn\.png: the image is broken or of another kind'):
        list_folder('pictures', tmp_path)
    for file in folder.iterdir():
        file.unlink()
    with pytest.raises(AssetError, match='the folder holds no image; put in files that end in'):
        list_folder('pictures', tmp_path)
    with pytest.raises(AssetError, match='there is no such folder of textures'):
        list_folder('picture', tmp_path)


def test_an_image_that_changes_meanwhile_is_not_used(folder, tmp_path):
    texture, images = image_texture(folder, tmp_path)
    (folder / 'halves.png').write_bytes((folder / 'grey.JPG').read_bytes())
    with pytest.raises(AssetError, match=r'halves\.png: it changed while it was in use'):
        images.pixels(texture)
    with pytest.raises(NotFoundError, match=r"No image 'halves\.png'"):
        ImageFiles().pixels(texture)
