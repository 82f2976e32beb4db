// A surface in four words: geom id + 1, depth in metres, shading normal, base colour and glow. One
// target of whole words costs a software rasterizer a fraction of several with conversions.
uint pack_normal(vec3 n) {
    // Octahedral: two numbers of 16 bits, 0.003 degrees apart (Cigolle et al. 2014).
    n /= abs(n.x) + abs(n.y) + abs(n.z);
    vec2 side = vec2(n.x >= 0.0 ? 1.0 : -1.0, n.y >= 0.0 ? 1.0 : -1.0);
    vec2 place = n.z >= 0.0 ? n.xy : (1.0 - abs(n.yx)) * side;
    uvec2 whole = uvec2((place * 0.5 + 0.5) * 65535.0 + 0.5);
    return whole.x | (whole.y << 16);
}

vec3 unpack_normal(uint word) {
    vec2 place = vec2(float(word & 0xFFFFu), float(word >> 16)) / 65535.0 * 2.0 - 1.0;
    vec3 n = vec3(place, 1.0 - abs(place.x) - abs(place.y));
    float fold = max(-n.z, 0.0);
    n.xy -= vec2(n.x >= 0.0 ? fold : -fold, n.y >= 0.0 ? fold : -fold);
    return normalize(n);
}

// Eight bits of the root of light a channel, as the eye sees; glow from 0 to 1.
uint pack_base(vec3 base, float glow) {
    uvec4 whole = uvec4(vec4(sqrt(clamp(base, 0.0, 1.0)), clamp(glow, 0.0, 1.0)) * 255.0 + 0.5);
    return whole.x | (whole.y << 8) | (whole.z << 16) | (whole.w << 24);
}

vec4 unpack_base(uint word) {
    vec4 shares = vec4(float(word & 255u), float((word >> 8) & 255u), float((word >> 16) & 255u), float(word >> 24)) / 255.0;
    return vec4(shares.rgb * shares.rgb, shares.a);
}
