/* SPDX-License-Identifier: Apache-2.0 */
/* What is chosen on a CPU, and by what rule. */
#include "choices.h"
#include "testing.h"
#include "units.h"

/* One launch on a CPU: where there are units for all cores (of which there are two), or no more than a MiB to read. */
static int rows_suffice(const struct clgn_geometry *g)
{
    const uint64_t units = g->x_last ? g->n : g->n * g->g; /* where rows are pixels, whole ones */

    return units >= 2 || clgn_bytes_in(g) <= (1 << 20);
}

START_TEST(test_choice_on_a_cpu_is_rows_where_units_suffice)
{
    for (int i = 0; i < SHAPES; i++) {
        for (int mix = 0; mix < MIXES; mix++) {
            const clgn_problem p = choices_problem(&choices_shapes[i], mix);
            const struct clgn_geometry g = choices_geometry(&p);
            const struct clgn_choice first = choices_first(&p, &fake_devices[CPU], NULL);

            ck_assert_msg(first.variant == (rows_suffice(&g) ? &clgn_fwd_rows : &clgn_fwd_twopass),
                          "shape %d, mix %d: %s", i, mix, first.variant->name);
            ck_assert_int_eq(first.params.value[CLGN_P_WGS], 1);
        }
    }
}
END_TEST

START_TEST(test_choice_on_a_cpu_of_one_unit_turns_where_two_launches_pay)
{
    const clgn_problem few = choices_plain(1, 256, 32 * 32, 32, LAST); /* a MiB */
    const clgn_problem more = choices_plain(1, 256, 32 * 32 + 1, 32, LAST);

    ck_assert_ptr_eq(choices_first(&few, &fake_devices[CPU], NULL).variant, &clgn_fwd_rows);
    ck_assert_ptr_eq(choices_first(&more, &fake_devices[CPU], NULL).variant, &clgn_fwd_twopass);
}
END_TEST

/* A param of the first choice. */
static long chosen(const clgn_problem *p, const struct clgn_device *device, const char *pin, enum clgn_param which)
{
    return choices_first(p, device, pin).params.value[which];
}

/* Moments of the next group meanwhile where memory takes the time: large tensors, groups in runs, several per unit. */
START_TEST(test_choice_on_a_cpu_looks_ahead_where_memory_is_slow)
{
    const struct clgn_device *cpu = &fake_devices[CPU];
    clgn_problem p = choices_plain(8, 512, 4096, 32, FIRST);

    ck_assert_int_eq(chosen(&p, cpu, NULL, CLGN_P_NT), 1);
    ck_assert_int_gt(chosen(&p, cpu, NULL, CLGN_P_AHEAD), 0);
    ck_assert_uint_ge(256 / (size_t)chosen(&p, cpu, NULL, CLGN_P_PER), cpu->compute_units);
    ck_assert_int_eq(chosen(&p, cpu, "fwd_rows,per=1", CLGN_P_AHEAD), 0);
    ck_assert_int_eq(chosen(&p, cpu, "fwd_rows,ahead=0", CLGN_P_AHEAD), 0);
    p = choices_plain(8, 512, 4096, 32, LAST);
    ck_assert_int_eq(chosen(&p, cpu, NULL, CLGN_P_AHEAD), 0);
    p = choices_plain(2, 32, 64, 8, FIRST);
    ck_assert_int_eq(chosen(&p, cpu, NULL, CLGN_P_AHEAD), 0);
}
END_TEST

/* 16-bit results of long arithmetic are not stored past the caches. */
START_TEST(test_choice_on_a_cpu_stores_past_the_caches_where_memory_is_slow)
{
    const struct clgn_device *cpu = &fake_devices[CPU];
    clgn_problem p = choices_plain(8, 512, 4096, 32, FIRST);

    p.act = CLGN_ACT_SILU;
    ck_assert_int_eq(chosen(&p, cpu, NULL, CLGN_P_NT), 1);
    p.x.dtype = p.y.dtype = CLGN_DTYPE_F16;
    ck_assert_int_eq(chosen(&p, cpu, NULL, CLGN_P_NT), 0);
    p.act = CLGN_ACT_RELU;
    ck_assert_int_eq(chosen(&p, cpu, NULL, CLGN_P_NT), 1);
}
END_TEST

/* Units of a KiB at most where each compute unit has a gang of them; of two in short channels behind a long activation.
 */
START_TEST(test_choice_on_a_cpu_takes_small_units_at_once)
{
    const struct clgn_device *cpu = &fake_devices[CPU];
    clgn_problem p = choices_plain(4096, 2048, 0, 32, FIRST);

    ck_assert_int_eq(chosen(&p, cpu, NULL, CLGN_P_GANG), 1);
    ck_assert_int_ge(chosen(&p, cpu, NULL, CLGN_P_PER), chosen(&p, cpu, NULL, CLGN_P_VEC));
    ck_assert_int_eq(chosen(&p, cpu, "fwd_rows,per=1", CLGN_P_GANG), 0);
    ck_assert_int_eq(chosen(&p, cpu, "fwd_rows,gang=0", CLGN_P_GANG), 0);
    p = choices_plain(1024, 256, 49, 32, FIRST);
    ck_assert_int_eq(chosen(&p, cpu, NULL, CLGN_P_GANG), 0);
    ck_assert_int_gt(chosen(&p, cpu, NULL, CLGN_P_AHEAD), 0);
    p.x.dtype = CLGN_DTYPE_F16;
    ck_assert_int_eq(chosen(&p, cpu, NULL, CLGN_P_GANG), 1);
    p.x.dtype = CLGN_DTYPE_F32;
    p.act = CLGN_ACT_SILU; /* channels of three vectors */
    ck_assert_int_eq(chosen(&p, cpu, NULL, CLGN_P_GANG), 0);
    p = choices_plain(256, 256, 9, 4, FIRST);
    p.act = CLGN_ACT_SILU; /* 2304 bytes */
    ck_assert_int_eq(chosen(&p, cpu, NULL, CLGN_P_GANG), 0);
    p = choices_plain(1024, 256, 9, 8, FIRST);
    ck_assert_int_eq(chosen(&p, cpu, NULL, CLGN_P_GANG), 0);
    p.act = CLGN_ACT_SILU;
    ck_assert_int_eq(chosen(&p, cpu, NULL, CLGN_P_GANG), 1);
    ck_assert_int_eq(chosen(&p, cpu, NULL, CLGN_P_PER) % chosen(&p, cpu, NULL, CLGN_P_VEC), 0);
    ck_assert_int_eq(chosen(&p, cpu, "fwd_rows,ahead=1", CLGN_P_GANG), 0);
    p.n = 1; /* fewer than a gang for each */
    ck_assert_int_eq(chosen(&p, cpu, NULL, CLGN_P_GANG), 0);
}
END_TEST

/* As many as a row of backward has; two where a channel of forward ends soon. */
START_TEST(test_choice_on_a_cpu_takes_as_many_vectors_as_there_are)
{
    static const struct {
        size_t s;
        long forward, backward;
    } rows[] = {{4096, 4, 4}, {64, 4, 4}, {49, 2, 2}, {16, 2, 1}, {0, 4, 4}};
    const struct clgn_device *cpu = &fake_devices[CPU];

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const clgn_problem forward = choices_plain(64, 512, rows[i].s, 8, FIRST);
        const clgn_problem backward = choices_backward(64, 512, rows[i].s, 8, FIRST);

        ck_assert_int_eq(chosen(&forward, cpu, NULL, CLGN_P_VEC), 16);
        ck_assert_int_eq(chosen(&forward, cpu, NULL, CLGN_P_UNROLL), rows[i].forward);
        ck_assert_int_eq(chosen(&backward, cpu, NULL, CLGN_P_UNROLL), rows[i].backward);
        ck_assert_int_eq(chosen(&forward, cpu, "fwd_rows,unroll=8", CLGN_P_UNROLL), 8);
    }
}
END_TEST

/* Maps of a few pixels: a vector reaches over four channels at most. */
START_TEST(test_choice_on_a_cpu_takes_four_channels_at_once)
{
    struct clgn_device cpu = fake_devices[CPU];
    clgn_problem p = choices_plain(64, 1024, 4, 8, FIRST);

    cpu.vector_bytes = 64;
    ck_assert_int_eq(chosen(&p, &cpu, NULL, CLGN_P_VEC), 16);
    p = choices_plain(64, 1024, 2, 8, FIRST);
    ck_assert_int_eq(chosen(&p, &cpu, NULL, CLGN_P_VEC), 8);
    p.bias = CLGN_DTYPE_F32; /* depends on the channel: rows are walked one by one */
    ck_assert_int_eq(chosen(&p, &cpu, NULL, CLGN_P_VEC), 2);
}
END_TEST

/* vec of a problem whose x and y have a type. */
static long vector_of(clgn_problem p, int type)
{
    p.x.dtype = (clgn_dtype)type;
    return chosen(&p, &fake_devices[CPU], NULL, CLGN_P_VEC);
}

/* Groups of 8 x 49 elements begin at multiples of 8, not of 16. */
START_TEST(test_choice_on_a_cpu_halves_a_vector_that_is_not_aligned)
{
    struct clgn_device cpu = fake_devices[CPU];
    clgn_problem p = choices_plain(1024, 256, 49, 32, FIRST);

    cpu.vector_bytes = 64;
    ck_assert_int_eq(chosen(&p, &cpu, NULL, CLGN_P_VEC), 8);
    ck_assert_int_eq(chosen(&p, &cpu, NULL, CLGN_P_ALIGN), 1);
    p.act = CLGN_ACT_SILU; /* arithmetic takes longer than unaligned vectors */
    ck_assert_int_eq(chosen(&p, &cpu, NULL, CLGN_P_VEC), 16);
    p = choices_plain(1024, 256, 48, 32, FIRST);
    ck_assert_int_eq(chosen(&p, &cpu, NULL, CLGN_P_VEC), 16);
    for (int type = CLGN_DTYPE_F32; type <= CLGN_DTYPE_BF16; type++) { /* of 16 bits, short channels alone */
        const long whole = type == CLGN_DTYPE_F32 ? 8 : 16;

        ck_assert_int_eq(vector_of(choices_plain(1024, 256, 49, 32, FIRST), type), 8);
        ck_assert_int_eq(vector_of(choices_backward(1024, 256, 24, 32, FIRST), type), 8);
        ck_assert_int_eq(vector_of(choices_plain(1024, 256, 169, 32, FIRST), type), whole);
        ck_assert_int_eq(vector_of(choices_plain(8, 264, 4096, 8, LAST), type), whole);
    }
}
END_TEST

/* Units enough for all cores: a unit's second read comes from the cache; else units are split where they can be. */
START_TEST(test_choice_for_backward_on_a_cpu_is_rows_where_units_suffice)
{
    for (int i = 0; i < SHAPES; i++) {
        for (int mix = 0; mix < MIXES; mix++) {
            clgn_problem p = choices_problem(&choices_shapes[i], mix);
            struct clgn_geometry g;
            struct clgn_choice first;

            p.direction = CLGN_BACKWARD;
            p.dgamma = p.dbeta = CLGN_GRADIENT_WRITE;
            g = choices_geometry(&p);
            first = choices_first(&p, &fake_devices[CPU], NULL);
            ck_assert_msg(first.variant == (rows_suffice(&g) || g.point ? &clgn_bwd_rows : &clgn_bwd_twopass),
                          "shape %d, mix %d: %s", i, mix, first.variant->name);
            ck_assert_int_eq(first.params.value[CLGN_P_WGS], 1);
        }
    }
}
END_TEST

/* What a long activation leaves is kept where it fits, and then dx is stored past the caches. */
START_TEST(test_choice_for_backward_on_a_cpu_keeps_what_activations_cost)
{
    const struct clgn_device *cpu = &fake_devices[CPU];
    clgn_problem p = choices_backward(8, 512, 4096, 32, FIRST); /* groups of 65536 */

    ck_assert_int_eq(chosen(&p, cpu, NULL, CLGN_P_STASH), 0);
    p.act = CLGN_ACT_RELU;
    ck_assert_int_eq(chosen(&p, cpu, NULL, CLGN_P_STASH), 0);
    ck_assert_int_eq(chosen(&p, cpu, "bwd_rows,stash=1", CLGN_P_STASH), 1);
    p.act = CLGN_ACT_SILU;
    ck_assert_int_eq(chosen(&p, cpu, NULL, CLGN_P_STASH), 1);
    ck_assert_int_eq(chosen(&p, cpu, "bwd_rows,stash=0", CLGN_P_STASH), 0);
    ck_assert_int_eq(chosen(&p, &fake_devices[AMD], NULL, CLGN_P_STASH), 0);
    p.x.dtype = p.y.dtype = CLGN_DTYPE_F16;
    ck_assert_int_eq(chosen(&p, cpu, NULL, CLGN_P_NT), 1);
    ck_assert_int_eq(chosen(&p, cpu, "bwd_rows,stash=0", CLGN_P_NT), 0);
    p.stats = CLGN_STATS_GIVEN;
    ck_assert_int_eq(chosen(&p, cpu, "bwd_rows", CLGN_P_STASH), 0);
    p = choices_backward(8, 512, 4096, 32, LAST);
    p.act = CLGN_ACT_SILU;
    ck_assert_int_eq(chosen(&p, cpu, NULL, CLGN_P_STASH), 0);
    p = choices_backward(8, 64, 131072, 32, FIRST); /* groups of a MiB, which is all that there is */
    p.act = CLGN_ACT_SILU;
    ck_assert_int_eq(chosen(&p, cpu, "bwd_rows", CLGN_P_STASH), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("select_cpu");
    TCase *choice = tcase_create("choice");

    tcase_set_timeout(choice, 60);
    tcase_add_test(choice, test_choice_on_a_cpu_is_rows_where_units_suffice);
    tcase_add_test(choice, test_choice_on_a_cpu_of_one_unit_turns_where_two_launches_pay);
    tcase_add_test(choice, test_choice_on_a_cpu_looks_ahead_where_memory_is_slow);
    tcase_add_test(choice, test_choice_on_a_cpu_stores_past_the_caches_where_memory_is_slow);
    tcase_add_test(choice, test_choice_on_a_cpu_takes_small_units_at_once);
    tcase_add_test(choice, test_choice_on_a_cpu_takes_as_many_vectors_as_there_are);
    tcase_add_test(choice, test_choice_on_a_cpu_takes_four_channels_at_once);
    tcase_add_test(choice, test_choice_on_a_cpu_halves_a_vector_that_is_not_aligned);
    tcase_add_test(choice, test_choice_for_backward_on_a_cpu_is_rows_where_units_suffice);
    tcase_add_test(choice, test_choice_for_backward_on_a_cpu_keeps_what_activations_cost);
    suite_add_tcase(suite, choice);
    return testing_run_host_suite(suite);
}
