#version 330 core
// A box around a round shape; the fragment shader meets the shape itself with a ray.
#include "frame.glsl"
#include "instance.glsl"

in vec3 position;

flat out vec4 row_x;
flat out vec4 row_y;
flat out vec4 row_z;
flat out vec4 size;
#if defined(COVERAGE)
in uint group_bit;
flat out uint bit;
#elif !defined(SHADOW)
flat out vec4 albedo;
flat out vec4 material;
flat out vec4 texturing;
flat out uvec2 identity;
#endif

void main() {
    // A little larger than the shape, so that no pixel of its outline is missed.
#if defined(CAPSULE)
    vec3 box = vec3(extent.xx, extent.x + extent.y);
#elif defined(CYLINDER)
    vec3 box = vec3(extent.xx, extent.y);
#else
    vec3 box = extent.xyz;
#endif
    gl_Position = clip_from_camera(to_camera(position * box * 1.001));
    row_x = pose_x;
    row_y = pose_y;
    row_z = pose_z;
    size = extent;
#if defined(COVERAGE)
    bit = group_bit;
#elif !defined(SHADOW)
    albedo = rgba;
    material = surface;
    texturing = mapping;
    identity = ids;
#endif
}
