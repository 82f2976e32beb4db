// How much of a lamp a point sees: 1 all, 0 none.
#ifdef SHADOWS
uniform sampler2DShadow shadow_atlas;
#ifdef SOFT_SHADOWS
uniform sampler2D shadow_depths;
#endif

float lit_share(Lamp lamp, vec3 point, vec3 normal, vec3 way) {
    if (lamp.cone.z < 0.0) return 1.0;
    // A texel's footprint grows with the distance from a lamp at a place; a point moved out by
    // it along its normal does not shadow itself.
    float spread = lamp.position.w < 0.5 ? 1.0 : length(lamp.position.xyz - point);
    float slope = 1.0 - clamp(dot(normal, way), 0.0, 1.0);
    vec3 moved = point + normal * (lamp.cone.w * spread * (0.6 + 1.6 * slope));
    vec4 clip = lamp.shadow * vec4(moved, 1.0);
    vec3 place = clip.xyz / clip.w;
    place.xy = place.xy * 0.5 + 0.5;
    bool outside = clip.w <= 0.0 || any(greaterThan(abs(place.xy - 0.5), vec2(0.5))) || place.z > 1.0;
    float texel = 1.0 / SHADOW_TEXELS;
    vec2 low = lamp.tile.xy + lamp.tile.zw * texel, high = lamp.tile.xy + lamp.tile.zw * (1.0 - texel);
    vec2 spot = lamp.tile.xy + lamp.tile.zw * place.xy;
    vec2 unit = lamp.tile.zw * texel;
#ifdef SOFT_SHADOWS
    float light = soft_share(lamp, place, spot, low, high, unit);
#else
    float light = 0.0;
    // Four bilinear comparisons: a tent over three by three texels.
    light += texture(shadow_atlas, vec3(clamp(spot + vec2(-0.5, -0.5) * unit, low, high), place.z));
    light += texture(shadow_atlas, vec3(clamp(spot + vec2(0.5, -0.5) * unit, low, high), place.z));
    light += texture(shadow_atlas, vec3(clamp(spot + vec2(-0.5, 0.5) * unit, low, high), place.z));
    light += texture(shadow_atlas, vec3(clamp(spot + vec2(0.5, 0.5) * unit, low, high), place.z));
    light *= 0.25;
#endif
    return outside ? 1.0 : light;
}
#else
float lit_share(Lamp lamp, vec3 point, vec3 normal, vec3 way) {
    return 1.0;
}
#endif
