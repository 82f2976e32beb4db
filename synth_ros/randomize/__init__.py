"""Turns (config, seed, episode) into plain data: the sampled scene."""
