/* SPDX-License-Identifier: Apache-2.0 */
/* Holding configurations of a problem to the extended-precision reference on hard inputs. */
#include "verify_job.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "problem_text.h"
#include "tensors.h"
#include "verify_cases.h"

struct verify_job {
    struct device_open *device;
    int whole;
    size_t count;
    struct trial_case cases[VERIFY_MOST_CASES];
    struct trial trials[VERIFY_MOST_CASES];
};

void verify_job_release(struct verify_job *job)
{
    for (size_t i = 0; job && i < job->count; ++i) {
        trial_release(&job->trials[i]);
    }
    free(job);
}

/* How many elements x may have: a trial keeps what a buffer held at first and last beside it, and on many devices all
 * three are in one memory, of which half may be taken. */
static size_t most_elements(const struct device_open *device, const clgn_problem *problem)
{
    cl_ulong memory = 0, most = 0, largest = 1, all = 0;
    struct tensors t;
    size_t elements = 1;

    tensors_list(problem, &t);
    for (size_t i = 0; i < t.count; ++i) {
        const cl_ulong bytes = t.entries[i].elements * names_dtype_bytes(t.entries[i].dtype);

        largest = bytes > largest ? bytes : largest;
        elements = t.entries[i].elements > elements ? t.entries[i].elements : elements;
        all += bytes;
    }
    clGetDeviceInfo(device->entry.device, CL_DEVICE_GLOBAL_MEM_SIZE, sizeof(memory), &memory, NULL);
    clGetDeviceInfo(device->entry.device, CL_DEVICE_MAX_MEM_ALLOC_SIZE, sizeof(most), &most, NULL);
    if (largest < most && all < memory / 6) {
        return elements;
    }
    return (size_t)((double)elements * fmin((double)most / (double)largest, (double)memory / 6.0 / (double)(all + 1)) *
                    0.99);
}

struct verify_job *verify_job_create(struct device_open *device, const clgn_problem *problem, uint64_t seed,
                                     char *error, size_t error_bytes)
{
    const struct trial_device on = {device->context, device->queue, seed};
    struct verify_job *job = calloc(1, sizeof(*job));
    clgn_problem unpinned = *problem;

    if (!job) {
        snprintf(error, error_bytes, "out of memory");
        return NULL;
    }
    unpinned.config = NULL;
    job->device = device;
    job->count = verify_cases(&unpinned, most_elements(device, problem), job->cases);
    job->whole = problem_text_elements(&job->cases[0].problem) == problem_text_elements(problem);
    for (size_t i = 0; i < job->count; ++i) {
        const clgn_status status = trial_create(&on, &job->cases[i], &job->trials[i]);

        if (status != CLGN_OK) {
            snprintf(error, error_bytes, "the tensors of case \"%.600s\" could not be made: %s", job->trials[i].text,
                     clgn_status_name(status));
            verify_job_release(job);
            return NULL;
        }
    }
    return job;
}

/* The plan of a case; NULL with an outcome when there is none. The library's messages are kept, not printed. */
static clgn_plan *plan_of(struct verify_job *job, size_t i, const char *config, struct verify_result *result)
{
    struct device_open *device = job->device;
    const int quiet = device->quiet;
    clgn_problem problem = job->cases[i].problem;
    clgn_plan *plan = NULL;
    clgn_status status;

    problem.config = config;
    device->message[0] = '\0';
    device->quiet = 1;
    status = clgn_plan_create(device->clgn, &problem, &plan);
    device->quiet = quiet;
    if (status == CLGN_OK) {
        return plan;
    }
    result->outcome = status == CLGN_ERR_ARGUMENT || status == CLGN_ERR_UNSUPPORTED ? VERIFY_REFUSED : VERIFY_FAILED;
    snprintf(result->text, sizeof(result->text), "%s: %.1000s", clgn_status_name(status), device->message);
    return NULL;
}

/* "CONFIG from=LAYER" into its two parts. */
static void describe(const clgn_plan *plan, struct verify_result *result)
{
    char text[256] = "", *from;

    (void)clgn_plan_describe(plan, text, sizeof(text));
    from = strstr(text, " from=");
    if (from) {
        *from = '\0';
        snprintf(result->from, sizeof(result->from), "%.31s", from + strlen(" from="));
    }
    snprintf(result->config, sizeof(result->config), "%s", text);
}

static void keep_worst(const struct trial *trial, struct verify_result *result)
{
    for (int i = 0; i < SLOTS; ++i) {
        if (trial->error[i] > result->worst) {
            result->worst = trial->error[i];
            snprintf(result->output, sizeof(result->output), "%s", slot_name((enum slot)i));
        }
    }
}

static void run_case(struct verify_job *job, size_t i, clgn_plan *plan, struct verify_result *result)
{
    struct trial *trial = &job->trials[i];
    char text[512] = "";
    int outcome = -1;

    if (trial_reset(trial) == CLGN_OK) {
        outcome = trial_run(trial, plan, job->cases[i].twice, text, sizeof(text));
        keep_worst(trial, result);
    } else {
        snprintf(text, sizeof(text), "the buffers could not be written");
    }
    result->outcome = outcome == 0 ? VERIFY_RIGHT : outcome > 0 ? VERIFY_WRONG : VERIFY_FAILED;
    result->cases += outcome == 0;
    if (outcome != 0) {
        const char *form = strstr(trial->text, ": "); /* behind "unpinned" */

        snprintf(result->text, sizeof(result->text), "%s (case %s)", text, form ? form + 2 : trial->text);
    }
}

/* Takes ",name=value" out of a pin. */
static void leave_open(char *pin, const char *name)
{
    char word[32];
    char *at;

    snprintf(word, sizeof(word), ",%s=", name);
    at = strstr(pin, word);
    if (at) {
        char *rest = at + 1 + strcspn(at + 1, ",");

        memmove(at, rest, strlen(rest) + 1);
    }
}

/* A relative's strides may not be multiples of a vector: then its plan has the kernels that go by any offset. */
static clgn_plan *plan_of_relative(struct verify_job *job, size_t i, struct verify_result *result)
{
    char pin[sizeof(result->config)];
    clgn_plan *plan = plan_of(job, i, result->config, result);

    if (!plan && result->outcome == VERIFY_REFUSED) {
        snprintf(pin, sizeof(pin), "%s", result->config);
        leave_open(pin, "align");
        leave_open(pin, "nt");
        result->outcome = VERIFY_RIGHT;
        result->text[0] = '\0';
        plan = plan_of(job, i, pin, result);
    }
    return plan;
}

void verify_job_run(struct verify_job *job, const char *config, struct verify_result *result)
{
    clgn_plan *plan;

    memset(result, 0, sizeof(*result));
    result->whole = job->whole;
    plan = plan_of(job, 0, config, result);
    if (plan) {
        describe(plan, result);
        run_case(job, 0, plan, result);
        clgn_plan_release(plan);
    }
    for (size_t i = 1; i < job->count && result->outcome == VERIFY_RIGHT; ++i) {
        plan = plan_of_relative(job, i, result);
        if (plan) {
            run_case(job, i, plan, result);
            clgn_plan_release(plan);
        } else if (result->outcome == VERIFY_REFUSED) {
            /* Its sizes leave a param no room; then the case says nothing. */
            result->outcome = VERIFY_RIGHT;
            result->text[0] = '\0';
        }
    }
}
