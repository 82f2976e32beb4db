"""Turns a sampled scene into a MuJoCo model: robots, objects, environments."""
