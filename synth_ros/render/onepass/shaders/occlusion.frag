#version 330 core
// Share of the light from all around that reaches a point: what rises above its facet nearby takes
// some away (McGuire, Mara and Luebke, "Scalable ambient obscurance", 2012).
#include "frame.glsl"

uniform sampler2D facets_seen;
layout(location = 0) out vec2 share;  // and depth, metres

const int TAPS = 20;
const float REACH_M = 0.5;
const float WIDEST = 120.0;   // pixels
const float STRENGTH = 0.9;   // a floor is lit by half at the foot of a wall
const float FLATNESS = 0.002; // what rises less, per metre of distance, is on the facet

vec3 seen(ivec2 pixel, float z) {
    return vec3((vec2(pixel) - pixel_from_ray.zw) / pixel_from_ray.xy, 1.0) * z;
}

void main() {
    ivec2 here = ivec2(gl_FragCoord.xy);
    vec4 facet = texelFetch(facets_seen, here, 0);
    vec3 point = seen(here, facet.w);
    float turn = 6.2831853 * fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715))));
    float reach = min(REACH_M * pixel_from_ray.x / max(facet.w, 1e-3), WIDEST);
    float reach_m = reach * facet.w / pixel_from_ray.x, square = reach_m * reach_m;
    ivec2 last = textureSize(facets_seen, 0) - 1;
    float sum = 0.0;
    for (int i = 0; i < TAPS; ++i) {
        float part = (float(i) + 0.5) / float(TAPS);
        float angle = float(i) * 2.39996323 + turn;
        ivec2 there = here + ivec2(round(part * reach * vec2(cos(angle), sin(angle))));
        float z = texelFetch(facets_seen, clamp(there, ivec2(0), last), 0).w;
        vec3 apart = seen(there, z) - point;
        float near = max(square - dot(apart, apart), 0.0) / square;
        float rise = max(dot(apart, facet.xyz) - FLATNESS * facet.w, 0.0);
        // Beyond the picture and where nothing is, nothing rises.
        float known = float(z > 0.0 && all(equal(there, clamp(there, ivec2(0), last))));
        sum += known * near * near * rise / (dot(apart, apart) + 1e-6) * reach_m;
    }
    share = vec2(clamp(1.0 - STRENGTH * sum / float(TAPS), 0.0, 1.0), facet.w);
}
