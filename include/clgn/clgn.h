/* SPDX-License-Identifier: Apache-2.0 */
/* The public interface of clgn: describe a normalisation, make a plan for a device, enqueue it. */
#ifndef CLGN_CLGN_H
#define CLGN_CLGN_H

#include <stddef.h>

#ifdef __APPLE__
#include <OpenCL/cl.h>
#else
#include <CL/cl.h>
#endif

#include <clgn/version.h>

#ifndef CLGN_API
#if defined(__GNUC__)
#define CLGN_API __attribute__((visibility("default")))
#else
#define CLGN_API
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Shape letters are the same everywhere: n batch, c channels, g groups, s spatial size (the product of the
 * spatial axes). Offsets are bytes, strides are elements. Every descriptor begins with struct_size, is filled by
 * its CLGN_..._INIT and grows only at its end. */

/** The most spatial axes of a problem. */
#define CLGN_MAX_SPATIAL 6

/** What a call returns; values are pinned and never reused. Detail goes to clgn_options.on_message. */
typedef enum clgn_status {
    CLGN_OK = 0,
    CLGN_ERR_ARGUMENT = 1,    /**< the caller's mistake: the message names the field and the values */
    CLGN_ERR_UNSUPPORTED = 2, /**< legal, but not on this device, or no variant can compute it */
    CLGN_ERR_DEVICE = 3,      /**< the device is not available, or lacks what every kernel needs */
    CLGN_ERR_BUILD = 4,  /**< a kernel does not build; its options and log come before, as messages of severity INFO */
    CLGN_ERR_OPENCL = 5, /**< an OpenCL call failed; the message names the call and its code */
    CLGN_ERR_MEMORY = 6  /**< out of host memory */
} clgn_status;

/** How a message is meant. */
typedef enum clgn_severity {
    CLGN_SEVERITY_ERROR = 0, /**< explains the status that the running call is about to return */
    CLGN_SEVERITY_WARNING = 1,
    CLGN_SEVERITY_INFO = 2
} clgn_severity;

/** Element types. Statistics and sums are float32 inside, float64 when x is F64; F16 and BF16 are storage only. */
typedef enum clgn_dtype {
    CLGN_DTYPE_NONE = 0, /**< tensor absent; for y: x's type */
    CLGN_DTYPE_F32 = 1,
    CLGN_DTYPE_F16 = 2,
    CLGN_DTYPE_BF16 = 3,
    CLGN_DTYPE_F64 = 4 /**< needs a device with double precision */
} clgn_dtype;

/** Order of the axes in memory. A row is what lies contiguously: a channel, or a pixel. */
typedef enum clgn_layout {
    CLGN_LAYOUT_FIRST = 0, /**< (n, c, spatial...): a row is one channel, s elements */
    CLGN_LAYOUT_LAST = 1   /**< (n, spatial..., c): a row is one pixel, c elements */
} clgn_layout;

/** What a plan computes: y from x, or the gradients of a loss from the gradient dy that reached y. */
typedef enum clgn_direction { CLGN_FORWARD = 0, CLGN_BACKWARD = 1 } clgn_direction;

/** Over what mean and variance are taken. Statistics are [n][g], those of BATCH [c]. */
typedef enum clgn_norm {
    CLGN_NORM_GROUP = 0,    /**< per (n, group of c/groups consecutive channels) */
    CLGN_NORM_LAYER = 1,    /**< per n: one group. With no spatial axes, c elements that each have a gamma and beta of
                                 their own: the layer norm of transformers over the last axes */
    CLGN_NORM_INSTANCE = 2, /**< per (n, c): c groups */
    CLGN_NORM_BATCH = 3     /**< per c, over n and space */
} clgn_norm;

/** What is added to x before the normalisation, besides bias. */
typedef enum clgn_skip {
    CLGN_SKIP_NONE = 0,
    CLGN_SKIP_FULL = 1,       /**< a tensor of x's shape, type and layout */
    CLGN_SKIP_PER_CHANNEL = 2 /**< one value per (n, c), x's type, dense (a time embedding) */
} clgn_skip;

/** Where mean and rstd come from. */
typedef enum clgn_stats {
    CLGN_STATS_COMPUTE = 0, /**< from the data; backward reads what forward wrote: args.mean and args.rstd */
    CLGN_STATS_GIVEN = 1,   /**< read from args.mean and args.rstd, constants in backward (frozen statistics) */
    CLGN_STATS_RUNNING = 2  /**< for BATCH and INSTANCE: args.running_mean and args.running_var, [c]; constants in
                                 backward; rstd = 1 / sqrt(running_var + eps) */
} clgn_stats;

/** What to do with a parameter's gradient. */
typedef enum clgn_gradient {
    CLGN_GRADIENT_NONE = 0,
    CLGN_GRADIENT_WRITE = 1,
    CLGN_GRADIENT_ADD = 2 /**< added to what the buffer holds, rounded once */
} clgn_gradient;

/** The activation, applied last. alpha is problem.act_alpha. */
typedef enum clgn_act {
    CLGN_ACT_NONE = 0,
    CLGN_ACT_RELU = 1,
    CLGN_ACT_LEAKY_RELU = 2, /**< z < 0 ? alpha z : z */
    CLGN_ACT_SILU = 3,       /**< z sigmoid(z) */
    CLGN_ACT_GELU = 4,       /**< z Phi(z), by erf */
    CLGN_ACT_GELU_TANH = 5,  /**< the tanh approximation of gelu */
    CLGN_ACT_QUICK_GELU = 6, /**< z sigmoid(1.702 z) */
    CLGN_ACT_SIGMOID = 7,
    CLGN_ACT_TANH = 8,
    CLGN_ACT_MISH = 9,       /**< z tanh(log(1 + e^z)) */
    CLGN_ACT_HARDSWISH = 10, /**< z clamp(z + 3, 0, 6) / 6 */
    CLGN_ACT_ELU = 11        /**< z < 0 ? alpha (e^z - 1) : z */
} clgn_act;

/** Type, layout and strides of x or y. A row stride of 0 means dense, a batch stride of 0 all rows by the row stride.
 */
typedef struct clgn_tensor_desc {
    clgn_dtype dtype;
    clgn_layout layout;
    size_t batch_stride; /**< elements from one n to the next */
    size_t row_stride;   /**< elements from one channel (FIRST) or pixel (LAST) to the next; unused when there is one */
} clgn_tensor_desc;

/** Strides of a tensor whose type and layout follow another's; 0 as in clgn_tensor_desc. */
typedef struct clgn_strides {
    size_t batch_stride;
    size_t row_stride;
} clgn_strides;

/**
 * What is to be computed:
 *
 *     v = x + skip + bias                       rounded once, to float32 (to x's type when sum is written or x is F64)
 *     z = (v - mean) * rstd                     mean, rstd per (n, g); rstd = 1 / sqrt(variance + eps)
 *     z = z * gamma + beta                      per channel
 *     z = z * (1 + scale) + shift               per (n, c)
 *     y = act(z + residual)
 *
 * with the population variance. What is NONE, or 0, is left out. Begin with CLGN_PROBLEM_INIT and set what differs:
 * n, c, spatial and groups at least.
 *
 * With direction BACKWARD, for a loss L with dy = dL/dy, and dz = dy * act'(z + residual) recomputed from x:
 *
 *     dresidual = dz                                            dshift = sum over s of dz, per (n, c)
 *     dscale = sum over s of dz * (z before modulation)         dbeta = sum over n, s of dz * (1 + scale)
 *     dgamma = sum over n, s of dz * (1 + scale) * (v - mean) * rstd
 *     dx = dL/dv, through mean and rstd too unless they are frozen; dskip = dx (summed over s when per (n, c))
 *     dbias = sum over n, s of dx
 *
 * The problem is the forward one with direction set, the wanted gradients named, and without write_mean, write_rstd and
 * running; y describes dy, so dtype and layout of dresidual are y's, those of dx and a full dskip are x's. Gradients of
 * parameters are F32, F64 when x is F64.
 */
typedef struct clgn_problem {
    size_t struct_size;
    clgn_norm norm;
    size_t n;                         /**< batch; 0 is legal: no output is written but WRITE gradients, which are 0 */
    size_t c;                         /**< channels, >= 1 */
    size_t spatial_dims;              /**< 0 to CLGN_MAX_SPATIAL */
    size_t spatial[CLGN_MAX_SPATIAL]; /**< each >= 1; their product is s */
    size_t groups;                    /**< divides c; for LAYER 0 or 1, for INSTANCE and BATCH 0 or c */
    double eps;                       /**< added to the variance; finite, >= 0 */
    clgn_tensor_desc x;               /**< dtype must be set */
    clgn_tensor_desc y;               /**< dtype NONE: x's */
    clgn_skip skip;
    clgn_strides skip_strides; /**< for SKIP_FULL; type and layout are x's */
    clgn_dtype bias;           /**< [c], F32 or x's type */
    int sum;                   /**< not 0: write v to args.sum; type and layout are x's */
    clgn_strides sum_strides;
    clgn_dtype gamma; /**< [c], F32 or x's type */
    clgn_dtype beta;  /**< [c], F32 or x's type */
    clgn_dtype scale; /**< [n][c], F32 or x's type */
    clgn_dtype shift; /**< [n][c], F32 or x's type */
    int residual;     /**< not 0: add args.residual; type and layout are y's */
    clgn_strides residual_strides;
    clgn_act act;
    double act_alpha; /**< leaky_relu: slope; elu: alpha */
    clgn_stats stats;
    int write_mean;     /**< not 0: write args.mean, [n][g] F32 (F64 when x is F64) */
    int write_rstd;     /**< not 0: write args.rstd, likewise */
    const char *config; /**< pin "VARIANT,param=value,..."; NULL: the library chooses.
                             Read in clgn_plan_create only. An illegal pin is an error. */
    int rms;     /**< not 0: no mean; z = v * rstd, rstd = 1 / sqrt(mean of v^2 + eps); GROUP and LAYER, COMPUTE */
    int mean_lo; /**< forward: write args.mean_lo, what the mean loses when it is rounded; backward: read it.
                      Keeps gradients behind an activation exact where |mean| is much larger than the standard
                      deviation. Like mean; for COMPUTE without rms */
    int running; /**< not 0: update args.running_mean and running_var, [c]; BATCH and INSTANCE, forward, COMPUTE */
    int running_biased; /**< not 0: running_var takes the population variance, else the unbiased one */
    double momentum;    /**< running = (1 - momentum) * running + momentum * new; 0 to 1 */
    clgn_direction direction;
    clgn_gradient dgamma, dbeta, dscale, dshift, dbias; /**< backward; where the problem has the parameter */
    clgn_gradient dskip;                                /**< a full one is written, never added to */
    int dresidual;                                      /**< not 0: write args.dresidual */
    int dmean, drstd; /**< not 0: args.dmean, args.drstd are gradients of L into the mean and rstd outputs; COMPUTE */
    clgn_strides dx_strides, dskip_strides, dresidual_strides;
} clgn_problem;

#define CLGN_PROBLEM_INIT                                                                                              \
    {                                                                                                                  \
        sizeof(clgn_problem), CLGN_NORM_GROUP, 0, 0, 0, {0, 0, 0, 0, 0, 0}, 0, 1e-5,                                   \
            {CLGN_DTYPE_F32, CLGN_LAYOUT_FIRST, 0, 0}, {CLGN_DTYPE_NONE, CLGN_LAYOUT_FIRST, 0, 0}, CLGN_SKIP_NONE,     \
            {0, 0}, CLGN_DTYPE_NONE, 0, {0, 0}, CLGN_DTYPE_NONE, CLGN_DTYPE_NONE, CLGN_DTYPE_NONE, CLGN_DTYPE_NONE, 0, \
            {0, 0}, CLGN_ACT_NONE, 0.0, CLGN_STATS_COMPUTE, 0, 0, NULL, 0, 0, 0, 0, 0.1, CLGN_FORWARD,                 \
            CLGN_GRADIENT_NONE, CLGN_GRADIENT_NONE, CLGN_GRADIENT_NONE, CLGN_GRADIENT_NONE, CLGN_GRADIENT_NONE,        \
            CLGN_GRADIENT_NONE, 0, 0, 0, {0, 0}, {0, 0},                                                               \
        {                                                                                                              \
            0, 0                                                                                                       \
        }                                                                                                              \
    }

/** A buffer and the byte offset of its first element (a multiple of the element's size). mem NULL: absent. */
typedef struct clgn_tensor {
    cl_mem mem;
    size_t offset;
    void *reserved; /**< NULL; room for a shared-virtual-memory pointer */
} clgn_tensor;

/**
 * The tensors of one enqueue. Exactly those that the plan's problem names must be set.
 *
 * Aliasing  y may be x when type, layout, offset and strides agree; residual may be y. In backward dx may be dy, and
 *           a full dskip may be dx (they are equal), when these agree. Any other overlap of an output with another
 *           tensor is undefined.
 */
typedef struct clgn_args {
    size_t struct_size;
    clgn_tensor x;
    clgn_tensor y;
    clgn_tensor skip;
    clgn_tensor bias;
    clgn_tensor sum;
    clgn_tensor gamma;
    clgn_tensor beta;
    clgn_tensor scale;
    clgn_tensor shift;
    clgn_tensor residual;
    clgn_tensor mean;      /**< output with write_mean, input with CLGN_STATS_GIVEN and in backward (not with rms) */
    clgn_tensor rstd;      /**< output with write_rstd, input with CLGN_STATS_GIVEN and in backward */
    clgn_tensor workspace; /**< clgn_plan_workspace_bytes() bytes; dead between calls; one per enqueue in flight
                                unless the calls share an in-order queue */
    clgn_tensor mean_lo;
    clgn_tensor running_mean;
    clgn_tensor running_var;
    clgn_tensor dy; /**< backward; y is absent then. With problem.sum, sum is read in place of x, skip and bias */
    clgn_tensor dx;
    clgn_tensor dskip;
    clgn_tensor dresidual;
    clgn_tensor dgamma;
    clgn_tensor dbeta;
    clgn_tensor dscale;
    clgn_tensor dshift;
    clgn_tensor dbias;
    clgn_tensor dmean; /**< like mean */
    clgn_tensor drstd; /**< like rstd */
} clgn_args;

#define CLGN_ARGS_INIT                                                                                            \
    {                                                                                                             \
        sizeof(clgn_args), {NULL, 0, NULL}, {NULL, 0, NULL}, {NULL, 0, NULL}, {NULL, 0, NULL}, {NULL, 0, NULL},   \
            {NULL, 0, NULL}, {NULL, 0, NULL}, {NULL, 0, NULL}, {NULL, 0, NULL}, {NULL, 0, NULL}, {NULL, 0, NULL}, \
            {NULL, 0, NULL}, {NULL, 0, NULL}, {NULL, 0, NULL}, {NULL, 0, NULL}, {NULL, 0, NULL}, {NULL, 0, NULL}, \
            {NULL, 0, NULL}, {NULL, 0, NULL}, {NULL, 0, NULL}, {NULL, 0, NULL}, {NULL, 0, NULL}, {NULL, 0, NULL}, \
            {NULL, 0, NULL}, {NULL, 0, NULL}, {NULL, 0, NULL},                                                    \
        {                                                                                                         \
            NULL, 0, NULL                                                                                         \
        }                                                                                                         \
    }

/** Receives messages, on the thread of the call that causes them; text lives until the callback returns. */
typedef void (*clgn_message_fn)(void *user, clgn_severity severity, const char *text);

/** Options of a context. */
typedef struct clgn_options {
    size_t struct_size;
    clgn_message_fn on_message; /**< NULL: messages are dropped, but those that CLGN_VERBOSE asks for go to stderr */
    void *user;                 /**< handed to on_message */
    const char *cache_dir;      /**< where built programs are kept; NULL: CLGN_CACHE_DIR, else $XDG_CACHE_HOME/clgn,
                                     else ~/.cache/clgn; "" or "off": nowhere */
    const char *tuning_dir;     /**< where measured choices are read; NULL: CLGN_TUNING_DIR, else
                                     $XDG_DATA_HOME/clgn/tuning, else ~/.local/share/clgn/tuning; "" or "off":
                                     nowhere */
} clgn_options;

#define CLGN_OPTIONS_INIT                            \
    {                                                \
        sizeof(clgn_options), NULL, NULL, NULL, NULL \
    }

/** Built programs and device facts of one (cl_context, cl_device_id). */
typedef struct clgn_context clgn_context;

/** A problem compiled for a context: kernels, launches, the need for workspace. */
typedef struct clgn_plan clgn_plan;

/**
 * Take the facts of a device and hold the cl_context.
 *
 * Threads   any number of contexts may live side by side; one may be shared by threads
 * @param options NULL for defaults; copied
 * @param context receives the handle, on success only; release with clgn_context_release
 * @return   CLGN_OK; CLGN_ERR_ARGUMENT (a NULL, a device that is not in cl, an unknown struct_size);
 *           CLGN_ERR_DEVICE (not available, no compiler, not little-endian); CLGN_ERR_OPENCL; CLGN_ERR_MEMORY
 *                                                                                                   @since 0.1
 */
CLGN_API clgn_status clgn_context_create(cl_context cl, cl_device_id device, const clgn_options *options,
                                         clgn_context **context);

/** Release a context; NULL is legal. Plans made from it stay valid until they are released.          @since 0.1 */
CLGN_API void clgn_context_release(clgn_context *context);

/**
 * Check a problem, choose a variant and compile it. The only slow call: milliseconds to seconds when a program has
 * to be built, microseconds when the context already has it.
 *
 * Threads   may be called by several threads on one context
 * @param plan receives the handle, on success only; release with clgn_plan_release
 * @return   CLGN_OK; CLGN_ERR_ARGUMENT (a field, an illegal pin); CLGN_ERR_UNSUPPORTED (no variant is left: the message
 *           says why for each); CLGN_ERR_BUILD; CLGN_ERR_OPENCL; CLGN_ERR_MEMORY                  @since 0.1
 */
CLGN_API clgn_status clgn_plan_create(clgn_context *context, const clgn_problem *problem, clgn_plan **plan);

/** Release a plan; NULL is legal. Not while an enqueue on it runs in another thread.                 @since 0.1 */
CLGN_API void clgn_plan_release(clgn_plan *plan);

/**
 * How much workspace an enqueue needs, in bytes, slack for alignment included; 0 for most problems.
 *
 * @return   CLGN_OK; CLGN_ERR_ARGUMENT (a NULL)                                                     @since 0.1
 */
CLGN_API clgn_status clgn_plan_workspace_bytes(const clgn_plan *plan, size_t *bytes);

/**
 * Pay now what a driver compiles at a kernel's first execution: runs every kernel of the plan on small buffers of its
 * own. Allocates and blocks; optional.
 *
 * Threads   as clgn_plan_enqueue
 * @return   as clgn_plan_enqueue                                                                    @since 0.1
 */
CLGN_API clgn_status clgn_plan_warmup(clgn_plan *plan, cl_command_queue queue);

/**
 * Enqueue the plan's problem on the given tensors.
 *
 * Shapes    as in the problem; every buffer must hold its tensor from its offset on
 * Units     offsets in bytes, strides in elements; the variance divides by (c/g)*s, not by one less
 * Aliasing  see clgn_args
 * Async     returns once enqueued: never waits, flushes, allocates or builds. Results are valid when *done completes.
 *           In-order and out-of-order queues; on the latter the launches are chained inside
 * Threads   a plan may be shared; calls on one plan serialise only while they set arguments and launch
 * @param n_wait, wait  events to wait for, as in OpenCL
 * @param done     receives an event that the caller releases, or NULL when not wanted
 * @return   CLGN_OK; CLGN_ERR_ARGUMENT (a NULL, a tensor missing or not in the problem, a buffer too small, a
 * misaligned offset, certain overlap, a queue of another context or device, a wait list that disagrees with n_wait);
 * CLGN_ERR_OPENCL or CLGN_ERR_MEMORY (then y is undefined and *done is not set)
 * @source   Wu & He, Group Normalization, arXiv:1803.08494, section 3                               @since 0.1
 */
CLGN_API clgn_status clgn_plan_enqueue(clgn_plan *plan, cl_command_queue queue, const clgn_args *args, cl_uint n_wait,
                                       const cl_event *wait, cl_event *done);

/**
 * Write the plan's variant, its params and the layer that chose them, such as "fwd_twopass,wgs=256,vec=4
 * from=heuristic", always terminated. The part before " from=" is a legal clgn_problem.config.
 *
 * @param text, bytes  a buffer; 256 bytes hold every description
 * @return   CLGN_OK; CLGN_ERR_ARGUMENT (a NULL, or too few bytes)                                   @since 0.1
 */
CLGN_API clgn_status clgn_plan_describe(const clgn_plan *plan, char *text, size_t bytes);

/** The name of a status, such as "argument"; never NULL.                                             @since 0.1 */
CLGN_API const char *clgn_status_name(clgn_status status);

/** The version of the library at run time, as "0.1.0".                                               @since 0.1 */
CLGN_API const char *clgn_version(void);

#ifdef __cplusplus
}
#endif

#endif
