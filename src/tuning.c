/* SPDX-License-Identifier: Apache-2.0 */
/* The public functions of tune.h about choices; cached.c has those about built programs. */
#include <clgn/tune.h>

#include <jansson.h>
#include <string.h>

#include "candidates.h"
#include "context.h"
#include "kind.h"
#include "problem.h"
#include "settings.h"
#include "source.h"
#include "tunefile.h"

int clgn_tuning_revision(void)
{
    return CLGN_KERNEL_REVISION;
}

clgn_status clgn_tuning_device(clgn_context *context, char *json, size_t bytes)
{
    const struct clgn_identity *id;
    json_t *object;
    size_t length;
    if (context == NULL)
        return CLGN_ERR_ARGUMENT;
    if (json == NULL)
        return clgn_fail(&context->sink, CLGN_ERR_ARGUMENT, "json: NULL");
    id = &context->device.identity;
    object = json_pack("{s:s, s:s, s:s, s:s, s:I, s:s, s:s, s:s}", "vendor", id->vendor, "name", id->name, "arch",
                       id->arch, "type", id->type, "compute_units", (json_int_t)context->device.compute_units,
                       "platform", id->platform, "driver", id->driver, "version", id->version);
    length = object != NULL ? json_dumpb(object, NULL, 0, JSON_COMPACT) : 0;
    if (length > 0 && length < bytes) {
        json_dumpb(object, json, bytes, JSON_COMPACT);
        json[length] = '\0';
    }
    json_decref(object);
    if (length == 0)
        return clgn_fail(&context->sink, CLGN_ERR_MEMORY, "no memory for the device's names");
    if (length >= bytes)
        return clgn_fail(&context->sink, CLGN_ERR_ARGUMENT, "bytes: %zu, but the device takes %zu", bytes, length + 1);
    return CLGN_OK;
}

clgn_status clgn_tuning_key_of(clgn_context *context, const clgn_problem *problem, clgn_tuning_key *key)
{
    struct clgn_geometry g;
    struct clgn_text kind;
    clgn_status status;
    if (context == NULL)
        return CLGN_ERR_ARGUMENT;
    if (problem == NULL || key == NULL)
        return clgn_fail(&context->sink, CLGN_ERR_ARGUMENT, "%s: NULL", problem == NULL ? "problem" : "key");
    if (key->struct_size != sizeof *key)
        return clgn_fail(&context->sink, CLGN_ERR_ARGUMENT, "key.struct_size: %zu, but this library knows %zu",
                         key->struct_size, sizeof *key);
    status = clgn_problem_check(problem, &context->sink, &g);
    if (status != CLGN_OK)
        return status;
    kind = clgn_text_in(key->kind, sizeof key->kind);
    clgn_kind_print(&g, &kind);
    key->n = (size_t)g.n;
    key->c = (size_t)g.c;
    key->g = (size_t)g.g;
    key->s = (size_t)g.s;
    return CLGN_OK;
}

static clgn_status check_cut(const struct clgn_text *text, const struct clgn_sink *sink)
{
    return !text->cut ? CLGN_OK : clgn_fail(sink, CLGN_ERR_ARGUMENT, "bytes: %zu are too few", text->bytes);
}

clgn_status clgn_tuning_file(clgn_context *context, char *path, size_t bytes)
{
    struct clgn_text text = clgn_text_in(path, path != NULL ? bytes : 0);
    if (context == NULL)
        return CLGN_ERR_ARGUMENT;
    if (path == NULL || bytes == 0)
        return clgn_fail(&context->sink, CLGN_ERR_ARGUMENT, "path: %p of %zu bytes", (void *)path, bytes);
    if (context->settings.tuning_dir == NULL)
        return clgn_fail(&context->sink, CLGN_ERR_UNSUPPORTED, "tuning_dir: the context has no folder of choices");
    clgn_text_add(&text, "%s/", context->settings.tuning_dir);
    clgn_tunedb_file_name(&context->device.identity, context->device.compute_units, &text);
    return check_cut(&text, &context->sink);
}

clgn_status clgn_tuning_folder(char *path, size_t bytes)
{
    return clgn_settings_folder(CLGN_FOLDER_TUNING, path, bytes);
}

clgn_status clgn_tuning_file_name(const char *device, char *name, size_t bytes, clgn_message_fn on_message, void *user)
{
    const struct clgn_sink sink = {on_message, user};
    struct clgn_text text = clgn_text_in(name, name != NULL ? bytes : 0);
    struct clgn_tunefile file;
    clgn_status status;
    if (device == NULL || name == NULL || bytes == 0)
        return clgn_fail(&sink, CLGN_ERR_ARGUMENT, "%s: NULL, or no bytes", device == NULL ? "device" : "name");
    status = clgn_tunefile_read_device(device, &sink, &file);
    if (status != CLGN_OK)
        return status;
    clgn_tunedb_file_name(&file.identity, file.compute_units, &text);
    return check_cut(&text, &sink);
}

clgn_status clgn_tuning_check(const char *json, size_t bytes, clgn_message_fn on_message, void *user)
{
    const struct clgn_sink sink = {on_message, user};
    struct clgn_tunefile file;
    clgn_status status;
    if (json == NULL)
        return clgn_fail(&sink, CLGN_ERR_ARGUMENT, "json: NULL");
    status = clgn_tunefile_read(json, bytes, &sink, &file);
    if (status == CLGN_OK && file.refused > 0)
        status = CLGN_ERR_ARGUMENT;
    clgn_tunefile_release(&file);
    return status;
}

clgn_status clgn_tuning_explain(clgn_context *context, const clgn_problem *problem, clgn_tuning_step_fn step,
                                void *user)
{
    const struct clgn_trace trace = {step, user};
    struct clgn_choice choices[CLGN_MOST_CHOICES];
    struct clgn_geometry g;
    size_t count;
    clgn_status status;
    if (context == NULL)
        return CLGN_ERR_ARGUMENT;
    if (problem == NULL || step == NULL)
        return clgn_fail(&context->sink, CLGN_ERR_ARGUMENT, "%s: NULL", problem == NULL ? "problem" : "step");
    status = clgn_problem_check(problem, &context->sink, &g);
    return status != CLGN_OK ? status : clgn_context_select(context, &g, problem->config, &trace, choices, &count);
}

struct listener {
    clgn_tuning_candidate_fn each;
    void *user;
};

static void tell_candidate(void *user, const struct clgn_choice *choice)
{
    const struct listener *listener = user;
    char config[CLGN_MESSAGE_BYTES];
    struct clgn_text text = clgn_text_in(config, sizeof config);
    clgn_choice_print(choice, &text);
    listener->each(listener->user, config);
}

clgn_status clgn_tuning_candidates(clgn_context *context, const clgn_problem *problem, clgn_tuning_level level,
                                   clgn_tuning_candidate_fn each, void *user)
{
    struct listener listener = {each, user};
    struct clgn_geometry g;
    clgn_status status;
    if (context == NULL)
        return CLGN_ERR_ARGUMENT;
    if (problem == NULL || each == NULL)
        return clgn_fail(&context->sink, CLGN_ERR_ARGUMENT, "%s: NULL", problem == NULL ? "problem" : "each");
    if (level < CLGN_TUNING_RAPID || level > CLGN_TUNING_EXHAUSTIVE)
        return clgn_fail(&context->sink, CLGN_ERR_ARGUMENT, "level: %d is none", (int)level);
    status = clgn_problem_check(problem, &context->sink, &g);
    return status != CLGN_OK ? status
                             : clgn_candidates(&g, &context->device, level, &context->sink, tell_candidate, &listener);
}

clgn_status clgn_tuning_reload(clgn_context *context)
{
    return context == NULL ? CLGN_ERR_ARGUMENT : clgn_context_load_tuned(context);
}
