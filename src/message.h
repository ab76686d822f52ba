/* SPDX-License-Identifier: Apache-2.0 */
/* How the library tells its caller what went wrong: formatted text to the caller's callback. */
#ifndef CLGN_MESSAGE_H
#define CLGN_MESSAGE_H

#include <clgn/clgn.h>

#if defined(__GNUC__)
#define CLGN_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define CLGN_PRINTF(text, first)
#endif

/* Longest formatted message; build logs go through clgn_sink_send and may be longer. */
#define CLGN_MESSAGE_BYTES 1024

/* Where messages go; on_message may be NULL. */
struct clgn_sink {
    clgn_message_fn on_message;
    void *user;
};

/* A piece of text that grows inside a fixed buffer and is cut, never overrun. */
struct clgn_text {
    char *at;
    size_t bytes;
    size_t used;
    int cut; /* not 0 when something did not fit */
};

struct clgn_text clgn_text_in(char *buffer, size_t bytes);
void clgn_text_add(struct clgn_text *text, const char *format, ...) CLGN_PRINTF(2, 3);

void clgn_sink_send(const struct clgn_sink *sink, clgn_severity severity, const char *text);

/* Sends the error and returns status, so that a caller can write: return clgn_fail(...). Allocates nothing. */
clgn_status clgn_fail(const struct clgn_sink *sink, clgn_status status, const char *format, ...) CLGN_PRINTF(3, 4);

/* Says what CLGN_VERBOSE asks for: to the callback or, without one, as a line on stderr, which nothing else reaches. */
void clgn_note(const struct clgn_sink *sink, clgn_severity severity, const char *format, ...) CLGN_PRINTF(3, 4);

/* clgn_fail for an OpenCL call that returned code: out of host memory is CLGN_ERR_MEMORY, the rest CLGN_ERR_OPENCL. */
clgn_status clgn_fail_cl(const struct clgn_sink *sink, const char *call, cl_int code);

#endif
