#version 330 core
// The mean of the fine samples of a pixel.
uniform sampler2D picture;
layout(location = 0) out vec4 color;

void main() {
    ivec2 corner = ivec2(gl_FragCoord.xy) * FINE;
    vec4 sum = vec4(0.0);
    for (int y = 0; y < FINE; ++y)
        for (int x = 0; x < FINE; ++x) sum += texelFetch(picture, corner + ivec2(x, y), 0);
    color = vec4(sum.rgb / float(FINE * FINE), 1.0);
}
