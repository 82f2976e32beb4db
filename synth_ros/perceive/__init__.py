"""Object detectors in ONNX on images: what goes into a network, and what comes out of it."""
