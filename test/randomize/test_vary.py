"""Draws for named targets: who is chosen, streams of their own, how several of them act."""

import json
import re

import numpy as np
import pytest
import yaml

from synth_ros.config.targets import TARGETS
from synth_ros.config.vary import Select
from synth_ros.randomize.draw import Draws
from synth_ros.randomize.inventory import Handles, MovingPart
from synth_ros.randomize.sample import sample_scene
from synth_ros.randomize.scene import SampledScene, SampledValue
from synth_ros.randomize.streams import Streams
from synth_ros.randomize.targets import (
    Edit,
    Item,
    edits_of,
    fixed_items,
    is_chosen,
    object_item,
)
from synth_ros.randomize.vary import (
    OF_EPISODE,
    OF_VIEW,
    draw_values,
    scale_limits,
    with_own_looks,
)
from synth_ros.randomize.vary_check import vary_faults

from .inventories import CONFIG, make_config, make_inventory

HANDLES = Handles(
    materials=('metal_grey',),
    joints=(MovingPart('env/door_hinge', 'door_hinge', 'door'),),
    posed_joints=(
        MovingPart('robot/pan', 'pan', 'head_link'),
        MovingPart('robot/tilt', 'tilt', 'eye_link'),
    ),
    camera_links=('head_link', 'hand_link'),
)


def config_of(vary, *, extra=''):
    """The small config with randomizers, as lines of YAML."""
    lines = ''.join(f'    {line}\n' for line in vary.strip().splitlines())
    text = CONFIG.replace('{name: mug}', '{name: mug, tags: [glazed]}')
    return make_config(text + extra + f'  vary:\n{lines}')


def inventory_of(**changes):
    inventory = make_inventory()
    mug, can = inventory.classes
    return inventory._replace(
        classes=(mug._replace(tags=('glazed',)), can), handles=HANDLES, **changes
    )


def scene_of(config, episode=0, seed=1):
    return sample_scene(config, inventory_of(), streams=Streams(seed, episode))


def drawn(scene: SampledScene, randomizer):
    return {v.item: v.value for v in scene.values if v.randomizer == randomizer}


MUG, CAN = object_item('mug_01', 'mug', ('target', 'glazed')), object_item('can_02', 'can', ())


@pytest.mark.parametrize(
    ('select', 'chosen'),
    [
        ({}, (True, True)),
        ({'classes': ('mug',)}, (True, False)),
        ({'classes': ('mug', 'can')}, (True, True)),
        ({'names': ('*_02',)}, (False, True)),
        ({'names': ('mug_??', 'x')}, (True, False)),
        ({'names': ('MUG_*',)}, (False, False)),
        ({'tags': ('glazed',)}, (True, False)),
        ({'tags': ('target', 'other')}, (True, False)),
        ({'classes': ('mug',), 'names': ('*_02',)}, (False, False)),
        ({'classes': ('mug',), 'tags': ('glazed',)}, (True, False)),
    ],
)
def test_selectors_let_through_what_all_of_them_do(select, chosen):
    assert tuple(is_chosen(Select(**select), item) for item in (MUG, CAN)) == chosen


def test_links_choose_joints_and_cameras():
    items = fixed_items(inventory_of())
    by_link = Select(links=('head_*',))
    assert [item.key for item in items['camera'] if is_chosen(by_link, item)] == ['head']
    assert [item.key for item in items['joint']] == ['env/door_hinge']
    assert is_chosen(Select(links=('door',)), items['joint'][0])
    assert [item.key for item in items['material']] == ['wall', 'metal_grey']


def test_every_item_gets_a_draw_of_its_own():
    config = config_of('r: {target: object.roughness, set: [0.2, 0.8]}')
    scene = scene_of(config)
    values = drawn(scene, 'r')
    assert list(values) == [item.name for item in scene.objects]
    assert len(set(values.values())) == len(values) > 2
    assert all(0.2 <= value <= 0.8 for value in values.values())
    assert {(v.target, v.operation) for v in scene.values} == {('object.roughness', 'set')}
    assert SampledScene.model_validate_json(scene.model_dump_json()) == scene


def test_shared_draws_are_one():
    shared = config_of('r: {target: object.roughness, set: [0.2, 0.8], shared: true}')
    for episode in range(5):
        assert len(set(drawn(scene_of(shared, episode), 'r').values())) == 1
    first, second = (drawn(scene_of(shared, k), 'r') for k in (0, 1))
    assert set(first.values()) != set(second.values())


def test_another_randomizer_changes_no_draw():
    one = 'r: {target: object.roughness, set: [0.2, 0.8]}'
    more = f"""
a: {{target: object.hue_deg, add: [-20, 20]}}
{one}
z: {{target: object.mass, scale: {{log_uniform: [0.5, 2]}}, per: view}}
big: {{target: light.intensity, scale: [0.5, 1]}}
"""
    for episode in range(5):
        plain = scene_of(make_config(), episode)
        few, many = scene_of(config_of(one), episode), scene_of(config_of(more), episode)
        assert drawn(few, 'r') == drawn(many, 'r')
        bare = {'values': (), 'idle': ()}
        names = [[o.model_copy(update={'tags': ()}) for o in s.objects] for s in (plain, many)]
        assert names[0] == names[1]
        assert few.model_copy(update=bare) == many.model_copy(update=bare)


def test_an_object_more_changes_no_draw():
    text = 'r: {target: object.roughness, set: [0.2, 0.8]}'
    config = config_of(text)
    fewer = make_config(config.model_dump_json().replace('"count":[3,9]', '"count":[2,2]'))
    assert fewer.objects.count.support() == (2, 2)
    many, few = drawn(scene_of(config), 'r'), drawn(scene_of(fewer), 'r')
    assert len(few) == 2
    assert few.items() <= many.items()


def test_draws_reach_their_range_evenly():
    config = config_of('r: {target: object.friction, scale: [0.5, 1.5]}')
    values = [v for k in range(200) for v in drawn(scene_of(config, k), 'r').values()]
    counts, _ = np.histogram(values, 10, (0.5, 1.5))
    assert counts.sum() == len(values) > 800
    # Chi-square with 9 degrees of freedom exceeds 27.9 once in a thousand.
    assert ((counts - counts.mean()) ** 2 / counts.mean()).sum() < 27.9


def test_randomizers_without_items_are_told():
    config = config_of("""
r: {target: object.roughness, set: 0.5, select: {names: ['*_09']}}
s: {target: object.roughness, set: 0.5, per: view, select: {names: ['can_0?']}}
""")
    idle = [scene_of(config, episode).idle for episode in range(40)]
    assert all(('r' in names) == (len(scene_of(config, k).objects) < 9)
               for k, names in enumerate(idle))  # fmt: skip
    assert any('r' not in names for names in idle)


def test_views_have_streams_of_their_own():
    config = config_of('r: {target: light.intensity, scale: [0.5, 1.5], per: view}')
    vary, items = config.randomization.vary, {'light': (Item('lamp_0', 'lamp_0'),)}
    draws = Draws(Streams(1, 2))
    assert draw_values(vary, items, draws=draws, which=OF_EPISODE) == ()

    def of_view(number):
        below = draws.below(f'view/{number}/')
        return draw_values(vary, items, draws=below, which=OF_VIEW)[0].value

    forward = [of_view(number) for number in range(5)]
    assert [of_view(number) for number in reversed(range(5))] == forward[::-1]
    assert len(set(forward)) == 5


def a_value(operation, value, target='object.friction', item='mug_01'):
    return SampledValue(randomizer='r', target=target, item=item, operation=operation, value=value)


def test_setting_comes_first_then_factors_then_what_is_added():
    values = [a_value('add', 0.1), a_value('scale', 2.0), a_value('set', 0.5), a_value('add', 0.2)]
    edit = edits_of(values)['object']['mug_01']['friction']
    assert edit == Edit(0.5, 2.0, pytest.approx(0.3))
    assert edit.of(9.0, TARGETS['object.friction']) == pytest.approx(1.3)


def test_results_stay_within_limits():
    assert Edit(factor=3.0).of(0.5, TARGETS['object.roughness']) == 1
    assert Edit(offset=-3.0).of(0.5, TARGETS['object.friction']) == 0
    assert Edit(factor=0.0).of(0.5, TARGETS['object.mass']) == 1e-6
    assert Edit(offset=200.0).of(300, TARGETS['object.hue_deg']) == pytest.approx(140)
    assert Edit(offset=-20.0).of(10, TARGETS['object.hue_deg']) == pytest.approx(350)
    assert Edit(offset=-20.0).of(10, TARGETS['camera.roll_deg']) == -10


def test_sizes_are_part_of_what_is_built():
    config = config_of('big: {target: object.scale, scale: [2, 3], select: {classes: [can]}}')
    for episode in range(4):
        plain, scene = scene_of(make_config(), episode), scene_of(config, episode)
        factors = drawn(scene, 'big')
        for before, after in zip(plain.objects, scene.objects, strict=True):
            factor = factors.get(after.name, 1.0)
            assert (factor != 1) == (after.class_name == 'can')
            assert after.scale == pytest.approx(before.scale * factor)
    low, high = make_config().objects.scale.support()
    assert scale_limits(config) == pytest.approx((low, high * 3))


def with_distractors(vary):
    """A config with two jars as clutter, and an inventory that has them."""
    extra = 'distractors: {contextual: {count: [2, 2], classes: [{name: jar}]}}\n'
    config = config_of(vary)
    text = config.model_dump_json(exclude_defaults=True)
    config = make_config(json.dumps(json.loads(text) | yaml.safe_load(extra)))
    jar = make_inventory().classes[1]._replace(name='jar')
    return config, inventory_of(distractors=(jar,))


def test_distractors_are_objects_with_a_tag_of_their_own():
    config, inventory = with_distractors("""
all: {target: object.value, set: [0, 1]}
clutter: {target: object.friction, set: [0, 1], select: {tags: [distractor]}}
goods: {target: object.mass, scale: [1, 2], select: {tags: [target]}}
small: {target: object.scale, scale: 0.5, select: {names: ['distractor_*']}}
""")
    assert list(vary_faults(config, inventory)) == []
    scene = sample_scene(config, inventory, streams=Streams(1, 0))
    clutter = [item.name for item in scene.distractors]
    assert clutter == ['distractor_jar_01', 'distractor_jar_02']
    assert list(drawn(scene, 'clutter')) == clutter
    assert list(drawn(scene, 'goods')) == [item.name for item in scene.objects]
    assert list(drawn(scene, 'all')) == [item.name for item in scene.dropped]
    assert drawn(scene, 'small') == dict.fromkeys(clutter, 0.5)
    plain, _ = with_distractors('r: {target: object.value, set: 0.5}')
    before = sample_scene(plain, inventory, streams=Streams(1, 0)).distractors
    for one, other in zip(before, scene.distractors, strict=True):
        assert other.scale == pytest.approx(one.scale / 2)


def test_no_distractor_is_told_where_there_are_none():
    config = config_of('r: {target: object.value, set: 0.5, select: {tags: [distractor]}}')
    (fault,) = vary_faults(config, inventory_of())
    assert fault.message.startswith("No tag of objects is 'distractor'. Available: glazed, target")


def test_only_objects_whose_material_varies_have_one_of_their_own():
    config = config_of("""
r: {target: object.roughness, set: 0.5, select: {classes: [mug]}, per: view}
h: {target: object.hue_deg, set: 50}
""")
    assert with_own_looks(config.randomization.vary, [MUG, CAN]) == {'mug_01'}


@pytest.mark.parametrize(
    ('randomizer', 'path', 'message'),
    [
        (
            '{target: object.value, set: 0.5, select: {classes: [cann]}}',
            ('select', 'classes', 0),
            r"No class of objects is 'cann'\. Did you mean 'can'\?",
        ),
        (
            '{target: object.value, set: 0.5, select: {classes: [mug], tags: [glaze]}}',
            ('select', 'tags', 0),
            r"No tag of objects is 'glaze'\. Did you mean 'glazed'\? Available: glazed, target",
        ),
        (
            "{target: object.value, set: 0.5, select: {names: ['mug_*', 'mgu_*']}}",
            ('select', 'names', 1),
            r"No name of objects matches 'mgu_\*'\.",
        ),
        (
            "{target: object.value, set: 0.5, select: {names: ['mug_10']}}",
            ('select', 'names', 0),
            r"No name of objects matches 'mug_10'\.",
        ),
        (
            '{target: object.value, set: 0.5, select: {classes: [can], tags: [glazed]}}',
            ('select',),
            r'no object meets classes and tags at once',
        ),
        (
            '{target: light.intensity, scale: 0.5, select: {names: [lamp_3]}}',
            ('select', 'names', 0),
            r"No name of lamps matches 'lamp_3'\. .*Available: lamp_0, lamp_1, lamp_2",
        ),
        (
            '{target: material.value, set: 0.5, select: {names: [walls]}}',
            ('select', 'names', 0),
            r"No name of materials .* matches 'walls'\. Did you mean 'wall'\?",
        ),
        (
            '{target: camera.x_m, add: 0.5, select: {links: [foot]}}',
            ('select', 'links', 0),
            r"No link of cameras matches 'foot'\. .*Available: hand_link, head_link",
        ),
        (
            '{target: joint.damping, scale: 2.0, select: {names: [pan]}}',
            ('select', 'names', 0),
            r"the robot's joint pan goes where it is told",
        ),
        (
            "{target: joint.damping, scale: 2.0, select: {links: ['*_link']}}",
            ('select', 'links', 0),
            r"the robot's joint pan goes where it is told",
        ),
        (
            '{target: joint.damping, scale: 2.0, select: {names: [hinge]}}',
            ('select', 'names', 0),
            r"No name of joints matches 'hinge'\.",
        ),
        (
            '{target: actuator.gain, scale: 2.0}',
            ('target',),
            r"the robot's joint pan goes where it is told",
        ),
    ],
)  # fmt: skip
def test_what_no_scene_has_is_told_with_its_key(randomizer, path, message):
    config = config_of(f'r: {randomizer}')
    (fault,) = vary_faults(config, inventory_of())
    assert fault.path == ('randomization', 'vary', 'r', *path)
    assert re.search(message, fault.message), fault.message


@pytest.mark.parametrize(
    'randomizer',
    [
        "{target: object.value, set: 0.5, select: {names: ['mug_0?', '*_09']}}",
        '{target: object.value, set: 0.5, select: {tags: [glazed], classes: [mug]}}',
        '{target: light.intensity, scale: 0.5, select: {names: [lamp_2]}}',
        '{target: joint.damping, scale: 2.0}',
        '{target: joint.damping, scale: 2.0, select: {links: [door]}}',
        '{target: material.value, set: 0.5, select: {names: [wall, "metal_*"]}}',
        '{target: physics.gravity_m_s2, scale: 0.5}',
        '{target: ambient.intensity, scale: 0.5}',
    ],
)
def test_what_some_scene_has_is_fine(randomizer):
    assert list(vary_faults(config_of(f'r: {randomizer}'), inventory_of())) == []


def test_two_that_set_one_value_are_told():
    config = config_of("""
all: {target: object.value, set: 0.5}
mugs: {target: object.value, set: 0.7, select: {classes: [mug]}, per: view}
other: {target: object.saturation, set: 0.7}
""")
    (fault,) = vary_faults(config, inventory_of())
    assert fault.path == ('randomization', 'vary', 'mugs', 'set')
    assert fault.message.startswith('all sets object.value of mug_01 already')
    apart = config_of("""
cans: {target: object.value, set: 0.5, select: {classes: [can]}}
mugs: {target: object.value, set: 0.7, select: {classes: [mug]}}
more: {target: object.value, scale: 0.7}
""")
    assert list(vary_faults(apart, inventory_of())) == []


def test_the_order_in_the_file_does_not_count():
    lines = [
        'b: {target: object.value, set: [0, 1]}',
        'a: {target: object.value, scale: [0.5, 1]}',
        'c: {target: object.mass, scale: [0.5, 1], select: {names: ["*_09"]}}',
    ]
    scenes = [scene_of(config_of('\n'.join(order))) for order in (lines, lines[::-1])]
    assert scenes[0] == scenes[1]


def test_no_joint_at_all_is_told():
    inventory = inventory_of()._replace(handles=Handles())
    (fault,) = vary_faults(config_of('r: {target: joint.damping, scale: 2.0}'), inventory)
    assert fault.message == 'there are no joints to act on'
