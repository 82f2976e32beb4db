"""Parts of one stamp come together exactly once, whatever order they arrive in."""

from hypothesis import given
from hypothesis import strategies as st

from synth_ros.ros.pairing import ExactPairer, Incomplete

NAMES = ('color', 'depth', 'info')


@st.composite
def interleavings(draw, *, drops):
    """Arrivals (name, stamp) in which each topic keeps its order; some may be missing."""
    count = draw(st.integers(0, 12))
    lost = draw(st.sets(st.tuples(st.sampled_from(NAMES), st.integers(0, 11)))) if drops else set()
    queues = {name: [k for k in range(count) if (name, k) not in lost] for name in NAMES}
    arrivals = []
    while any(queues.values()):
        name = draw(st.sampled_from([name for name in NAMES if queues[name]]))
        arrivals.append((name, queues[name].pop(0)))
    return count, arrivals


@given(interleavings(drops=False))
def test_every_set_comes_out_once_and_in_order(case):
    count, arrivals = case
    pairer = ExactPairer(frozenset(NAMES))
    results = [pairer.add(name, stamp, (name, stamp)) for name, stamp in arrivals]
    whole = [dict(parts) for parts in results if parts is not None]
    assert whole == [{name: (name, stamp) for name in NAMES} for stamp in range(count)]
    pairer.finish()
    assert pairer.incomplete == []


@given(interleavings(drops=True), st.integers(1, 20))
def test_what_is_missing_is_reported_and_nothing_else(case, patience):
    count, arrivals = case
    pairer = ExactPairer(frozenset(NAMES), patience=patience)
    whole = [p for name, stamp in arrivals if (p := pairer.add(name, stamp, stamp)) is not None]
    pairer.finish()
    came = {k: {name for name, stamp in arrivals if stamp == k} for k in range(count)}
    complete = [k for k in came if len(came[k]) == len(NAMES)]
    expected = {
        Incomplete(k, tuple(sorted(set(NAMES) - came[k])))
        for k in came
        if 0 < len(came[k]) < len(NAMES)
    }
    # With little patience, parts that lag far behind may be given up before the rest comes.
    if patience > count:
        assert sorted(next(iter(parts.values())) for parts in whole) == complete
        assert set(pairer.incomplete) == expected
    reported = {item.stamp_ns for item in pairer.incomplete}
    delivered = {next(iter(parts.values())) for parts in whole}
    assert delivered <= set(complete)
    assert delivered | reported == {k for k in came if came[k]}


def test_a_lost_part_is_given_up_after_the_patience():
    pairer = ExactPairer(frozenset(NAMES), patience=2)
    pairer.add('color', 5, b'')
    for stamp in (6, 7):
        assert not pairer.incomplete
        for name in NAMES:
            pairer.add(name, stamp, b'')
    assert pairer.incomplete == [Incomplete(5, ('depth', 'info'))]
    pairer.finish()
    assert len(pairer.incomplete) == 1
