// From exposed light to the finished pixel.
vec3 tone_mapped(vec3 x) {
#if defined(TONE_ACES)
    // Narkowicz's fit of the ACES curve (2015), on the primaries of ACEScg with the reference
    // transform's loss of saturation: bright colours pale as on film. The scale puts greys beside
    // Filament's.
    const mat3 to_film = 0.515 * mat3(0.597, 0.076, 0.028, 0.355, 0.908, 0.134, 0.048, 0.016, 0.838);
    const mat3 from_film = mat3(1.605, -0.102, -0.003, -0.531, 1.108, -0.073, -0.074, -0.006, 1.076);
    x = to_film * x;
    return clamp(from_film * (x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14)), 0.0, 1.0);
#elif defined(TONE_NEUTRAL)
    // Khronos PBR Neutral (2024): colours below the shoulder stay as they are.
    float low = min(x.r, min(x.g, x.b));
    float offset = low < 0.08 ? low - 6.25 * low * low : 0.04;
    x -= offset;
    float peak = max(x.r, max(x.g, x.b));
    const float start = 0.8 - 0.04;
    const float room = 1.0 - start;
    float shoulder = 1.0 - room * room / (peak + room - start);
    vec3 bent = x * shoulder / max(peak, 1e-6);
    float pale = 1.0 - 1.0 / (0.15 * (peak - shoulder) + 1.0);
    return peak < start ? max(x, 0.0) : mix(bent, vec3(shoulder), pale);
#else
    return clamp(x, 0.0, 1.0);
#endif
}
