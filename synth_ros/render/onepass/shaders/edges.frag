#version 330 core
// Keeps the pixels in which one sample is not enough: where the surface ends or turns away
// between a pixel and its neighbours, or light changes sharply. Drawn for its stencil. What is
// painted on a surface is filtered by its texture already.
#include "packed.glsl"

uniform sampler2D picture;
uniform usampler2D surface_layer;

const float CONTRAST = 0.16, TURN = 0.8;

bool differs(ivec2 here, ivec2 step, vec3 color, uvec4 words, vec3 n) {
    ivec2 there = clamp(here + step, ivec2(0), textureSize(picture, 0) - 1);
    uvec4 other = texelFetch(surface_layer, there, 0);
    // The texture unit decodes; the eye sees about the root of light.
    vec3 apart = abs(sqrt(texelFetch(picture, there, 0).rgb) - color);
    return other.x != words.x || dot(unpack_normal(other.z), n) < TURN ||
           max(apart.r, max(apart.g, apart.b)) > CONTRAST;
}

void main() {
    ivec2 here = ivec2(gl_FragCoord.xy);
    vec3 color = sqrt(texelFetch(picture, here, 0).rgb);
    uvec4 words = texelFetch(surface_layer, here, 0);
    vec3 n = unpack_normal(words.z);
    bool edge = differs(here, ivec2(1, 0), color, words, n) || differs(here, ivec2(-1, 0), color, words, n) ||
                differs(here, ivec2(0, 1), color, words, n) || differs(here, ivec2(0, -1), color, words, n);
    if (!edge) discard;
}
