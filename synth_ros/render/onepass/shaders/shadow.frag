#version 330 core
// What a lamp sees first; depth alone.
#include "frame.glsl"
#ifdef IMPOSTOR
#include "impostor.glsl"
#endif

void main() {
#ifdef IMPOSTOR
    vec3 origin, ray;
    Hit hit = meet(origin, ray);
    if (!hit.found) discard;
    gl_FragDepth = buffer_depth(hit.z);
#endif
}
