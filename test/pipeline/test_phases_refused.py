"""Phases that cannot be played are told with their place in the config."""

import pytest
from phase_hall import HALL, STILL, WHEELED

from synth_ros.config.load import load_config
from synth_ros.errors import ConfigError
from synth_ros.scene.build import SceneBuilder


@pytest.mark.parametrize(
    ('wheel', 'message'), [('lef', "No joint 'lef'"), ('low', 'low is no wheel: a hinge')]
)
def test_wheels_must_be_wheels(write_config, tmp_path, wheel, message):
    text = WHEELED.replace('name="left" pos="0 .2 .1"', 'name="left" pos="0 .2 0"')
    text = text.replace('joint name="left"', 'joint name="low"')
    (tmp_path / 'wheeled.xml').write_text(text)
    robot = f'robot: {{model: wheeled.xml, wheels: [{wheel}]}}'
    config = write_config(**STILL, **{'robot: {model: bot.xml}': robot})
    with pytest.raises(ConfigError, match=rf'robot.wheels\[0\]: {message}'):
        SceneBuilder(load_config(config))


@pytest.mark.parametrize(
    ('phase', 'message'),
    [
        (
            'events: [{push: {impulse_n_s: 1, classes: [bal]}}]',
            r'phases\[0\].events\[0\].push.classes\[0\]: no class "bal" .* Did you mean "ball"\?',
        ),
        ('events: [{}]', r'events\[0\]: nothing happens; give one of push, drop, conveyor'),
        ('events: [{push: {impulse_n_s: 1}, drop: {}}]', r'"push" is given already'),
        ('events: [{push: {impulse_n_s: -1}}]', r'push.impulse_n_s'),
        ('robot: {views: true, drive: {}}', r'robot.views: give views or drive, not both'),
        (
            'robot: {trajectory: {file: a.csv}, waypoints: [{pan: 0}]}',
            r'robot.waypoints: give trajectory or waypoints, not both',
        ),
        ('duration_s: 0', r'phases\[0\].duration_s'),
        ('robot: {drive: {arcs: 0}}', r'drive.arcs'),
    ],
)
def test_bad_phases_are_told_with_their_place(write_config, phase, message):
    config = write_config(**{'render:': f'sequence: {{phases: [{{name: a, {phase}}}]}}\nrender:'})
    with pytest.raises(ConfigError, match=message):
        load_config(config)


@pytest.mark.parametrize(
    ('phase', 'message'),
    [
        (
            'events: [{conveyor: {surface: lime, speed_m_s: 1}}]',
            r"conveyor.surface: No conveyor belt 'lime' .*line",
        ),
        ('events: [{drop: {surface: fra}}]', r"drop.surface: No surface 'fra' .*far"),
        (
            'robot: {waypoints: [{pan: 0}, {pan: [0, 2]}]}',
            r"waypoints\[1\].pan: 2 is outside the limits of joint 'pan', -1 to 1",
        ),
        ('robot: {waypoints: [{pam: 0}]}', r"waypoints\[0\].pam: No joint 'pam'"),
        ('robot: {trajectory: {file: none.csv}}', r'trajectory.file: .*none.csv: cannot be read'),
        ('robot: {trajectory: {file: bad.csv}}', r'bad.csv:3: expects a number in column pan'),
        ('robot: {trajectory: {file: far.csv}}', r'far.csv:3: 3 is outside the limits of joint'),
        ('robot: {trajectory: {file: back.csv}}', r'back.csv:3: time_s does not grow'),
        ('robot: {trajectory: {file: other.csv}}', r"No joint 'nod'"),
        ('robot: {trajectory: {file: short.csv}}', r'short.csv: it needs two rows or more'),
    ],
)
def test_what_phases_name_must_exist(write_config, tmp_path, phase, message):
    (tmp_path / 'hall.xml').write_text(HALL)
    for name, rows in {
        'bad': 'time_s,pan\n0,0\n1,x',
        'far': 'time_s,pan\n0,0\n1,3',
        'back': 'time_s,pan\n1,0\n1,1',
        'other': 'time_s,nod\n0,0\n1,1',
        'short': 'time_s,pan\n0,0',
    }.items():
        (tmp_path / f'{name}.csv').write_text(rows)
    config = write_config(
        **{
            "'builtin://table'": 'hall.xml',
            'render:': f'sequence: {{phases: [{{name: a, {phase}}}]}}\nrender:',
        }
    )
    with pytest.raises(ConfigError, match=message):
        SceneBuilder(load_config(config))
