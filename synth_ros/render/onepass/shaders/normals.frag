#version 330 core
// The normal of the facet that each pixel shows, towards the camera. Each pixel is worked on once,
// however small its triangles are.
#extension GL_ARB_shader_bit_encoding : enable
#include "frame.glsl"
#include "ray.glsl"
#include "packed.glsl"

uniform usampler2D surface_layer;
uniform usampler2D facet_layer;
uniform sampler2D facets;
// Of each surface the rows of the rotation camera_from_geom.
uniform sampler2D turns;
layout(location = 0) out vec4 normal;

vec3 row(int number) {
    return texelFetch(turns, ivec2(number & 1023, number >> 10), 0).xyz;
}

void main() {
    ivec2 here = ivec2(gl_FragCoord.xy);
    uvec4 words = texelFetch(surface_layer, here, 0);
    normal = vec4(0.0);
    if (words.x == 0u) return;
    uint number = texelFetch(facet_layer, here, 0).r;
    int at = int(number & 0x7FFFFFFFu);
    vec3 local = texelFetch(facets, ivec2(at & 4095, at >> 12), 0).xyz;
    int first = 3 * (int(words.x) - 1);
    vec3 turned = vec3(dot(row(first), local), dot(row(first + 1), local), dot(row(first + 2), local));
    // Round shapes and what bends have no numbered facets: the normal that they were shaded with.
    vec3 n = normalize(number == 0xFFFFFFFFu ? unpack_normal(words.z) : turned);
    vec3 origin, ray;
    pixel_ray(origin, ray);
    normal = vec4(dot(n, ray) > 0.0 ? -n : n, 0.0);
}
