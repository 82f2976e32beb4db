"""Recordings in the Rerun viewer: one module for each kind of thing that is logged."""
