// Share of the environment's light that reaches a point of the picture.
#ifdef AMBIENT_SCALE
uniform sampler2D ambient_share;

float ambient_at(float z) {
    vec2 place = gl_FragCoord.xy * AMBIENT_SCALE - 0.5;
    vec2 corner = floor(place), part = place - corner;
    ivec2 last = textureSize(ambient_share, 0) - 1;
    float sum = 1e-4, weights = 1e-4;
    for (int k = 0; k < 4; ++k) {
        ivec2 step = ivec2(k & 1, k >> 1);
        vec2 value = texelFetch(ambient_share, clamp(ivec2(corner) + step, ivec2(0), last), 0).xy;
        vec2 side = mix(1.0 - part, part, vec2(step));
        // Of the surface at this depth alone: silhouettes stay sharp.
        float weight = side.x * side.y * max(1.0 - abs(value.y - z) / (0.03 * z), 0.0);
        sum += weight * value.x;
        weights += weight;
    }
    return sum / weights;
}
#endif
