"""The recorder node on a disk that takes a while for each chunk of a bag.

At its end it prints how long a message lay at most before it was taken in.
"""

import time

WRITE_S = 0.4
# A chunk, not the head or the index of a file.
LARGE_BYTES = 100_000


def main():
    from synth_ros.ros import recorder_node
    from synth_ros.ros.bag_sink import BagSink
    from synth_ros.writers.mcap_file import Appender

    append, write = Appender.append, BagSink.write
    delays_ns = [0]

    def slow_append(file, data):
        if len(data) > LARGE_BYTES:
            time.sleep(WRITE_S)
        append(file, data)

    def watched_write(sink, topic, cdr, *, received_ns, sent_ns):
        delays_ns.append(time.time_ns() - sent_ns)
        write(sink, topic, cdr, received_ns=received_ns, sent_ns=sent_ns)

    Appender.append, BagSink.write = slow_append, watched_write
    recorder_node.main()
    print(f'longest delay {max(delays_ns) * 1e-9:.3f}', flush=True)


if __name__ == '__main__':
    main()
