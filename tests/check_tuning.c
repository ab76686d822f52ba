/* SPDX-License-Identifier: Apache-2.0 */
/* The functions of tune.h on devices described by hand: what a device is called, under what a choice is remembered. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <clgn/tune.h>
#include <jansson.h>

#include "context.h"
#include "fake_devices.h"
#include "repeat.h"
#include "testing.h"
#include "tuned_text.h"

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* A context that has no OpenCL behind it. */
static clgn_context context_on(enum fake_device which)
{
    const clgn_options options = testing_options();
    clgn_context context = {0};

    context.sink = (struct clgn_sink){options.on_message, options.user};
    context.device = fake_devices[which];
    testing_forget();
    return context;
}

static clgn_tuning_key key_of(const clgn_problem *p)
{
    clgn_context context = context_on(CPU);
    clgn_tuning_key key = CLGN_TUNING_KEY_INIT;

    ck_assert_msg(clgn_tuning_key_of(&context, p, &key) == CLGN_OK, "%s", testing.message);
    return key;
}

static void expect_key(const clgn_problem *p, const char *kind, size_t n, size_t c, size_t g, size_t s)
{
    const clgn_tuning_key key = key_of(p);

    ck_assert_str_eq(key.kind, kind);
    ck_assert_msg(key.n == n && key.c == c && key.g == g && key.s == s, "%s: n=%zu c=%zu g=%zu s=%zu", kind, key.n,
                  key.c, key.g, key.s);
}

/* ---- devices ---- */

START_TEST(test_device_is_told_as_json)
{
    clgn_context context = context_on((enum fake_device)_i);
    const struct clgn_identity *id = &context.device.identity;
    char text[2048];
    json_t *object;
    const char *vendor, *name, *arch, *type, *platform, *driver, *version;
    json_int_t units = 0;

    ck_assert_int_eq(clgn_tuning_device(&context, text, sizeof text), CLGN_OK);
    ck_assert_ptr_null(strchr(text, '\n'));
    object = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_ptr_nonnull(object);
    ck_assert_int_eq(json_unpack(object, "{s:s, s:s, s:s, s:s, s:I, s:s, s:s, s:s !}", "vendor", &vendor, "name", &name,
                                 "arch", &arch, "type", &type, "compute_units", &units, "platform", &platform, "driver",
                                 &driver, "version", &version),
                     0);
    ck_assert_str_eq(vendor, id->vendor);
    ck_assert_str_eq(name, id->name);
    ck_assert_str_eq(arch, id->arch);
    ck_assert_str_eq(type, id->type);
    ck_assert_str_eq(platform, id->platform);
    ck_assert_str_eq(driver, id->driver);
    ck_assert_str_eq(version, id->version);
    ck_assert_int_eq(units, (json_int_t)context.device.compute_units);
    json_decref(object);
}
END_TEST

START_TEST(test_device_in_too_few_bytes_says_how_many)
{
    clgn_context context = context_on(NVIDIA);
    char text[2048], need[16];

    ck_assert_int_eq(clgn_tuning_device(&context, text, sizeof text), CLGN_OK);
    snprintf(need, sizeof need, "%zu", strlen(text) + 1);
    testing_expect(clgn_tuning_device(&context, text, strlen(text)), CLGN_ERR_ARGUMENT, WORDS("bytes", need), "device");
    testing_forget();
    testing_expect(clgn_tuning_device(&context, NULL, 0), CLGN_ERR_ARGUMENT, WORDS("json"), "NULL");
    ck_assert_int_eq(clgn_tuning_device(NULL, text, sizeof text), CLGN_ERR_ARGUMENT);
}
END_TEST

START_TEST(test_arch_is_what_code_is_generated_for)
{
    static const struct {
        struct clgn_identity_codes codes;
        const char *name, *version, *arch;
    } rows[] = {
        {{9, 0, 0}, "NVIDIA H200", "OpenCL 3.0 CUDA", "sm_90"},
        {{12, 1, 0}, "NVIDIA GB10", "OpenCL 3.0 CUDA", "sm_121"},
        {{0, 0, 12u << 22 | 55u << 14 | 8u}, "Intel(R) Arc(TM) A770 Graphics", "OpenCL 3.0 NEO", "ip_12.55.8"},
        {{0, 0, 0}, "gfx90a:sramecc+:xnack-", "OpenCL 2.0", "gfx90a"},
        {{0, 0, 0}, "gfx1030", "OpenCL 2.0", "gfx1030"},
        {{0, 0, 0},
         "pthread-AMD EPYC",
         "OpenCL 3.0 PoCL HSTR: pthread-x86_64-pc-linux-gnu-znver4",
         "x86_64-pc-linux-gnu-znver4"},
        {{0, 0, 0},
         "cpu-haswell",
         "OpenCL 3.0 PoCL HSTR: cpu-x86_64-pc-linux-gnu-haswell",
         "x86_64-pc-linux-gnu-haswell"},
        {{0, 0, 0}, "QUALCOMM Adreno(TM)", "OpenCL 2.0 Adreno(TM) 640", "Adreno(TM) 640"},
        {{0, 0, 0}, "Mali-G78 r0p1", "OpenCL 3.0 v1", "Mali-G78 r0p1"},
        {{0, 0, 0}, "", "", ""},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct clgn_identity id;

        memset(&id, 0, sizeof id);
        snprintf(id.name, sizeof id.name, "%s", rows[i].name);
        snprintf(id.version, sizeof id.version, "%s", rows[i].version);
        clgn_identity_set_arch(&rows[i].codes, &id);
        ck_assert_str_eq(id.arch, rows[i].arch);
    }
}
END_TEST

/* ---- keys ---- */

START_TEST(test_key_of_a_plain_problem_names_types_and_layouts)
{
    clgn_problem p = testing_problem(2, 320, 4096, 32);

    expect_key(&p, "fwd group x=f32/nchw y=f32/nchw gamma=f32 beta=f32", 2, 320, 32, 4096);
    p.x.layout = CLGN_LAYOUT_LAST;
    p.x.dtype = CLGN_DTYPE_F16;
    p.act = CLGN_ACT_SILU;
    expect_key(&p, "fwd group x=f16/nhwc y=f16/nchw gamma=f32 beta=f32 act=silu", 2, 320, 32, 4096);
    p.spatial_dims = 0;
    p.gamma = CLGN_DTYPE_NONE;
    expect_key(&p, "fwd group x=f16/point y=f16/point beta=f32 act=silu", 2, 320, 32, 1);
}
END_TEST

START_TEST(test_key_of_norms_that_differ_in_groups_alone_has_one_kind)
{
    const char *kind = "fwd group x=f32/nchw y=f32/nchw gamma=f32 beta=f32";
    clgn_problem p = testing_problem(3, 12, 50, 4);

    expect_key(&p, kind, 3, 12, 4, 50);
    p.groups = 0;
    p.norm = CLGN_NORM_LAYER;
    expect_key(&p, kind, 3, 12, 1, 50);
    p.norm = CLGN_NORM_INSTANCE;
    expect_key(&p, kind, 3, 12, 12, 50);
    p.eps = 1e-3;
    expect_key(&p, kind, 3, 12, 12, 50);
    p.norm = CLGN_NORM_LAYER;
    p.rms = 1;
    expect_key(&p, "fwd rms x=f32/nchw y=f32/nchw gamma=f32 beta=f32", 3, 12, 1, 50);
}
END_TEST

START_TEST(test_key_of_a_batch_norm_that_is_folded_is_one_sample)
{
    clgn_problem p = testing_problem(3, 12, 50, 0);

    p.norm = CLGN_NORM_BATCH;
    expect_key(&p, "fwd batch x=f32/nchw y=f32/nchw gamma=f32 beta=f32", 3, 12, 12, 50);
    p.x.layout = p.y.layout = CLGN_LAYOUT_LAST;
    p.running = 1;
    expect_key(&p, "fwd batch x=f32/nhwc y=f32/nhwc running gamma=f32 beta=f32", 1, 12, 12, 150);
}
END_TEST

START_TEST(test_key_of_gaps_is_strided)
{
    clgn_problem p = testing_problem(3, 12, 50, 4);

    p.x.row_stride = 50;
    p.x.batch_stride = 600;
    expect_key(&p, "fwd group x=f32/nchw y=f32/nchw gamma=f32 beta=f32", 3, 12, 4, 50);
    p.x.row_stride = 51;
    p.x.batch_stride = 0;
    expect_key(&p, "fwd group x=f32/nchw y=f32/nchw strided gamma=f32 beta=f32", 3, 12, 4, 50);
    p.x.row_stride = 150; /* interleaved samples */
    p.x.batch_stride = 50;
    expect_key(&p, "fwd group x=f32/nchw y=f32/nchw strided gamma=f32 beta=f32", 3, 12, 4, 50);
    p.n = 0;
    expect_key(&p, "fwd group x=f32/nchw y=f32/nchw gamma=f32 beta=f32", 0, 12, 4, 50);
}
END_TEST

START_TEST(test_key_with_everything_fits_and_names_everything)
{
    clgn_problem p = testing_problem(3, 12, 50, 4);

    p.x.dtype = p.y.dtype = p.bias = p.gamma = p.beta = p.scale = p.shift = CLGN_DTYPE_BF16;
    p.skip = CLGN_SKIP_PER_CHANNEL;
    p.sum = p.residual = p.mean_lo = 1;
    p.act = CLGN_ACT_QUICK_GELU;
    p.x.row_stride = p.sum_strides.row_stride = 60;
    p.write_mean = p.write_rstd = 1;
    expect_key(&p,
               "fwd group x=bf16/nchw y=bf16/nchw strided skip=channel bias=bf16 sum mean rstd mean_lo gamma=bf16 "
               "beta=bf16 scale=bf16 shift=bf16 residual act=quick_gelu",
               3, 12, 4, 50);
    p.write_mean = p.write_rstd = 0;
    p.direction = CLGN_BACKWARD;
    p.dgamma = p.dbeta = p.dscale = p.dshift = p.dbias = p.dskip = CLGN_GRADIENT_ADD;
    p.dresidual = p.dmean = p.drstd = 1;
    expect_key(&p,
               "bwd group x=bf16/nchw y=bf16/nchw strided skip=channel bias=bf16 sum mean_lo gamma=bf16 beta=bf16 "
               "scale=bf16 shift=bf16 residual act=quick_gelu dskip dbias dgamma dbeta dscale dshift dresidual dmean "
               "drstd",
               3, 12, 4, 50);
}
END_TEST

START_TEST(test_key_of_what_is_wrong_says_what)
{
    clgn_context context = context_on(CPU);
    clgn_problem p = testing_problem(3, 12, 50, 5);
    clgn_tuning_key key = CLGN_TUNING_KEY_INIT;

    testing_expect(clgn_tuning_key_of(&context, &p, &key), CLGN_ERR_ARGUMENT, WORDS("groups", "5"), "groups");
    testing_forget();
    testing_expect(clgn_tuning_key_of(&context, NULL, &key), CLGN_ERR_ARGUMENT, WORDS("problem"), "problem");
    testing_forget();
    testing_expect(clgn_tuning_key_of(&context, &p, NULL), CLGN_ERR_ARGUMENT, WORDS("key"), "key");
    testing_forget();
    key.struct_size = 3;
    testing_expect(clgn_tuning_key_of(&context, &p, &key), CLGN_ERR_ARGUMENT, WORDS("key.struct_size", "3"), "size");
    ck_assert_int_eq(clgn_tuning_key_of(NULL, &p, &key), CLGN_ERR_ARGUMENT);
    ck_assert_int_ge(clgn_tuning_revision(), 1);
}
END_TEST

/* ---- files and steps ---- */

START_TEST(test_check_says_what_the_loader_says)
{
    const clgn_options options = testing_options();
    const struct tuned_entry entry = {.config = "fwd_rows", .n = 2, .c = 3, .g = 3, .s = 4};
    char text[4096];

    testing_forget();
    tuned_text_print(&fake_devices[CPU], &entry, 1, text, sizeof text);
    ck_assert_int_eq(clgn_tuning_check(text, strlen(text), options.on_message, options.user), CLGN_OK);
    ck_assert_uint_eq(testing.messages, 0);
    *strstr(text, "\"worst\":0.5") = '!';
    testing_expect(clgn_tuning_check(text, strlen(text), options.on_message, options.user), CLGN_ERR_ARGUMENT,
                   WORDS("line", "4"), "damaged");
    tuned_text_print(&fake_devices[CPU], &entry, 1, text, sizeof text);
    memcpy(strstr(text, "\"worst\":0.5"), "\"worst\":5.0", 11);
    ck_assert_int_eq(clgn_tuning_check(text, strlen(text), NULL, NULL), CLGN_ERR_ARGUMENT);
    memcpy(strstr(text, "\"format_version\":1"), "\"format_version\":7", 18);
    ck_assert_int_eq(clgn_tuning_check(text, strlen(text), NULL, NULL), CLGN_ERR_UNSUPPORTED);
    ck_assert_int_eq(clgn_tuning_check(NULL, 0, NULL, NULL), CLGN_ERR_ARGUMENT);
}
END_TEST

static void count_chosen(void *user, const char *layer, const char *config, const char *outcome)
{
    unsigned *chosen = user;

    ck_assert(layer[0] != '\0' && config != NULL && outcome[0] != '\0');
    if (strcmp(outcome, "chosen") == 0) {
        ck_assert_str_eq(layer, "heuristic");
        ck_assert_int_eq(strncmp(config, "fwd_rows,wgs=1,", 15), 0);
        ++*chosen;
    }
}

START_TEST(test_explain_tells_one_choice_and_what_is_wrong_with_a_problem)
{
    clgn_context context = context_on(CPU);
    clgn_problem p = testing_problem(3, 12, 50, 4);
    unsigned chosen = 0;

    context.tuned_mutex = clgn_mutex_create();
    context.tuned = clgn_tunedb_create();
    ck_assert_int_eq(clgn_tuning_explain(&context, &p, count_chosen, &chosen), CLGN_OK);
    ck_assert_uint_eq(chosen, 1);
    p.groups = 5;
    testing_expect(clgn_tuning_explain(&context, &p, count_chosen, &chosen), CLGN_ERR_ARGUMENT, WORDS("groups", "5"),
                   "groups");
    testing_forget();
    testing_expect(clgn_tuning_explain(&context, &p, NULL, NULL), CLGN_ERR_ARGUMENT, WORDS("step"), "step");
    testing_forget();
    testing_expect(clgn_tuning_explain(&context, NULL, count_chosen, NULL), CLGN_ERR_ARGUMENT, WORDS("problem"),
                   "NULL");
    ck_assert_int_eq(clgn_tuning_explain(NULL, &p, count_chosen, NULL), CLGN_ERR_ARGUMENT);
    ck_assert_int_eq(clgn_tuning_reload(NULL), CLGN_ERR_ARGUMENT);
    ck_assert_int_eq(clgn_tuning_reload(&context), CLGN_OK);
    clgn_tunedb_release(context.tuned);
    clgn_mutex_release(context.tuned_mutex);
}
END_TEST

START_TEST(test_file_is_in_the_folder_under_the_devices_name)
{
    clgn_context context = context_on((enum fake_device)_i);
    char device[2048], name[256], path[512], folder[] = "/nowhere/tuning", expected[512];

    testing_expect(clgn_tuning_file(&context, path, sizeof path), CLGN_ERR_UNSUPPORTED, WORDS("tuning_dir"), "none");
    context.settings.tuning_dir = folder;
    ck_assert_int_eq(clgn_tuning_file(&context, path, sizeof path), CLGN_OK);
    ck_assert_int_eq(clgn_tuning_device(&context, device, sizeof device), CLGN_OK);
    ck_assert_int_eq(clgn_tuning_file_name(device, name, sizeof name, NULL, NULL), CLGN_OK);
    snprintf(expected, sizeof expected, "%s/%s", folder, name);
    ck_assert_str_eq(path, expected);
    testing_forget();
    testing_expect(clgn_tuning_file(&context, path, 20), CLGN_ERR_ARGUMENT, WORDS("bytes", "20"), "too few");
    ck_assert_int_eq(clgn_tuning_file(NULL, path, sizeof path), CLGN_ERR_ARGUMENT);
    ck_assert_int_eq(clgn_tuning_file_name("{}", name, sizeof name, NULL, NULL), CLGN_ERR_ARGUMENT);
    ck_assert_int_eq(clgn_tuning_file_name("{", name, sizeof name, NULL, NULL), CLGN_ERR_ARGUMENT);
    ck_assert_int_eq(clgn_tuning_file_name(device, name, 10, NULL, NULL), CLGN_ERR_ARGUMENT);
    ck_assert_int_eq(clgn_tuning_file_name(NULL, name, sizeof name, NULL, NULL), CLGN_ERR_ARGUMENT);
}
END_TEST

START_TEST(test_folder_is_the_environments)
{
    char path[512];

    ck_assert_int_eq(setenv("CLGN_TUNING_DIR", "/some/where", 1), 0);
    ck_assert_int_eq(clgn_tuning_folder(path, sizeof path), CLGN_OK);
    ck_assert_str_eq(path, "/some/where");
    ck_assert_int_eq(clgn_tuning_folder(path, 5), CLGN_ERR_ARGUMENT);
    ck_assert_int_eq(clgn_tuning_folder(NULL, 5), CLGN_ERR_ARGUMENT);
    ck_assert_int_eq(setenv("CLGN_TUNING_DIR", "off", 1), 0);
    ck_assert_int_eq(clgn_tuning_folder(path, sizeof path), CLGN_ERR_UNSUPPORTED);
}
END_TEST

START_TEST(test_repeat_names_what_the_tool_has_options_for)
{
    const struct clgn_sink nobody = {NULL, NULL};
    clgn_problem p[6];
    static const char *const expected[] = {
        "clgn-tune bench g4mb3ic12iw50",
        "clgn-tune bench --norm layer --dt f16:f32 --layout nhwc:nchw --flags '' g1mb3ic12",
        ("clgn-tune bench --op bwd --norm batch --dt bf16 --flags CHG --act skip+bias+modulate+add+elu=0.5 "
         "g12mb3ic12id2ih3iw4"), /* one text: parentheses say so to clang */
        "clgn-tune bench --op fwd_stats --norm rms --layout nhwc --flags C --act silu g4mb3ic12ih5iw7",
        "clgn-tune bench --op bwd_data --flags H g4mb3ic12iw50",
        "clgn-tune bench g4mb3ic12iw120",
    };

    for (int i = 0; i < 6; i++) {
        p[i] = testing_problem(3, 12, 50, 4);
    }
    p[1].norm = CLGN_NORM_LAYER;
    p[1].groups = p[1].spatial_dims = 0;
    p[1].x.dtype = CLGN_DTYPE_F16;
    p[1].y.dtype = CLGN_DTYPE_F32;
    p[1].x.layout = CLGN_LAYOUT_LAST;
    p[1].gamma = p[1].beta = CLGN_DTYPE_NONE;
    p[2].norm = CLGN_NORM_BATCH;
    p[2].groups = 0;
    p[2].direction = CLGN_BACKWARD;
    p[2].dgamma = CLGN_GRADIENT_WRITE;
    p[2].stats = CLGN_STATS_GIVEN;
    p[2].x.dtype = CLGN_DTYPE_BF16;
    p[2].skip = CLGN_SKIP_FULL;
    p[2].bias = p[2].scale = p[2].shift = CLGN_DTYPE_F32;
    p[2].residual = 1;
    p[2].act = CLGN_ACT_ELU;
    p[2].act_alpha = 0.5;
    p[2].spatial_dims = 3;
    memcpy(p[2].spatial, (size_t[]){2, 3, 4}, 3 * sizeof(size_t));
    p[3].rms = p[3].write_rstd = 1;
    p[3].beta = CLGN_DTYPE_NONE;
    p[3].act = CLGN_ACT_SILU;
    p[3].x.layout = p[3].y.layout = CLGN_LAYOUT_LAST;
    p[3].spatial_dims = 2;
    memcpy(p[3].spatial, (size_t[]){5, 7}, 2 * sizeof(size_t));
    p[4].direction = CLGN_BACKWARD;
    p[4].gamma = CLGN_DTYPE_NONE;
    p[5].spatial_dims = 4;
    memcpy(p[5].spatial, (size_t[]){2, 3, 4, 5}, 4 * sizeof(size_t));
    for (int i = 0; i < 6; i++) {
        char said[256];
        struct clgn_text text = clgn_text_in(said, sizeof said);
        struct clgn_geometry g;

        ck_assert_int_eq(clgn_problem_check(&p[i], &nobody, &g), CLGN_OK);
        clgn_repeat_print(&g, &text);
        ck_assert_str_eq(said, expected[i]);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tuning");
    TCase *device = tcase_create("device"), *key = tcase_create("key"), *steps = tcase_create("steps");

    tcase_add_loop_test(device, test_device_is_told_as_json, 0, FAKE_DEVICES);
    tcase_add_test(device, test_device_in_too_few_bytes_says_how_many);
    tcase_add_test(device, test_arch_is_what_code_is_generated_for);
    tcase_add_test(key, test_key_of_a_plain_problem_names_types_and_layouts);
    tcase_add_test(key, test_key_of_norms_that_differ_in_groups_alone_has_one_kind);
    tcase_add_test(key, test_key_of_a_batch_norm_that_is_folded_is_one_sample);
    tcase_add_test(key, test_key_of_gaps_is_strided);
    tcase_add_test(key, test_key_with_everything_fits_and_names_everything);
    tcase_add_test(key, test_key_of_what_is_wrong_says_what);
    tcase_add_loop_test(device, test_file_is_in_the_folder_under_the_devices_name, 0, FAKE_DEVICES);
    tcase_add_test(device, test_folder_is_the_environments);
    tcase_add_test(key, test_repeat_names_what_the_tool_has_options_for);
    tcase_add_test(steps, test_check_says_what_the_loader_says);
    tcase_add_test(steps, test_explain_tells_one_choice_and_what_is_wrong_with_a_problem);
    suite_add_tcase(suite, steps);
    suite_add_tcase(suite, device);
    suite_add_tcase(suite, key);
    return testing_run_host_suite(suite);
}
