"""A dataset of several scenarios: each episode is what its scenario alone would make."""

from synth_ros.pipeline.generate import GenerateRequest, generate
from synth_ros.readers.coco import CocoDataset

SCENARIOS = """
scenarios:
  - name: balls
    change: {objects: {count: [1, 2]}}
  - name: hall
    change:
      environment: {model: 'builtin://tabletop_room'}
      objects: {count: [4, 6]}
output:
"""
LIVE = 'output:\n'


def test_episodes_belong_to_scenarios(open_config):
    stage = open_config(**{LIVE: SCENARIOS, 'episodes: 3': 'episodes: 12'})
    counts = {'balls': (1, 2), 'hall': (4, 6)}
    seen = set()
    for number in range(12):
        episode = stage.prepare(number)
        name = episode.sampled.scenario
        low, high = counts[name]
        assert low <= len(episode.sampled.objects) <= high
        seen.add((name, episode.world.scene.model.ngeom > 30))
    # The hall has furniture, the table has none.
    assert seen == {('balls', False), ('hall', True)}


def test_an_episode_is_the_same_in_its_scenario_alone(open_config):
    mixed = open_config(**{LIVE: SCENARIOS})
    number = next(n for n in range(9) if mixed.prepare(n).sampled.scenario == 'balls')
    inside = mixed.open(number).samples(0)
    alone = open_config(**{'count: [3, 5]': 'count: [1, 2]'}).open(number).samples(0)
    for one, other in zip(inside, alone, strict=True):
        assert one.rgb.tobytes() == other.rgb.tobytes()
        assert one.frame.instances[0].name == other.frame.instances[0].name


def test_workers_make_the_same_bytes(write_config, contents, tmp_path):
    config = write_config(**{LIVE: SCENARIOS})
    for workers in (1, 2):
        request = GenerateRequest(config, tmp_path / str(workers), workers=workers)
        generate(request, lambda _: None)
    assert contents(tmp_path / '1') == contents(tmp_path / '2')
    dataset = CocoDataset(tmp_path / '1')
    stored = [dataset.read_provenance(image) for image in dataset.images]
    assert {record['scene']['scenario'] for record in stored} <= {'balls', 'hall'}
