#version 330 core
// Keeps the pixels that differ from a neighbour, in what they show or in how it looks: where one
// sample a pixel is not enough. Drawn into a target of FINE times the size, for its stencil.
uniform sampler2D picture;
uniform usampler2D surface_layer;

const float CONTRAST = 0.06;

bool differs(ivec2 here, ivec2 step, vec3 color, uint geom) {
    ivec2 there = clamp(here + step, ivec2(0), textureSize(picture, 0) - 1);
    // The texture unit decodes; the eye sees about the root of light.
    vec3 apart = abs(sqrt(texelFetch(picture, there, 0).rgb) - color);
    return texelFetch(surface_layer, there, 0).r != geom || max(apart.r, max(apart.g, apart.b)) > CONTRAST;
}

void main() {
    ivec2 here = ivec2(gl_FragCoord.xy) / FINE;
    vec3 color = sqrt(texelFetch(picture, here, 0).rgb);
    uint geom = texelFetch(surface_layer, here, 0).r;
    bool edge = differs(here, ivec2(1, 0), color, geom) || differs(here, ivec2(-1, 0), color, geom) ||
                differs(here, ivec2(0, 1), color, geom) || differs(here, ivec2(0, -1), color, geom);
    if (!edge) discard;
}
