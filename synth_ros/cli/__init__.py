"""The synth-ros command, one verb a file."""
