#version 330 core
// Lights the surface that each pixel shows; runs where something was drawn.
#extension GL_ARB_shader_bit_encoding : enable
#include "frame.glsl"
#include "ray.glsl"
#include "lights.glsl"
#include "shadow.glsl"
#include "shading.glsl"
#include "ambient.glsl"
#include "picture.glsl"

#include "packed.glsl"

uniform usampler2D surface_layer;
uniform sampler2D finishes;
layout(location = 0) out vec4 color;

void main() {
    uvec4 words = texelFetch(surface_layer, ivec2(gl_FragCoord.xy), 0);
    vec3 origin, ray;
    pixel_ray(origin, ray);
    vec3 point = ray * uintBitsToFloat(words.y);
    vec3 n = unpack_normal(words.z);
    vec4 base = unpack_base(words.w);
    int geom = int(words.x) - 1;
    vec3 finish = texelFetch(finishes, ivec2(geom & 1023, geom >> 10), 0).rgb;
    Material m = Material(base.rgb, finish.x, finish.y, finish.z, 1.0, base.rgb * base.a);
#ifdef AMBIENT_SCALE
    m.occlusion *= ambient_at(point.z);
#endif
    color = vec4(tone_mapped(shade(m, point, n, n)), 1.0);
}
