"""Wrong segments, tracks, contacts and links, planted one by one: the audit names each."""

import numpy as np
from planting import FRAME, caught, names


def test_wrong_panoptic_mask(planted):
    key = planted.largest(FRAME)
    planted.edit_image(
        'panoptic', FRAME, lambda image: np.where((image == [0, 0, key]).all(-1, keepdims=True),
                                                  [0, 0, 0], image)
    )  # fmt: skip
    caught(planted, ('panoptic', FRAME, names(planted, key)))


def test_part_on_the_wrong_thing(planted):
    part = planted.record(FRAME)['parts'][0]['part_id']
    planted.edit_image('part_mask', FRAME, lambda image: np.full_like(image, part))
    caught(planted, ('parts', FRAME, ''))


def test_wrong_track(planted):
    track = planted.record(FRAME)['tracks'][0]
    track['event'] = 'left'
    caught(planted, ('tracks', FRAME, names(planted, track['instance_id'])))


def test_contact_in_the_air(planted):
    contact = next(c for c in planted.record(FRAME)['contacts'] if c['first']['kind'] == 'object')
    contact['position_m'][2] += 0.2
    caught(planted, ('contacts', FRAME, contact['first']['name']))


def test_relation_without_contact(planted):
    record = planted.record(FRAME)
    relation = next(r for r in record['relations'] if r['kind'] == 'supported_by')
    other = {frozenset((c['first']['name'], c['second']['name'])) for c in record['contacts']}
    things = [
        {'kind': 'object', 'name': i['name'], 'instance_id': i['instance_id']}
        for i in record['instances']
    ]
    relation['target'] = next(
        t
        for t in things
        if t['name'] != relation['subject']['name']
        and frozenset((t['name'], relation['subject']['name'])) not in other
    )
    caught(planted, ('relations', FRAME, relation['subject']['name']))


def test_wrong_link_pose(planted, oracle):
    link = planted.record(FRAME)['robot']['links'][-1]
    link['camera_from_link'][0][3] += 0.001
    caught(planted, ('scene.links', FRAME, link['name']), oracle=oracle)


def test_damaged_file(planted):
    path = planted.root / planted.image(FRAME)['instance_mask_file']
    path.write_bytes(path.read_bytes()[:100])
    caught(planted, ('files.readable', FRAME, ''))


def test_record_of_a_wrong_type(planted):
    planted.record(FRAME)['labels'][0]['visibility'] = 1.5
    caught(planted, ('files.readable', FRAME, ''))
