/* SPDX-License-Identifier: Apache-2.0 */
/* Starting, asking and ending a worker process. */
#define _GNU_SOURCE

#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "timing.h"

extern char **environ;

enum { PIECE = 65536 };

static void close_end(int *end)
{
    if (*end >= 0) {
        close(*end);
        *end = -1;
    }
}

int child_start(struct child *child, const char *device, const char *seed)
{
    char *const argv[] = {(char *)(size_t) "clgn-tune", (char *)(size_t) "worker", (char *)(size_t)device,
                          (char *)(size_t)seed, NULL};
    int in[2] = {-1, -1}, out[2] = {-1, -1};
    posix_spawn_file_actions_t actions;
    int failed = pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0;

    if (!failed && posix_spawn_file_actions_init(&actions) == 0) {
        failed = posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO) != 0 ||
                 posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO) != 0 ||
                 posix_spawn(&child->pid, "/proc/self/exe", &actions, NULL, argv, environ) != 0;
        posix_spawn_file_actions_destroy(&actions);
    }
    close_end(&in[0]);
    close_end(&out[1]);
    child->to = in[1];
    child->from = out[0];
    if (failed) {
        child->pid = 0;
        close_end(&child->to);
        close_end(&child->from);
    }
    return failed ? -1 : 0;
}

static void reap(struct child *child, int by_force)
{
    if (by_force) {
        kill(child->pid, SIGKILL);
    }
    close_end(&child->to); /* its input ends, and so does it */
    while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR) {
    }
    close_end(&child->from);
    child->pid = 0;
}

void child_stop(struct child *child)
{
    if (child->pid > 0) {
        reap(child, 0);
    }
}

static int send(const struct child *child, json_t *request)
{
    char *text = json_dumps(request, JSON_COMPACT);
    size_t length = text ? strlen(text) : 0;
    size_t sent = 0;

    if (text) {
        text[length++] = '\n'; /* in place of the terminator */
    }
    while (sent < length) {
        const ssize_t written = write(child->to, text + sent, length - sent);
        if (written < 0 && errno != EINTR) {
            break;
        }
        sent += written > 0 ? (size_t)written : 0;
    }
    free(text);
    return length > 0 && sent == length ? 0 : -1;
}

/* Whether something can be read before the time is over; -1: an error. */
static int wait_for(const struct child *child, double end_ns)
{
    struct pollfd p = {child->from, POLLIN, 0};
    int ready;

    do {
        const double left_ms = (end_ns - timing_now_ns()) * 1e-6;
        ready = left_ms <= 0.0 ? 0 : poll(&p, 1, left_ms < 3.6e6 ? (int)left_ms + 1 : 3600000);
    } while (ready < 0 && errno == EINTR); /* who presses Ctrl-C waits for the sample */
    return ready;
}

/* One line. */
static enum child_answer receive(const struct child *child, double end_ns, char **text, size_t *length)
{
    for (;;) {
        const int ready = wait_for(child, end_ns);
        char *grown = ready > 0 ? realloc(*text, *length + PIECE) : NULL;
        ssize_t got;

        if (!grown) {
            return ready == 0 ? CHILD_TIMEOUT : CHILD_CRASHED;
        }
        *text = grown;
        got = read(child->from, *text + *length, PIECE);
        if (got <= 0) {
            return CHILD_CRASHED;
        }
        *length += (size_t)got;
        if ((*text)[*length - 1] == '\n') {
            return CHILD_OK;
        }
    }
}

enum child_answer child_ask(struct child *child, json_t *request, double seconds, json_t **answer)
{
    const double end_ns = timing_now_ns() + 1e9 * seconds;
    enum child_answer result = CHILD_CRASHED;
    char *text = NULL;
    size_t length = 0;

    *answer = NULL;
    if (child->pid <= 0) { /* it could not be started again */
        json_decref(request);
        return CHILD_CRASHED;
    }
    if (send(child, request) == 0) {
        result = receive(child, end_ns, &text, &length);
    }
    if (result == CHILD_OK) {
        *answer = json_loadb(text, length, 0, NULL);
        result = *answer ? CHILD_OK : CHILD_CRASHED;
    }
    if (result != CHILD_OK) {
        reap(child, 1);
    }
    free(text);
    json_decref(request);
    return result;
}
