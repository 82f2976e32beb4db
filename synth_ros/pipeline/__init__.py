"""The wiring of all steps, from an episode number to samples."""
