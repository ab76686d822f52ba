/* SPDX-License-Identifier: Apache-2.0 */
/* What clgn-norm --help prints: at most 80 columns. */
#include "norm_help.h"

#include <stdio.h>

/* By parts, since compilers need not take longer texts. */
static const char *const parts[] = {
    "usage: clgn-norm [OPTION...] X.npy\n"
    "Normalises a NumPy array on an OpenCL device, checks and times it. Prints one\n"
    "line about it on stdout; complaints go to stderr.\n"
    "\n"
    "What is computed, with v = x + skip + bias:\n"
    "  z = (v - mean) * rstd * gamma + beta\n"
    "  y = act(z * (1 + scale) + shift + residual)\n"
    "where files are given for these, or with --backward the gradients.\n"
    "  --norm NAME           group (default), layer, instance or batch, which is in\n"
    "                        training unless --running-mean, --running-var are given\n"
    "  -G N                  number of groups; for --norm group, which needs it\n"
    "  --rms                 without a mean; for --norm group and layer\n"
    "  --eps E               added to the variance; default 1e-5\n"
    "  --act NAME            none (default), relu, leaky_relu[=SLOPE], silu, gelu,\n"
    "                        gelu_tanh, quick_gelu, sigmoid, tanh, mish, hardswish,\n"
    "                        elu[=ALPHA]; SLOPE is 0.01 and ALPHA 1 unless given\n"
    "  --layout nchw|nhwc    how X's axes are read: n, c, spatial... (default) or\n"
    "                        n, spatial..., c; an X of two axes is (n, c)\n"
    "  --out-layout ...      of y, and so of residual and dy; default X's\n"
    "  --dtype TYPE          of x on the device: f32, f16, bf16 or f64; default the\n"
    "                        file's, f32 for an f8 file\n"
    "  --out-dtype TYPE      of y and dy on the device; default x's\n",
    "\n"
    "Input files, .npy with f2, f4 or f8, little-endian, in C order:\n"
    "  --skip F              of X's shape, or (n, c)\n"
    "  --bias F              (c,)\n"
    "  --gamma F, --beta F   (c,)\n"
    "  --scale F, --shift F  (n, c)\n"
    "  --residual F          of y's shape\n"
    "  --given-mean F, --given-rstd F\n"
    "                        (n, groups), of batch (c,): statistics to use\n"
    "  --running-mean F, --running-var F\n"
    "                        (c,): statistics to use; for --norm batch and instance\n"
    "\n"
    "Output files, f4, or f8 where x or y is f64:\n"
    "  -o OUT                y\n"
    "  --sum OUT             v, of X's shape\n"
    "  --mean OUT, --rstd OUT\n"
    "                        (n, groups), of batch (c,)\n",
    "\n"
    "Gradients:\n"
    "  --backward            no y; statistics come from a forward run, or are given\n"
    "  --dy F                of y's shape: the gradient that reached y\n"
    "  --dx OUT, --dresidual OUT, --dskip OUT, --dbias OUT, --dgamma OUT,\n"
    "  --dbeta OUT, --dscale OUT, --dshift OUT\n"
    "                        each of the shape of what it is the gradient of\n"
    "\n"
    "Checks and times:\n"
    "  --verify              compare every output with a reference in extended\n"
    "                        precision, print the largest error and where it is\n"
    "  --expect F            compare y with a file, likewise\n"
    "  --seconds S           how long to measure; default 0.5, 0 for the least\n"
    "  --copy                measure the fastest copy of the same bytes, too\n"
    "  --json                print the result as JSON\n"
    "\n"
    "Devices and kernels:\n"
    "  -d P:D                device as numbered by --list; default CLGN_DEVICE, else\n"
    "                        the first GPU, else the first device\n"
    "  --config VARIANT,K=V...\n"
    "                        pin the kernel variant and its parameters\n"
    "  --list                print the devices\n"
    "  --help, --version     print this text, the version\n"
    "\n"
    "Exit status: 0 done, 1 wrong options or files, 2 no device or it failed,\n"
    "3 an error outside the bound.\n",
};

void norm_help_print(void)
{
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); ++i) {
        fputs(parts[i], stdout);
    }
}
