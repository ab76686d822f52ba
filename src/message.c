/* SPDX-License-Identifier: Apache-2.0 */
/* Formats messages into fixed buffers and hands them to the caller's callback. */
#include "message.h"

#include <stdarg.h>
#include <stdio.h>

struct clgn_text clgn_text_in(char *buffer, size_t bytes)
{
    struct clgn_text text = {buffer, bytes, 0, 0};
    if (bytes > 0)
        buffer[0] = '\0';
    return text;
}

static void text_add_list(struct clgn_text *text, const char *format, va_list list)
{
    const size_t room = text->bytes - text->used;
    const int length = vsnprintf(text->at + text->used, room, format, list);
    if (length < 0 || (size_t)length >= room) {
        text->cut = 1;
        text->used = text->bytes > 0 ? text->bytes - 1 : 0;
    } else {
        text->used += (size_t)length;
    }
}

void clgn_text_add(struct clgn_text *text, const char *format, ...)
{
    va_list list;
    if (text->cut)
        return;
    va_start(list, format);
    text_add_list(text, format, list);
    va_end(list);
}

void clgn_sink_send(const struct clgn_sink *sink, clgn_severity severity, const char *text)
{
    if (sink->on_message != NULL)
        sink->on_message(sink->user, severity, text);
}

clgn_status clgn_fail(const struct clgn_sink *sink, clgn_status status, const char *format, ...)
{
    char buffer[CLGN_MESSAGE_BYTES];
    struct clgn_text text = clgn_text_in(buffer, sizeof buffer);
    va_list list;
    if (sink->on_message == NULL)
        return status;
    va_start(list, format);
    text_add_list(&text, format, list);
    va_end(list);
    clgn_sink_send(sink, CLGN_SEVERITY_ERROR, buffer);
    return status;
}

void clgn_note(const struct clgn_sink *sink, clgn_severity severity, const char *format, ...)
{
    char buffer[CLGN_MESSAGE_BYTES];
    struct clgn_text text = clgn_text_in(buffer, sizeof buffer);
    va_list list;
    va_start(list, format);
    text_add_list(&text, format, list);
    va_end(list);
    if (sink->on_message != NULL)
        clgn_sink_send(sink, severity, buffer);
    else
        fprintf(stderr, "clgn: %s\n", buffer);
}

clgn_status clgn_fail_cl(const struct clgn_sink *sink, const char *call, cl_int code)
{
    const clgn_status status = code == CL_OUT_OF_HOST_MEMORY ? CLGN_ERR_MEMORY : CLGN_ERR_OPENCL;
    return clgn_fail(sink, status, "%s failed with OpenCL code %d", call, (int)code);
}
