#version 330 core
// One direction of a blur that stays on its surface.
uniform sampler2D ambient_share;
layout(location = 0) out vec2 share;

const float WEIGHTS[5] = float[](0.2, 0.18, 0.14, 0.08, 0.04);

void main() {
    ivec2 here = ivec2(gl_FragCoord.xy), last = textureSize(ambient_share, 0) - 1;
    float z = texelFetch(ambient_share, here, 0).y;
    float sum = 0.0, weights = 0.0;
    for (int k = -4; k <= 4; ++k) {
        ivec2 there = clamp(here + k * ivec2(STEP_X, STEP_Y), ivec2(0), last);
        vec2 value = texelFetch(ambient_share, there, 0).xy;
        float weight = WEIGHTS[abs(k)] * max(1.0 - abs(value.y - z) / (0.03 * z + 1e-6), 0.0);
        sum += weight * value.x;
        weights += weight;
    }
    share = vec2(weights > 0.0 ? sum / weights : 1.0, z);
}
