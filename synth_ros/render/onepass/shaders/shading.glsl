// Metallic-roughness shading: GGX (Walter et al. 2007) with the height-correlated Smith term as
// approximated by Hammon (2017), Schlick's Fresnel term, and the environment by split sums with
// the fit of its second factor by Karis (2014).
struct Material {
    vec3 base;
    float metallic;
    float roughness;   // perceptual
    float reflectance; // at normal incidence, of what is not metal
    float occlusion;
    vec3 emission;     // on the scale of the finished picture with an exposure of 0
};

#ifndef SURFACES
#ifndef LEAN
uniform samplerCube environment;
#endif

vec3 irradiance_from(vec3 n) {
    vec3 sum = irradiance[0].rgb + irradiance[1].rgb * n.y + irradiance[2].rgb * n.z +
               irradiance[3].rgb * n.x + irradiance[4].rgb * (n.y * n.x) +
               irradiance[5].rgb * (n.y * n.z) + irradiance[6].rgb * (3.0 * n.z * n.z - 1.0) +
               irradiance[7].rgb * (n.z * n.x) + irradiance[8].rgb * (n.x * n.x - n.y * n.y);
    return max(sum, 0.0);
}

// What a lamp's light makes of a surface: diffuse and mirrored, without its shadows.
struct Surface {
    vec3 point;
    vec3 n;
    vec3 view;
    float facing;
    float alpha;
    float alpha2;
    vec3 diffuse;  // divided by pi
    vec3 f0;
};

vec3 reflected(Surface s, vec3 light, vec3 way) {
    float cosine = clamp(dot(s.n, way), 0.0, 1.0);
    vec3 halfway = normalize(way + s.view);
    float nh = clamp(dot(s.n, halfway), 0.0, 1.0), lh = clamp(dot(way, halfway), 0.0, 1.0);
    float bend = 1.0 - nh * nh * (1.0 - s.alpha2);
    float smith = max(mix(2.0 * cosine * s.facing, cosine + s.facing, s.alpha), 1e-4);
    float lobe = 0.5 * s.alpha2 / (PI * bend * bend * smith);
    float away = 1.0 - lh, away2 = away * away;
    vec3 fresnel = s.f0 + (1.0 - s.f0) * (away2 * away2 * away);
    return (s.diffuse + lobe * fresnel) * light * cosine;
}

vec3 shade(Material m, vec3 point, vec3 n, vec3 geometric) {
    vec3 view = -normalize(point);
    float facing = max(dot(n, view), 1e-3);
    float alpha = max(m.roughness * m.roughness, 0.004);
    vec3 diffuse = m.base * (1.0 - m.metallic);
    vec3 f0 = mix(vec3(m.reflectance), m.base, m.metallic);
    // Karis, "Physically based shading on mobile": the environment's second split-sum factor.
    vec4 r = m.roughness * vec4(-1.0, -0.0275, -0.572, 0.022) + vec4(1.0, 0.0425, 1.04, -0.04);
    float a = min(r.x * r.x, exp2(-9.28 * facing)) * r.x + r.y;
    vec2 scale = vec2(-1.04, 1.04) * a + r.zw;
    // What rough facets throw at each other is not lost, but coloured once more (Fdez-Aguera 2019, as
    // Filament has it); folded into f0, it costs nothing for each lamp.
    vec3 kept = 1.0 + f0 * (1.0 / (scale.x + scale.y) - 1.0);
    Surface s = Surface(point, n, view, facing, alpha, alpha * alpha, diffuse / PI, f0 * kept);
    vec3 sum = vec3(0.0);
    vec3 way;
    float distance_m;
#if SHADOW_LAMPS > 0
    for (int i = 0; i < SHADOW_LAMPS; ++i) {
        vec3 light = incoming(lamps[i], point, way, distance_m);
        sum += reflected(s, light, way) * lit_share(lamps[i], point, geometric, way, distance_m);
    }
#endif
#if LAMPS > SHADOW_LAMPS
    for (int i = SHADOW_LAMPS; i < LAMPS; ++i) {
        vec3 light = incoming(lamps[i], point, way, distance_m);
        sum += reflected(s, light, way);
    }
#endif
    vec3 bounced = reflect(-view, n);
#ifdef LEAN
    // The blurred environment stands in for its mirror image: a cube map costs a processor more
    // than all lamps.
    vec3 mirror = irradiance_from(bounced);
#else
    // The lobe of a rough surface leans towards its normal (Lagarde and de Rousiers 2014).
    bounced = mix(bounced, n, alpha * alpha);
    float level = m.roughness * (2.0 - m.roughness) * (light_scale.w - 1.0);
    vec3 mirror = textureLod(environment, mat3(world_from_camera) * bounced, level).rgb;
#endif
    mirror *= (f0 * scale.x + scale.y) * kept;
    vec3 around = (diffuse * irradiance_from(n) + mirror) * light_scale.y * m.occlusion;
    return (sum + around) * light_scale.x + m.emission * light_scale.z;
}
#endif
