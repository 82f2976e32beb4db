#version 330 core
// One bit for each thing that covers the pixel; bits of one pixel are combined by a logical or.
#include "frame.glsl"
#ifdef IMPOSTOR
#include "impostor.glsl"
#endif

flat in uint bit;
layout(location = 0) out uint bits;

void main() {
#ifdef IMPOSTOR
    vec3 origin, ray;
    if (!meet(origin, ray).found) discard;
#endif
    bits = bit;
}
