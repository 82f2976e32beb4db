"""One YAML file as typed, validated, frozen models."""
