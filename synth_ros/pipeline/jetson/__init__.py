"""``synth-ros export jetson``: all that a Jetson needs of a dataset, in one folder."""
