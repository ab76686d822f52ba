/* SPDX-License-Identifier: Apache-2.0 */
/* What the network needs besides convolution as a product of matrices (CLBlast) and normalisation (clgn). */

/*
 * A tensor is [channel][row], a row being all images' pixels one after the other: n * pixels + pixel, padded to a
 * multiple of 16. Macros that the host sets for a convolution: SIZE, the height and width of its input; OUT, those of
 * its output; STRIDE.
 */
#ifdef SIZE
#define PIXELS (OUT * OUT)
#define PADDED (SIZE + 2)
#define PLANE (PADDED * PADDED + 16) /* one plane with a border of one pixel; vectors reach a little beyond */

/* A row of OUT elements, STRIDE apart, is moved as two vectors that may overlap: some compilers leave a loop as it is.
 */
#if OUT < 4 || OUT > 16 || STRIDE < 1 || STRIDE > 2
#error "rows of 4 to 16 elements and strides of 1 and 2 are known"
#elif OUT < 8
#define LANES 4
#define LOAD(from) (STRIDE == 1 ? vload4(0, from) : vload8(0, from).even)
#define STORE vstore4
#else
#define LANES 8
#define LOAD(from) (STRIDE == 1 ? vload8(0, from) : vload16(0, from).even)
#define STORE vstore8
#endif

/* One row of the matrix per tap. */
void unfold_plane(const float *plane, __global float *matrix, ulong tap_stride)
{
    for (int tap = 0; tap < 9; ++tap) {
        __global float *to = matrix + tap * tap_stride;
        const float *from = plane + tap / 3 * PADDED + tap % 3;
        for (int y = 0; y < OUT; ++y, to += OUT, from += STRIDE * PADDED) {
            STORE(LOAD(from), 0, to);
            STORE(LOAD(from + STRIDE * (OUT - LANES)), 0, to + OUT - LANES);
        }
    }
}

/*
 * im2col of 3 x 3 windows: matrix[tap * channels + channel][n * PIXELS + pixel].
 * Launch    (channels, images): a work-item unfolds one plane
 */
__kernel void unfold(__global const float *x, ulong x_row, __global float *matrix, ulong columns)
{
    const ulong c = get_global_id(0);
    const ulong n = get_global_id(1);
    float plane[PLANE];

    x += c * x_row + n * SIZE * SIZE;
    for (int i = 0; i < PLANE; ++i) {
        plane[i] = 0.0f;
    }
    for (int y = 0; y < SIZE; ++y) {
        for (int i = 0; i < SIZE; ++i) {
            plane[(y + 1) * PADDED + i + 1] = x[y * SIZE + i];
        }
    }
    unfold_plane(plane, matrix + c * columns + n * PIXELS, get_global_size(0) * columns);
}

/*
 * The same for the first layer, from the images order[0], order[1], ... of the data set: bytes, made zero mean and unit
 * variance over Fashion-MNIST.
 * Launch    (1, images)
 */
__kernel void unfold_images(__global const uchar *images, __global const uint *order, ulong first,
                            __global float *matrix, ulong columns)
{
    const ulong n = get_global_id(1);
    float plane[PLANE];

    images += (ulong)order[first + n] * SIZE * SIZE;
    for (int i = 0; i < PLANE; ++i) {
        plane[i] = 0.0f;
    }
    for (int y = 0; y < SIZE; ++y) {
        for (int i = 0; i < SIZE; ++i) {
            plane[(y + 1) * PADDED + i + 1] = (convert_float(images[y * SIZE + i]) / 255.0f - 0.2860f) / 0.3530f;
        }
    }
    unfold_plane(plane, matrix + n * PIXELS, columns);
}

/*
 * The adjoint of unfold, col2im: x gets the sum of all matrix elements that came from it, and with accumulate what it
 * held besides.
 * Launch    (channels, images)
 */
__kernel void fold(__global const float *matrix, ulong columns, __global float *x, ulong x_row, int accumulate)
{
    const ulong c = get_global_id(0);
    const ulong n = get_global_id(1);
    const ulong tap_stride = get_global_size(0) * columns;
    float plane[PLANE];

    matrix += c * columns + n * PIXELS;
    x += c * x_row + n * SIZE * SIZE;
    for (int i = 0; i < PLANE; ++i) {
        plane[i] = 0.0f;
    }
    for (int tap = 0; tap < 9; ++tap) {
        __global const float *row = matrix + tap * tap_stride;
        for (int y = 0; y < OUT; ++y) {
            float *to = plane + (y * STRIDE + tap / 3) * PADDED + tap % 3;
            for (int i = 0; i < OUT; ++i) {
                to[i * STRIDE] += row[y * OUT + i];
            }
        }
    }
    for (int y = 0; y < SIZE; ++y) {
        for (int i = 0; i < SIZE; ++i) {
            const float value = plane[(y + 1) * PADDED + i + 1];
            x[y * SIZE + i] = accumulate ? x[y * SIZE + i] + value : value;
        }
    }
}
#endif

/*
 * turned[column][channel] = x[channel][column]; columns from live on are padding and become 0.
 * Launch    (columns / 16)
 */
__kernel void turn(__global const float *x, ulong columns, ulong live, __global float *turned, ulong channels)
{
    const ulong first = get_global_id(0) * 16;

    for (ulong c = 0; c < channels; ++c) {
        for (int i = 0; i < 16; ++i) {
            turned[(first + i) * channels + c] = first + i < live ? x[c * columns + first + i] : 0.0f;
        }
    }
}

#define FEATURES 64
#define FEATURE_PIXELS 16
#define CLASSES 10

/*
 * The network's end for image n of a batch: average over the pixels, linear layer, softmax, cross-entropy; with
 * training its gradient down to the features. sums[n] collects loss and errors of the images that went through place n.
 * Launch    (images)
 */
__kernel void head(__global const float *x, ulong x_row, __global const float *value, ulong weight_at, ulong bias_at,
                   __global const uchar *labels, __global const uint *order, ulong first, ulong live, int training,
                   __global float *pooled, __global float *dlogits, __global float *dx, __global float2 *sums,
                   __global uchar *predicted)
{
    const ulong n = get_global_id(0);
    __global const float *weight = value + weight_at;
    __global const float *bias = value + bias_at;
    const int label = labels[order[first + n]];
    const float images = (float)get_global_size(0);
    float logits[CLASSES];
    float total = 0.0f;
    int best = 0;

    x += n * FEATURE_PIXELS;
    pooled += n * FEATURES;
    for (int c = 0; c < FEATURES; ++c) {
        float sum = 0.0f;
        for (int i = 0; i < FEATURE_PIXELS; ++i) {
            sum += x[c * x_row + i];
        }
        pooled[c] = sum / FEATURE_PIXELS;
    }
    for (int k = 0; k < CLASSES; ++k) {
        logits[k] = bias[k];
        for (int c = 0; c < FEATURES; ++c) {
            logits[k] += weight[k * FEATURES + c] * pooled[c];
        }
        best = logits[k] > logits[best] ? k : best;
    }
    for (int k = 0; k < CLASSES; ++k) {
        total += exp(logits[k] - logits[best]);
    }
    const float all = log(total) + logits[best];
    if (n < live) {
        sums[n] += (float2)(all - logits[label], best != label);
        predicted[first + n] = (uchar)best;
    }
    if (!training) {
        return;
    }
    for (int k = 0; k < CLASSES; ++k) {
        logits[k] = (exp(logits[k] - all) - (k == label)) / images;
        dlogits[n * CLASSES + k] = logits[k];
    }
    for (int c = 0; c < FEATURES; ++c) {
        float gradient = 0.0f;
        for (int k = 0; k < CLASSES; ++k) {
            gradient += logits[k] * weight[k * FEATURES + c];
        }
        for (int i = 0; i < FEATURE_PIXELS; ++i) {
            dx[c * x_row + n * FEATURE_PIXELS + i] = gradient / FEATURE_PIXELS;
        }
    }
}

/*
 * Gradients of the linear layer.
 * Launch    (FEATURES + 1, CLASSES): the last column is the bias
 */
__kernel void head_gradient(__global const float *pooled, __global const float *dlogits, ulong images,
                            __global float *gradient, ulong weight_at, ulong bias_at)
{
    const int c = (int)get_global_id(0);
    const int k = (int)get_global_id(1);
    float sum = 0.0f;

    for (ulong n = 0; n < images; ++n) {
        sum += dlogits[n * CLASSES + k] * (c < FEATURES ? pooled[n * FEATURES + c] : 1.0f);
    }
    if (c < FEATURES) {
        gradient[weight_at + k * FEATURES + c] = sum;
    } else {
        gradient[bias_at + k] = sum;
    }
}

#define TILE 16

/* One value of a step of gradient descent with momentum. */
float descend_one(__global float *value, __global const float *gradient, __global float *velocity, uint i, float rate,
                  float momentum, float decay)
{
    const float moved = momentum * velocity[i] + gradient[i] + decay * value[i];
    const float result = value[i] - rate * moved;

    velocity[i] = moved;
    value[i] = result;
    return result;
}

/*
 * A step of gradient descent with momentum, with weight decay for the first decayed values. Convolution weights come
 * first, in tiles of 16 x 16, and are written to twin in the other order too: tiles[t] holds a tile's place in value,
 * the stride of its rows there, and the same for its columns in twin.
 * Launch    (tiles + the other values / 256)
 */
__kernel void descend(__global float *value, __global const float *gradient, __global float *velocity, float rate,
                      float momentum, float decay, uint decayed, __global float *twin, __global const uint4 *tiles,
                      uint tile_count)
{
    const uint item = (uint)get_global_id(0);
    float turned[TILE * TILE];

    if (item >= tile_count) {
        const uint first = item * TILE * TILE;
        for (uint i = first; i < first + TILE * TILE; ++i) {
            descend_one(value, gradient, velocity, i, rate, momentum, i < decayed ? decay : 0.0f);
        }
        return;
    }
    const uint4 tile = tiles[item];
    for (uint r = 0; r < TILE; ++r) {
        for (uint c = 0; c < TILE; ++c) {
            turned[c * TILE + r] = descend_one(value, gradient, velocity, tile.x + r * tile.y + c, rate, momentum,
                                               decay);
        }
    }
    for (uint c = 0; c < TILE; ++c) {
        for (uint r = 0; r < TILE; ++r) {
            twin[tile.z + c * tile.w + r] = turned[c * TILE + r];
        }
    }
}
