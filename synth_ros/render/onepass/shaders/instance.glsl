// Attributes of one drawn surface. Pose: camera_from_geom, row by row.
in vec4 pose_x;
in vec4 pose_y;
in vec4 pose_z;
in vec4 extent;     // half sizes of a unit shape, or 1; w: largest of them
in vec4 rgba;       // linear
in vec4 surface;    // metallic, roughness, reflectance at normal incidence, emission
in vec4 mapping;    // scale of texture coordinates (x, y), mode, and layer, or scale (z)
in uvec2 ids;       // geom id + 1, first facet

vec3 to_camera(vec3 p) {
    vec4 q = vec4(p, 1.0);
    return vec3(dot(pose_x, q), dot(pose_y, q), dot(pose_z, q));
}

vec3 turn_to_camera(vec3 v) {
    return vec3(dot(pose_x.xyz, v), dot(pose_y.xyz, v), dot(pose_z.xyz, v));
}
