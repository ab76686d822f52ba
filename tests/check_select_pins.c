/* SPDX-License-Identifier: Apache-2.0 */
/* Pins on devices described by hand: what is legal keeps its params, what is not says why. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "choices.h"
#include "gradients.h"
#include "testing.h"
#include "traffic.h"
#include "units.h"

/* ---- pins ---- */

/* What is said stays; what is not said is filled in. */
START_TEST(test_pin_that_is_legal_keeps_its_params)
{
    static const char *const pins[] = {
        "fwd_rows",
        "fwd_rows,per=7,vec=4,chunk=64",
        "fwd_onepass,wgs=64,lx=16,vec=1,unroll=8,chunk=16,per=3",
        "fwd_onepass,wgs=64,rpi=2,cpi=64,align=0",
        "fwd_twopass,slices=12,bands=5",
        "fwd_twopass,slices=65536,bands=64,wgs=1",
        "fwd_twopass,slices=1000,lx=8,wgs=32,vec=2",
        "fwd_twopass,slices=7,wgs=128,align=1,vec=4,nt=1",
    };
    const clgn_problem p = choices_plain(3, 40, 200, 8, FIRST);
    const struct clgn_geometry g = choices_geometry(&p);

    for (size_t i = 0; i < sizeof pins / sizeof pins[0]; i++) {
        const struct clgn_choice choice = choices_first(&p, &fake_devices[AMD], pins[i]);
        struct clgn_text why = clgn_text_in(testing.message, sizeof testing.message);
        struct clgn_pin pin;

        ck_assert(clgn_pin_parse(pins[i], &pin, &why));
        ck_assert_str_eq(choice.variant->name, pin.variant);
        ck_assert_str_eq(choice.from, "pin");
        for (int k = 0; k < CLGN_PARAM_COUNT; k++) {
            if (pin.params.value[k] != CLGN_UNSET) {
                ck_assert_int_eq(choice.params.value[k], pin.params.value[k]);
            }
        }
        choices_expect_good(&g, &fake_devices[AMD], &choice, pins[i]);
    }
}
END_TEST

/* Slices and steps of every kind over rows that they do not divide. */
START_TEST(test_pin_of_any_slices_covers_all)
{
    static const int counts[] = {1, 2, 3, 5, 7, 16, 17, 100, 999, 65536};
    static const int widths[] = {1, 4, 64, 256};
    static const struct shape odd[] = {{1, 3, 1009, 1}, {2, 26, 97, 2}, {1, 64, 5000, 1}, {2, 37, 1, 1}};
    const char *variant = _i % 2 ? "fwd_given" : "fwd_twopass";

    for (int i = 0; i < 10 * 4 * 4 * 2; i++) {
        const struct shape *shape = &odd[i / 40 % 4];
        clgn_problem p = choices_plain(shape->n, shape->c, shape->s, shape->groups, i / 160 ? LAST : FIRST);
        const int lx = widths[i / 10 % 4];
        struct clgn_geometry g;
        struct clgn_choice choice;
        char pin[128];

        p.stats = _i % 2 ? CLGN_STATS_GIVEN : CLGN_STATS_COMPUTE;
        p.bias = i % 3 ? CLGN_DTYPE_F32 : CLGN_DTYPE_NONE;
        snprintf(pin, sizeof pin, "%s,wgs=256,lx=%d,vec=1,slices=%d", variant, lx, counts[i % 10]);
        if (p.x.layout == LAST && lx < 64) {
            continue; /* a table for each row of work-items does not fit */
        }
        g = choices_geometry(&p);
        choice = choices_first(&p, &fake_devices[AMD], pin);
        choices_expect_good(&g, &fake_devices[AMD], &choice, pin);
    }
}
END_TEST

/* Slices beyond the last begin at an index that 32 bits do not hold: the kernel multiplies in 64 and finds nothing to
 * do. */
START_TEST(test_pin_of_many_wide_slices_covers_all)
{
    static const char *const pins[] = {
        "fwd_twopass,slices=65536",
        "fwd_twopass,slices=43349,wgs=1024,lx=1024,vec=16",
        "fwd_twopass,slices=40000,wgs=1024,lx=1024,vec=16",
    };
    const clgn_problem p = choices_plain(1, 1, ((size_t)1 << 31) - ((size_t)1 << 24) - 1, 1, FIRST);
    const struct clgn_geometry g = choices_geometry(&p);
    const struct clgn_choice choice = choices_first(&p, &fake_devices[NVIDIA], pins[_i]);

    ck_assert_int_eq(g.index64, 0);
    choices_expect_good(&g, &fake_devices[NVIDIA], &choice, pins[_i]);
}
END_TEST

START_TEST(test_pin_of_bands_deals_out_every_unit)
{
    static const int bands[] = {1, 2, 3, 7, 24, 25, 60};
    const clgn_problem p = choices_plain(3, 16, 50, 8, FIRST);
    const struct clgn_geometry g = choices_geometry(&p);

    for (int i = 0; i < 7; i++) {
        struct clgn_launch none[1] = {{.kernel = 99}};
        struct clgn_choice choice;
        char pin[64];

        snprintf(pin, sizeof pin, "fwd_twopass,slices=2,bands=%d", bands[i]);
        choice = choices_first(&p, &fake_devices[NVIDIA], pin);
        choices_expect_good(&g, &fake_devices[NVIDIA], &choice, pin);
        ck_assert_uint_eq(choice.variant->launches(&g, &choice.params, none, 0),
                          (size_t)(bands[i] < 24 ? 2 * bands[i] : 48));
        ck_assert_int_eq(none[0].kernel, 99);
        ck_assert_uint_eq(clgn_workspace_bytes(choice.variant, &g, &choice.params), 3 * 8 * 2 * 4 * sizeof(float));
    }
}
END_TEST

static void expect_refused(const clgn_problem *p, const struct clgn_device *d, const char *pin,
                           const char *const *words)
{
    struct clgn_choice choices[CLGN_MOST_CHOICES];
    size_t count = 0;

    testing_expect(choices_try(p, d, pin, choices, &count), CLGN_ERR_ARGUMENT, WORDS("config"), pin);
    testing_expect(CLGN_ERR_ARGUMENT, CLGN_ERR_ARGUMENT, words, pin);
}

#define REFUSED(device, pin, ...) expect_refused(&p, &fake_devices[device], pin, WORDS(__VA_ARGS__))

START_TEST(test_pin_that_is_illegal_anywhere_says_what_is_wrong)
{
    const clgn_problem p = choices_plain(2, 24, 9, 3, FIRST);

    REFUSED(AMD, "", "variant");
    REFUSED(AMD, "fwd", "no variant", "fwd");
    REFUSED(AMD, "fwd_row", "no variant", "fwd_row");
    REFUSED(AMD, "fwd_rows,wgs=3", "wgs=3", "power of two");
    REFUSED(AMD, "fwd_rows,colour=1", "unknown", "colour");
    REFUSED(AMD, "fwd_rows,slices=1", "fwd_rows", "slices");
    REFUSED(AMD, "fwd_rows,sg=0", "fwd_rows", "sg");
    REFUSED(AMD, "fwd_rows,rpi=0", "fwd_rows", "rpi");
    REFUSED(AMD, "fwd_twopass,ahead=1", "fwd_twopass", "ahead");
    REFUSED(AMD, "fwd_onepass,bands=1", "fwd_onepass", "bands");
    REFUSED(AMD, "fwd_twopass,cpi=1", "fwd_twopass", "cpi");
    REFUSED(AMD, "fwd_twopass,per=1", "fwd_twopass", "per");
    REFUSED(AMD, "fwd_rows,wgs=2", "not applicable", "wgs=2", "fwd_rows");
    REFUSED(AMD, "fwd_onepass,block=2", "block=2", "1");
    REFUSED(AMD, "fwd_onepass,wgs=64,lx=1,vec=16", "vec=16", "9");
    REFUSED(AMD, "fwd_onepass,vec=8,unroll=4,chunk=16", "chunk=16", "32");
    REFUSED(AMD, "fwd_onepass,wgs=64,lx=2,vec=8,align=1", "align=1", "vec=8");
    REFUSED(AMD, "fwd_onepass,align=0,nt=1", "nt=1", "align=1");
    REFUSED(AMD, "fwd_given", "fwd_given", "statistics are to be computed");
}
END_TEST

START_TEST(test_pin_for_backward_that_is_illegal_says_what_is_wrong)
{
    clgn_problem p = choices_backward(2, 24, 9, 3, FIRST);

    REFUSED(AMD, "bwd_row", "no variant", "bwd_row");
    REFUSED(AMD, "bwd_rows,slices=1", "bwd_rows", "slices");
    REFUSED(AMD, "bwd_rows,rpi=0", "bwd_rows", "rpi");
    REFUSED(AMD, "bwd_rows,sg=0", "bwd_rows", "sg");
    REFUSED(AMD, "bwd_onepass,sg=0", "bwd_onepass", "sg");
    REFUSED(AMD, "bwd_onepass,bands=1", "bwd_onepass", "bands");
    REFUSED(AMD, "bwd_twopass,per=1", "bwd_twopass", "per");
    REFUSED(AMD, "bwd_twopass,cpi=1", "bwd_twopass", "cpi");
    REFUSED(AMD, "bwd_given,bands=2", "bwd_given", "bands");
    REFUSED(AMD, "bwd_batch,bands=2", "bwd_batch", "bands");
    REFUSED(AMD, "bwd_batch,per=2", "bwd_batch", "per");
    REFUSED(AMD, "bwd_rows,wgs=2", "not applicable", "wgs=2", "bwd_rows");
    REFUSED(AMD, "bwd_onepass,vec=16", "vec=16", "9");
    REFUSED(AMD, "bwd_onepass,rpi=1", "rpi=1", "cpi=0", "both or none");
    REFUSED(AMD, "bwd_given", "bwd_given", "statistics are not frozen");
    REFUSED(AMD, "bwd_batch", "bwd_batch", "do not meet over the batch");
    REFUSED(AMD, "fwd_rows", "fwd_rows", "direction is backward");
    REFUSED(AMD, "fwd_given", "fwd_given", "direction is backward");
    REFUSED(AMD, "fwd_batch", "fwd_batch", "direction is backward");
    p.x.layout = p.y.layout = LAST;
    REFUSED(AMD, "bwd_onepass,wgs=64,lx=16,vec=1,rpi=64,cpi=64", "rpi=64", "rows that are channels");
    p.spatial_dims = 0;
    REFUSED(AMD, "bwd_rows,per=4", "per=4", "3 groups");
    REFUSED(AMD, "bwd_onepass,per=1", "per=1", "3 groups");
    REFUSED(AMD, "bwd_twopass", "bwd_twopass", "s is 1");
    (void)choices_first(&p, &fake_devices[AMD], "bwd_rows,per=6");
    p.dgamma = p.dbeta = CLGN_GRADIENT_NONE;
    (void)choices_first(&p, &fake_devices[AMD], "bwd_rows,per=4");
    p = choices_backward(2, 24, 9, 0, FIRST);
    p.norm = CLGN_NORM_BATCH;
    REFUSED(AMD, "bwd_rows", "bwd_rows", "meet over the batch");
    REFUSED(AMD, "bwd_onepass", "bwd_onepass", "meet over the batch");
    REFUSED(AMD, "bwd_twopass", "bwd_twopass", "meet over the batch");
    p.stats = CLGN_STATS_GIVEN;
    REFUSED(AMD, "bwd_batch", "bwd_batch");
    REFUSED(AMD, "bwd_twopass", "bwd_twopass", "statistics are frozen");
}
END_TEST

START_TEST(test_pin_over_the_batch_that_is_illegal_says_what_is_wrong)
{
    clgn_problem p = choices_plain(2, 24, 9, 0, FIRST);

    p.norm = CLGN_NORM_BATCH;
    REFUSED(AMD, "fwd_rows", "fwd_rows", "statistics meet over the batch");
    REFUSED(AMD, "fwd_onepass", "fwd_onepass", "statistics meet over the batch");
    REFUSED(AMD, "fwd_twopass", "fwd_twopass", "statistics meet over the batch");
    REFUSED(AMD, "fwd_given", "fwd_given", "statistics are to be computed");
    REFUSED(AMD, "fwd_batch,per=2", "fwd_batch", "per");
    REFUSED(AMD, "fwd_batch,bands=2", "fwd_batch", "bands");
    REFUSED(AMD, "fwd_batch,vec=16", "vec=16", "9");
    REFUSED(AMD, "bwd_batch", "bwd_batch", "direction is forward");
    REFUSED(AMD, "bwd_rows", "bwd_rows", "direction is forward");
    REFUSED(AMD, "bwd_given", "bwd_given", "direction is forward");
    p.stats = CLGN_STATS_RUNNING;
    REFUSED(AMD, "fwd_batch", "fwd_batch", "statistics are given");
    p = choices_plain(2, 24, 9, 3, FIRST);
    REFUSED(AMD, "fwd_batch", "fwd_batch", "do not meet over the batch");
}
END_TEST

START_TEST(test_pin_for_backward_that_is_legal_keeps_its_params)
{
    static const char *const pins[] = {
        "bwd_rows,per=7,vec=4,chunk=64",
        "bwd_onepass,wgs=64,lx=16,vec=1,unroll=8,chunk=16,per=3",
        "bwd_onepass,wgs=64,rpi=5,cpi=64,align=0",
        "bwd_twopass,slices=12,bands=5",
        "bwd_twopass,slices=65536,bands=64,wgs=1",
        "bwd_twopass,slices=1000,lx=8,wgs=32,vec=2",
        "bwd_given,slices=7,wgs=128,align=1,vec=4,nt=1",
        "bwd_batch,slices=9,lx=8,wgs=32,vec=2",
        "fwd_batch,slices=9,lx=8,wgs=32,vec=2",
    };

    for (size_t i = 0; i < sizeof pins / sizeof pins[0]; i++) {
        const int batch = strstr(pins[i], "_batch") != NULL;
        clgn_problem p = choices_backward(3, 40, 200, batch ? 0 : 8, FIRST);
        struct clgn_geometry g;
        struct clgn_text why = clgn_text_in(testing.message, sizeof testing.message);
        struct clgn_choice choice;
        struct clgn_pin pin;

        p.norm = batch ? CLGN_NORM_BATCH : CLGN_NORM_GROUP;
        p.stats = strstr(pins[i], "_given") != NULL ? CLGN_STATS_GIVEN : CLGN_STATS_COMPUTE;
        if (strncmp(pins[i], "fwd_", 4) == 0) {
            p.direction = CLGN_FORWARD;
            p.dgamma = p.dbeta = CLGN_GRADIENT_NONE;
        }
        g = choices_geometry(&p);
        choice = choices_first(&p, &fake_devices[AMD], pins[i]);
        ck_assert(clgn_pin_parse(pins[i], &pin, &why));
        ck_assert_str_eq(choice.variant->name, pin.variant);
        ck_assert_str_eq(choice.from, "pin");
        for (int k = 0; k < CLGN_PARAM_COUNT; k++) {
            if (pin.params.value[k] != CLGN_UNSET) {
                ck_assert_int_eq(choice.params.value[k], pin.params.value[k]);
            }
        }
        choices_expect_good(&g, &fake_devices[AMD], &choice, pins[i]);
    }
}
END_TEST

START_TEST(test_pin_that_looks_ahead_in_pixels_says_what_is_wrong)
{
    const clgn_problem p = choices_plain(2, 24, 9, 3, LAST);

    REFUSED(CPU, "fwd_rows,ahead=1", "not applicable", "ahead=1", "runs");
}
END_TEST

START_TEST(test_pin_that_takes_large_units_at_once_says_what_is_wrong)
{
    clgn_problem p = choices_plain(2, 24, 9, 3, LAST);

    REFUSED(CPU, "fwd_rows,gang=1", "not applicable", "gang=1", "run");
    p = choices_plain(2, 64, 4096, 4, FIRST);
    REFUSED(CPU, "fwd_rows,gang=1", "not applicable", "gang=1", "chunk=4096");
    p = choices_plain(2, 64, 16, 4, FIRST);
    REFUSED(CPU, "fwd_rows,gang=1,ahead=1", "not applicable", "gang=1", "ahead=1");
    REFUSED(CPU, "fwd_rows,gang=1,vec=1", "not applicable", "gang=1", "vec=1");
}
END_TEST

START_TEST(test_pin_that_keeps_what_is_not_needed_again_says_what_is_wrong)
{
    clgn_problem p = choices_backward(2, 24, 9, 3, FIRST);

    REFUSED(CPU, "bwd_rows,stash=1", "not applicable", "stash=1", "activation");
    REFUSED(CPU, "bwd_twopass,stash=1", "bwd_twopass", "stash");
    p.act = CLGN_ACT_RELU;
    REFUSED(AMD, "bwd_onepass,stash=1,rpi=1,cpi=1,wgs=256", "not applicable", "stash=1", "rpi=1");
    p.stats = CLGN_STATS_GIVEN;
    REFUSED(CPU, "bwd_rows,stash=1", "not applicable", "stash=1", "activation");
    p = choices_backward(2, 24, 9, 3, LAST);
    p.act = CLGN_ACT_SILU;
    REFUSED(CPU, "bwd_rows,stash=1", "not applicable", "stash=1", "channels");
    p = choices_backward(2, 64, 131072, 32, FIRST);
    p.act = CLGN_ACT_SILU;
    REFUSED(CPU, "bwd_rows,stash=1", "not applicable", "local memory");
}
END_TEST

START_TEST(test_pin_of_more_work_items_along_a_row_than_there_are_says_what_is_wrong)
{
    const clgn_problem p = choices_plain(2, 24, 9, 3, FIRST);

    REFUSED(AMD, "fwd_rows,lx=2", "not applicable", "lx=2", "wgs=1");
    REFUSED(AMD, "fwd_twopass,wgs=64,lx=128", "lx=128", "wgs=64");
    REFUSED(AMD, "fwd_onepass,wgs=64,lx=128", "lx=128", "wgs=64");
    REFUSED(AMD, "fwd_onepass,lx=1024", "lx=1024");
}
END_TEST

START_TEST(test_pin_of_registers_that_do_not_cover_says_what_is_wrong)
{
    const clgn_problem p = choices_plain(2, 24, 100, 3, FIRST);

    REFUSED(AMD, "fwd_onepass,rpi=1", "rpi=1", "cpi=0", "both or none");
    REFUSED(AMD, "fwd_onepass,cpi=9", "rpi=0", "cpi=9", "both or none");
    REFUSED(AMD, "fwd_onepass,wgs=8,lx=8,vec=1,rpi=1,cpi=64", "cpi=64", "512", "800");
    REFUSED(AMD, "fwd_onepass,wgs=64,lx=16,vec=1,rpi=1,cpi=7", "rpi=1", "4", "8", "112", "100");
    REFUSED(AMD, "fwd_onepass,wgs=64,lx=16,vec=1,rpi=2,cpi=6", "cpi=6", "96", "100");
    (void)choices_first(&p, &fake_devices[AMD], "fwd_onepass,wgs=64,lx=16,vec=1,rpi=2,cpi=7");
}
END_TEST

START_TEST(test_pin_that_the_device_lacks_says_what_is_wrong)
{
    clgn_problem p = choices_plain(2, 128, 100, 1, LAST);
    struct clgn_device khronos = fake_devices[AMD];

    REFUSED(AMD, "fwd_onepass,wgs=512", "wgs=512", "256");
    REFUSED(ADRENO, "fwd_onepass,wgs=512", "wgs=512", "288");
    REFUSED(MINIMUM, "fwd_twopass,wgs=2", "wgs=2", "1");
    REFUSED(AMD, "fwd_onepass,wgs=256,lx=1", "local memory", "65536");
    REFUSED(NVIDIA, "fwd_twopass,sg=1", "sg=1", "0");
    REFUSED(NVIDIA, "fwd_onepass,sg=2", "sg=2", "0");
    REFUSED(INTEL, "fwd_twopass,sg=1", "sg=1", "2");
    (void)choices_first(&p, &fake_devices[INTEL], "fwd_twopass,sg=2");
    REFUSED(ADRENO, "fwd_twopass,sg=1", "sg=1", "OpenCL C 2.0");
    khronos.subgroups = CLGN_SUBGROUPS_KHRONOS;
    (void)choices_first(&p, &khronos, "fwd_twopass,sg=1");
    p.x.dtype = CLGN_DTYPE_F64;
    expect_refused(&p, &khronos, "fwd_twopass,sg=1", WORDS("sg=1", "f64"));
    p.x.dtype = CLGN_DTYPE_F32;
    p.stats = CLGN_STATS_GIVEN;
    REFUSED(AMD, "fwd_rows", "fwd_rows", "statistics are given");
    REFUSED(AMD, "fwd_onepass", "fwd_onepass", "statistics are given");
    REFUSED(AMD, "fwd_twopass", "fwd_twopass", "statistics are given");
}
END_TEST

/* A vector must fit in the last block of groups, which may be the narrowest. */
START_TEST(test_pin_of_a_vector_beyond_a_row_is_refused)
{
    clgn_problem p = choices_plain(2, 20, 50, 5, LAST);

    REFUSED(AMD, "fwd_twopass,wgs=64,block=4,vec=8", "vec=8", "4");
    REFUSED(AMD, "fwd_twopass,block=6", "block=6", "5");
    (void)choices_first(&p, &fake_devices[AMD], "fwd_twopass,wgs=64,block=3,vec=8");
    (void)choices_first(&p, &fake_devices[AMD], "fwd_twopass,wgs=64,block=5,vec=16");
    p.spatial_dims = 0;
    REFUSED(AMD, "fwd_twopass,vec=8", "vec=8", "4");
}
END_TEST

START_TEST(test_pin_of_more_work_groups_than_32_bits_count_is_refused)
{
    const clgn_problem p = choices_plain((size_t)1 << 20, 1, 2, 1, FIRST);

    REFUSED(AMD, "fwd_twopass,slices=4096", "1048576 units in 4096 slices");
    (void)choices_first(&p, &fake_devices[AMD], "fwd_twopass,slices=4095");
}
END_TEST

#if SIZE_MAX > UINT32_MAX
START_TEST(test_pin_of_more_work_groups_than_64_bits_count_is_refused)
{
    const clgn_problem p = choices_plain((size_t)1 << 48, 1, 2, 1, FIRST);

    REFUSED(AMD, "fwd_twopass,slices=1", "281474976710656 units in 1 slices");
    REFUSED(AMD, "fwd_twopass,slices=65536", "281474976710656 units in 65536 slices");
}
END_TEST
#endif

int main(void)
{
    Suite *suite = suite_create("select_pins");
    TCase *pin = tcase_create("pin");

    tcase_add_test(pin, test_pin_that_is_legal_keeps_its_params);
    tcase_add_loop_test(pin, test_pin_of_any_slices_covers_all, 0, 2);
    tcase_add_loop_test(pin, test_pin_of_many_wide_slices_covers_all, 0, 3);
    tcase_add_test(pin, test_pin_of_bands_deals_out_every_unit);
    tcase_add_test(pin, test_pin_that_is_illegal_anywhere_says_what_is_wrong);
    tcase_add_test(pin, test_pin_for_backward_that_is_illegal_says_what_is_wrong);
    tcase_add_test(pin, test_pin_over_the_batch_that_is_illegal_says_what_is_wrong);
    tcase_add_test(pin, test_pin_for_backward_that_is_legal_keeps_its_params);
    tcase_add_test(pin, test_pin_that_looks_ahead_in_pixels_says_what_is_wrong);
    tcase_add_test(pin, test_pin_that_takes_large_units_at_once_says_what_is_wrong);
    tcase_add_test(pin, test_pin_that_keeps_what_is_not_needed_again_says_what_is_wrong);
    tcase_add_test(pin, test_pin_of_more_work_items_along_a_row_than_there_are_says_what_is_wrong);
    tcase_add_test(pin, test_pin_of_registers_that_do_not_cover_says_what_is_wrong);
    tcase_add_test(pin, test_pin_that_the_device_lacks_says_what_is_wrong);
    tcase_add_test(pin, test_pin_of_a_vector_beyond_a_row_is_refused);
    tcase_add_test(pin, test_pin_of_more_work_groups_than_32_bits_count_is_refused);
#if SIZE_MAX > UINT32_MAX
    tcase_add_test(pin, test_pin_of_more_work_groups_than_64_bits_count_is_refused);
#endif
    suite_add_tcase(suite, pin);
    return testing_run_host_suite(suite);
}
