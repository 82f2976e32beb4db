#version 330 core
// How far the point of each pixel has come since an earlier instant, in pixels: there less here.
#extension GL_ARB_shader_bit_encoding : enable
#include "frame.glsl"
#include "ray.glsl"

uniform usampler2D surface_layer;
// Of each surface the rows of (optical frame then, from the one now) less the identity.
uniform sampler2D motions;
layout(location = 0) out vec2 motion;

vec4 row(int number) {
    return texelFetch(motions, ivec2(number & 1023, number >> 10), 0);
}

void main() {
    uvec4 words = texelFetch(surface_layer, ivec2(gl_FragCoord.xy), 0);
    motion = vec2(0.0);
    if (words.x == 0u) return;
    vec3 origin, ray;
    pixel_ray(origin, ray);
    vec4 point = vec4(ray * uintBitsToFloat(words.y), 1.0);
    int first = 3 * (int(words.x) - 1);
    // Only what has moved is computed and divided: what stands still moves by exactly 0.
    vec3 moved = vec3(dot(row(first), point), dot(row(first + 1), point), dot(row(first + 2), point));
    float then = point.z + moved.z;
    // Behind the camera then, or of a surface that bends: not a number.
    motion = then > 1e-6 ? pixel_from_ray.xy * (moved.xy - ray.xy * moved.z) / then
                         : vec2(uintBitsToFloat(0x7FC00000u));
}
