"""The simulation node ends with one message where it cannot go on, and when it is told to."""

import signal
import time

import pytest
from ros_processes import CONFIG, sim, write_config

MISTAKES = {
    'no file': ({'config': 'nope.yaml'}, (), r'nope.yaml: there is no such file'),
    'bad config': ({'config': 'bad.yaml'}, (), r'bad.yaml:'),
    'qos': ({'config': 'config.yaml', 'color_qos': 'FAST'}, (), "No value 'FAST' in parameter"),
    'encoding': ({'config': 'config.yaml', 'depth_encoding': '8UC1'}, (), "No value '8UC1'"),
    'sim time': ({'config': 'config.yaml', 'use_sim_time': True}, (), 'makes /clock itself'),
    'sim time type': ({'config': 'config.yaml', 'use_sim_time': 3}, (), 'use_sim_time'),
    'arguments': ({'config': 'config.yaml'}, ['-p', 'seed'], "parameter override rule: '-p seed'"),
}


@pytest.fixture(scope='module')
def mistaken(tmp_path_factory):
    """All mistakes at the same time, since most of it is waiting for imports."""
    folder = tmp_path_factory.mktemp('mistakes')
    write_config(folder)
    (folder / 'bad.yaml').write_text(CONFIG.replace('seed: 5', 'sead: 5'))
    nodes = {}
    for name, (params, arguments, _) in MISTAKES.items():
        given = {**params, 'config': folder / params['config']}
        config = given.pop('config')
        nodes[name] = sim(folder, config, arguments=arguments, **given)
    try:
        yield {name: (node.wait(), node.text) for name, node in nodes.items()}
    finally:
        for node in nodes.values():
            node.__exit__()


@pytest.mark.parametrize('name', MISTAKES)
def test_a_mistake_ends_with_one_message(mistaken, name):
    code, text = mistaken[name]
    assert code == 2, text
    told = [line for line in text.splitlines() if line.startswith('error: ')]
    assert len(told) == 1
    assert MISTAKES[name][2] in told[0]
    assert 'Traceback' not in text


def test_an_error_of_the_simulation_thread_is_a_message_too(tmp_path):
    config = f'{CONFIG}physics: {{settle: {{max_time_s: 0.02, max_attempts: 1}}}}\n'
    with sim(tmp_path, write_config(tmp_path, config), frame_limit=2) as process:
        code = process.wait()
    *_, last = process.text.splitlines()
    assert code == 1, process.text
    assert last.startswith(
        'error: Episode 0: none of 1 drawings of the scene came to a valid rest'
    )
    assert 'Traceback' not in process.text


@pytest.mark.parametrize('delay_s', [0.3, 2.0])
def test_interrupt_at_any_time_of_the_start(tmp_path, delay_s):
    with sim(tmp_path, write_config(tmp_path)) as process:
        time.sleep(delay_s)
        assert process.end(signal.SIGINT, timeout_s=20) == 0, process.text
    assert 'Traceback' not in process.text
