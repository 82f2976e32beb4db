"""What --save writes, read again by the library and compared with the recording."""

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
from rrd_contents import Contents, pinhole, pose, save

from synth_ros.geometry.transforms import box_corners, matrix_from_quat_wxyz
from synth_ros.report.palette import colour
from synth_ros.view import paths
from synth_ros.view.selection import EPISODE_GAP_NS

EXACT = 1e-6  # of numbers of about 1 that went through 32 bits
PIXELS = 1e-4


def test_the_library_verifies_the_file(rrd):
    program = Path(sys.executable).with_name('rerun')
    done = subprocess.run(
        [program, 'rrd', 'verify', rrd], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert '1 file verified without error' in done.stdout + done.stderr


def test_the_file_has_one_recording_and_its_layout(saved):
    assert [entry.application_id for entry in saved.reader.recordings()] == ['synth_ros dataset']
    assert [entry.application_id for entry in saved.reader.blueprints()] == ['synth_ros dataset']


def test_stamps_are_those_of_the_recording_and_episodes_follow_each_other(
    saved, recording, instants
):
    rows = saved.rows(f'{paths.image("head")}/rgb', 'EncodedImage:blob')
    of_head = [i for i in instants if any(key.camera == 'head' for key in i.keys)]
    assert [row.times() for row in rows] == [(i.episode, i.number, i.shown_ns) for i in of_head]
    first, second = ([i for i in instants if i.run == run] for run in (0, 1))
    assert [i.shown_ns for i in first] == [i.stamp_ns for i in first]
    assert second[0].shown_ns - first[-1].shown_ns == EPISODE_GAP_NS
    assert np.diff([i.shown_ns for i in second]).tolist() == (
        np.diff([i.stamp_ns for i in second]).tolist()
    )
    assert {i.stamp_ns for i in instants} == {recording.stamp_ns(k) for k in recording.frames}


def test_times_of_day_are_not_in_the_file(saved):
    for chunk in saved.reader.stream():
        assert set(chunk.timeline_names) <= {'episode', 'frame', 'stamp'}


def test_colour_and_depth_are_the_bytes_of_the_files(saved, frames, recording):
    for number, frame in frames:
        camera = frame.record.camera
        stored = (recording.path / frame.image.file_name).read_bytes()
        entity = f'{paths.image(camera)}/rgb'
        assert saved.blob(entity, 'EncodedImage:blob', number) == stored
        assert saved.value(entity, 'EncodedImage:media_type', number) == ['image/png']
        stored = (recording.path / frame.image.depth_file).read_bytes()
        entity = f'{paths.depth(camera)}/depth'
        assert saved.blob(entity, 'EncodedDepthImage:blob', number) == stored
        assert saved.value(entity, 'EncodedDepthImage:meter', number) == [1000.0]


def test_cameras_stand_and_see_as_recorded(saved, frames):
    for number, frame in frames:
        camera, k = frame.record.camera, frame.record.intrinsics
        logged = pose(saved, paths.camera(camera), number)
        assert np.abs(logged - np.array(frame.record.world_from_camera)).max() < EXACT
        size = [frame.record.width, frame.record.height]
        for entity, shift in ((paths.image(camera), 0.5), (paths.depth(camera), 0.0)):
            expected = [[k.fx, 0, k.cx + shift], [0, k.fy, k.cy + shift], [0, 0, 1]]
            assert np.abs(pinhole(saved, entity, number) - expected).max() < PIXELS
            assert saved.value(entity, 'Pinhole:resolution', number) == [size]
        image = cv2.imdecode(
            np.frombuffer(
                saved.blob(f'{paths.image(camera)}/rgb', 'EncodedImage:blob', number), np.uint8
            ),
            cv2.IMREAD_COLOR,
        )
        assert list(image.shape[1::-1]) == size


def test_boxes_are_pixel_edges_with_class_name_and_share(saved, frames):
    seen = 0
    for number, frame in frames:
        labels = frame.record.labels
        owners = {item.instance_id: item for item in frame.record.instances}
        for kind, edges in (('boxes', 'box'), ('amodal_boxes', 'amodal_box')):
            entity = f'{paths.image(frame.record.camera)}/{kind}'
            middle = saved.array(entity, 'Boxes2D:centers', number).reshape(-1, 2)
            half = saved.array(entity, 'Boxes2D:half_sizes', number).reshape(-1, 2)
            expected = np.array([getattr(label, edges) for label in labels]).reshape(-1, 4)
            assert (np.hstack([middle - half, middle + half]) == expected).all()
        entity = f'{paths.image(frame.record.camera)}/boxes'
        words = saved.value(entity, 'Boxes2D:labels', number)
        assert words == [f'{owners[x.instance_id].name} {x.visibility:.0%}' for x in labels]
        assert saved.value(entity, 'Boxes2D:class_ids', number) == [
            owners[label.instance_id].class_id for label in labels
        ]
        assert saved.value(entity, 'visibility', number) == [x.visibility for x in labels]
        seen += len(labels)
    assert seen > 20


def test_oriented_boxes_enclose_the_visible_pixels(saved, frames):
    for number, frame in frames:
        entity = f'{paths.image(frame.record.camera)}/oriented_boxes'
        strips = saved.value(entity, 'LineStrips2D:strips', number)
        assert len(strips) == len(frame.record.labels)
        for strip, label in zip(strips, frame.record.labels, strict=True):
            assert strip[0] == strip[-1]
            rows, columns = np.nonzero(frame.instance_id == label.instance_id)
            outline = np.array(strip[:4], np.float32)
            for at in zip(columns + 0.5, rows + 0.5, strict=True):
                inside = cv2.pointPolygonTest(outline, tuple(map(float, at)), measureDist=True)
                assert inside > 0.45  # pixel centres are half a pixel inside the edges


def test_boxes_in_space_project_onto_the_boxes_in_the_image(saved, frames):
    checked = 0
    for number, frame in frames:
        camera_from_world = np.linalg.inv(pose(saved, paths.camera(frame.record.camera), number))
        k = pinhole(saved, paths.image(frame.record.camera), number)
        owners = {item.instance_id: item for item in frame.record.instances}
        for label in frame.record.labels:
            entity = paths.below(paths.OBJECTS, owners[label.instance_id].name)
            corners = solid(saved, entity, number) @ camera_from_world[:3, :3].T
            corners += camera_from_world[:3, 3]
            pixels = corners @ k.T
            pixels = pixels[:, :2] / pixels[:, 2:]
            x0, y0, x1, y1 = label.amodal_box
            assert (pixels.min(0) <= np.array([x0, y0]) + 1).all()
            assert (pixels.max(0) >= np.array([x1, y1]) - 1).all()
            # A box around a ball or a mug is larger than it, but not by much.
            assert np.ptp(pixels, axis=0).max() < 2.5 * max(x1 - x0, y1 - y0)
            checked += 1
    assert checked > 20


def solid(contents, entity, frame):
    """Corners of a logged 3D box in the world, (8, 3)."""
    x, y, z, w = contents.value(f'{entity}/box', 'Boxes3D:quaternions', frame)[0]
    half = contents.array(f'{entity}/box', 'Boxes3D:half_sizes', frame)[0]
    middle = contents.array(f'{entity}/box', 'Boxes3D:centers', frame)[0]
    corners = box_corners(2 * half) @ matrix_from_quat_wxyz((w, x, y, z)).T + middle
    world_from_object = pose(contents, entity, frame)
    return corners @ world_from_object[:3, :3].T + world_from_object[:3, 3]


def test_edges_of_3d_boxes_over_the_image_end_at_their_corners(saved, frames):
    number, frame = frames[0]
    camera = frame.record.camera
    lines = saved.array(f'{paths.image(camera)}/boxes_3d', 'LineStrips2D:strips', number)
    assert len(lines) == 12 * len(frame.record.labels)
    camera_from_world = np.linalg.inv(pose(saved, paths.camera(camera), number))
    first = frame.record.labels[0]
    name = next(x.name for x in frame.record.instances if x.instance_id == first.instance_id)
    corners = solid(saved, paths.below(paths.OBJECTS, name), number)
    pixels = (corners @ camera_from_world[:3, :3].T + camera_from_world[:3, 3]) @ (
        pinhole(saved, paths.image(camera), number).T
    )
    pixels = pixels[:, :2] / pixels[:, 2:]
    for end in lines[:12].reshape(-1, 2):
        assert np.linalg.norm(pixels - end, axis=1).min() < 0.01


def test_masks_and_what_their_values_mean(saved, frames, recording):
    listed = dict(recording.shared.classes['panoptic.json'])
    for number, frame in frames:
        objects = {x.instance_id: x.name for x in frame.record.instances}
        parts = {p.part_id: f'{p.owner}/{p.name}' for p in frame.record.parts}
        stuff = {s.segment_id: listed[s.class_id] for s in frame.record.segments if not s.is_thing}
        assert stuff
        for name, ids, names in (
            ('instances', frame.instance_id, objects),
            ('classes', frame.class_id, listed),
            ('parts', frame.layers.part_id, parts),
            ('panoptic', frame.layers.panoptic_id, objects | stuff),
        ):
            entity = f'{paths.image(frame.record.camera)}/{name}'
            blob = saved.blob(entity, 'SegmentationImage:buffer', number)
            mask = np.frombuffer(blob, np.uint16).reshape(ids.shape)
            meaning = told(saved, entity)
            # The same regions, each with the name and the colour of its id.
            pairs = set(zip(ids.ravel().tolist(), mask.ravel().tolist(), strict=True))
            assert len(pairs) == len({key for key, _ in pairs}) == len({v for _, v in pairs})
            for key, value in pairs:
                if key == 0:
                    assert (value, meaning[value]) == (65535, ('background', 0))
                    continue
                red, green, blue = colour(key if key < 65536 else key - 65536)
                rgba = red << 24 | green << 16 | blue << 8 | 255
                assert meaning[value] == (names[key], rgba)
    classes = told(saved, paths.WORLD)
    assert [classes[key][0] for key in (1, 2, 3)] == ['ball', 'brick', 'mug']


def test_what_values_mean_is_told_for_all_times(saved):
    """The viewer passes over names that are logged at some time."""
    for (entity, component), rows in saved._rows.items():
        if component == 'AnnotationContext:context':
            assert all(row.frame is None for row in rows), entity


def told(contents, entity):
    """Name and colour of each value of a mask."""
    context = contents.value(entity, 'AnnotationContext:context')[0]
    infos = [entry['class_description']['info'] for entry in context]
    return {info['id']: (info['label'], info['color']) for info in infos}


def test_keypoints_are_half_a_pixel_further(saved, frames):
    seen = 0
    for number, frame in frames:
        entity = f'{paths.image(frame.record.camera)}/keypoints'
        expected = [
            (k.pixel[0] + 0.5, k.pixel[1] + 0.5)
            for label in frame.record.labels
            for k in label.keypoints
            if k.visibility > 0
        ]
        logged = saved.value(entity, 'Points2D:positions', number) or []
        assert len(logged) == len(expected)
        assert np.abs(np.array(logged) - np.array(expected)).max(initial=0) < PIXELS
        seen += len(expected)
    assert seen > 5


def test_the_robot_its_links_and_its_skeleton(saved, frames):
    for number, frame in frames:
        world_from_camera = np.array(frame.record.world_from_camera)
        robot = frame.record.robot
        for link in robot.links:
            entity = paths.below(f'{paths.ROBOT}/links', link.name)
            expected = world_from_camera @ np.array(link.camera_from_link)
            assert np.abs(pose(saved, entity, number) - expected).max() < EXACT
        joints = saved.array(f'{paths.ROBOT}/skeleton/joints', 'Points3D:positions', number)
        expected = np.array([k.camera_from_point_m for k in robot.skeleton])
        expected = expected @ world_from_camera[:3, :3].T + world_from_camera[:3, 3]
        assert np.abs(joints - expected).max() < EXACT
        bones = saved.value(f'{paths.ROBOT}/skeleton/bones', 'LineStrips3D:strips', number)
        assert len(bones) == len(robot.bones)
        for joint in robot.joints:
            curve = paths.below(paths.JOINTS, joint.name)
            assert saved.value(curve, 'Scalars:scalars', number) == [joint.position]


def test_contacts_stand_where_things_touch(saved, frames):
    seen = 0
    for number, frame in frames:
        contacts = frame.record.contacts
        origins = saved.array(paths.CONTACTS, 'Arrows3D:origins', number).reshape(-1, 3)
        vectors = saved.array(paths.CONTACTS, 'Arrows3D:vectors', number).reshape(-1, 3)
        at = np.array([c.position_m for c in contacts]).reshape(-1, 3)
        along = np.array([c.normal for c in contacts]).reshape(-1, 3)
        assert np.abs(origins - at).max(initial=0) < EXACT
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        assert np.abs(vectors / lengths - along).max(initial=0) < 1e-5
        assert ((lengths >= 0.00999) & (lengths <= 0.1501)).all()
        seen += len(contacts)
    assert seen > 0


def test_plots_texts_and_events(saved, frames, recording):
    for number, frame in frames:
        camera = frame.record.camera
        count = saved.value(paths.below(paths.LABELLED, camera), 'Scalars:scalars', number)
        assert count == [len(frame.record.labels)]
        parent = paths.below(paths.VISIBILITY, camera)
        for label in frame.record.labels:
            name = frame.record.instances[label.instance_id - 1].name
            shown = saved.value(paths.below(parent, name), 'Scalars:scalars', number)
            assert shown == [label.visibility]
    text = saved.value(paths.ABOUT, 'TextDocument:text')[0]
    assert '# dataset' in text
    assert recording.config_hash in text
    assert '"config_hash"' in saved.value(paths.PROVENANCE, 'TextDocument:text', 0)[0]
    events = [
        row.batch.column('TextLog:text')[row.index].as_py()[0]
        for row in saved.rows(paths.EVENTS, 'TextLog:text')
    ]
    begun = [line.partition(' (')[0] for line in events if line.startswith('episode')]
    assert begun == ['episode 0: 6 objects', 'episode 1: 6 objects']
    told_of = {
        f'{frame.record.camera}: {frame.record.instances[t.instance_id - 1].name} {t.event}'
        for _, frame in frames
        for t in frame.record.tracks
        if t.event is not None
    }
    assert told_of
    assert told_of <= set(events)


def test_the_same_frames_give_the_same_contents(recording, rrd, saved, tmp_path):
    again = Contents(save(recording, tmp_path / 'again.rrd'))
    assert again.entities == saved.entities
    assert again._rows.keys() == saved._rows.keys()
    for key, rows in saved._rows.items():
        others = again._rows[key]
        assert [row.frame for row in rows] == [row.frame for row in others]
        for one, other in zip(rows, others, strict=True):
            component = key[1]
            assert one.batch.column(component)[one.index].equals(
                other.batch.column(component)[other.index]
            ), key
    assert [entry.recording_id for entry in again.reader.recordings()] == [
        entry.recording_id for entry in saved.reader.recordings()
    ]
