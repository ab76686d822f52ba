/* SPDX-License-Identifier: Apache-2.0 */
/* Params by name: what a pin may say, how a mistake in it is named, and how params are printed. */
#include <stdio.h>
#include <string.h>

#include "params.h"
#include "testing.h"

static const struct row {
    const char *name;
    long least, most;
    enum clgn_rule rule;
} rows[CLGN_PARAM_COUNT] = {
#define CLGN_PARAM(name, upper, least, most, rule, macro) {#name, least, most, rule},
#include "params.inc"
#undef CLGN_PARAM
};

static char message[CLGN_MESSAGE_BYTES];

static int parse(const char *text, struct clgn_pin *pin)
{
    struct clgn_text why = clgn_text_in(message, sizeof message);

    memset(pin, 0x5a, sizeof *pin);
    return clgn_pin_parse(text, pin, &why);
}

static struct clgn_pin parsed(const char *text)
{
    struct clgn_pin pin;

    ck_assert_msg(parse(text, &pin), "%s: %s", text, message);
    ck_assert_str_eq(message, "");
    return pin;
}

static void expect_refused(const char *text, const char *expected)
{
    struct clgn_pin pin;

    ck_assert_msg(!parse(text, &pin), "%s: not refused", text);
    ck_assert_str_eq(message, expected);
}

/* ---- parsing ---- */

START_TEST(test_parse_of_a_name_alone_leaves_all_params_unset)
{
    const struct clgn_pin pin = parsed("fwd_rows");

    ck_assert_str_eq(pin.variant, "fwd_rows");
    for (int i = 0; i < CLGN_PARAM_COUNT; i++) {
        ck_assert_int_eq(pin.params.value[i], CLGN_UNSET);
    }
}
END_TEST

START_TEST(test_parse_of_settings_in_any_order_sets_these_only)
{
    const struct clgn_pin pin = parsed("fwd_twopass,slices=12,wgs=64,nt=0,block=1000000000");

    ck_assert_str_eq(pin.variant, "fwd_twopass");
    for (int i = 0; i < CLGN_PARAM_COUNT; i++) {
        const long expected = i == CLGN_P_SLICES  ? 12
                              : i == CLGN_P_WGS   ? 64
                              : i == CLGN_P_NT    ? 0
                              : i == CLGN_P_BLOCK ? 1000000000
                                                  : CLGN_UNSET;

        ck_assert_msg(pin.params.value[i] == expected, "%s: %ld", rows[i].name, pin.params.value[i]);
    }
}
END_TEST

/* A variant that no list has is the selection's matter. */
START_TEST(test_parse_of_the_longest_name_keeps_it)
{
    const struct clgn_pin pin = parsed("a234567890123456789012345678901,vec=16");

    ck_assert_str_eq(pin.variant, "a234567890123456789012345678901");
    ck_assert_int_eq(pin.params.value[CLGN_P_VEC], 16);
}
END_TEST

START_TEST(test_parse_of_a_param_at_its_ends_is_accepted)
{
    const struct row *r = &rows[_i];
    char text[64];

    snprintf(text, sizeof text, "v,%s=%ld", r->name, r->least);
    ck_assert_int_eq(parsed(text).params.value[_i], r->least);
    snprintf(text, sizeof text, "v,%s=%ld", r->name, r->most);
    ck_assert_int_eq(parsed(text).params.value[_i], r->most);
}
END_TEST

START_TEST(test_parse_of_a_param_beyond_its_ends_names_value_and_range)
{
    const struct row *r = &rows[_i];
    const long values[] = {r->least - 1, r->most + 1, -1000, 2000000000};
    char text[64], expected[128];

    for (int i = 0; i < 4; i++) {
        snprintf(text, sizeof text, "v,%s=%ld", r->name, values[i]);
        snprintf(expected, sizeof expected, "%s=%ld is not in %ld to %ld", r->name, values[i], r->least, r->most);
        expect_refused(text, expected);
    }
}
END_TEST

START_TEST(test_parse_of_every_small_value_accepts_powers_of_two_where_they_are_the_rule)
{
    const struct row *r = &rows[_i];
    char text[64], expected[128];

    for (long value = r->least; value <= r->most && value <= 1100; value++) {
        int bits = 0;

        for (long rest = value; rest > 0; rest /= 2) {
            bits += (int)(rest % 2);
        }
        snprintf(text, sizeof text, "v,%s=%ld", r->name, value);
        if (r->rule == CLGN_RULE_ANY || bits == 1) {
            ck_assert_int_eq(parsed(text).params.value[_i], value);
        } else {
            snprintf(expected, sizeof expected, "%s=%ld is not a power of two", r->name, value);
            expect_refused(text, expected);
        }
    }
}
END_TEST

START_TEST(test_parse_of_a_mistake_names_it)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "\"\" does not begin with the name of a variant"},
        {",wgs=1", "\",wgs=1\" does not begin with the name of a variant"},
        {"a2345678901234567890123456789012",
         "\"a2345678901234567890123456789012\" does not begin with the name of a variant"},
        {"v,", "\"\" is not name=value"},
        {"v,,wgs=1", "\"\" is not name=value"},
        {"v,wgs=1,", "\"\" is not name=value"},
        {"v,wgs", "\"wgs\" is not name=value"},
        {"v,wgs,lx=1", "\"wgs\" is not name=value"},
        {"v,colour,lx=1", "\"colour\" is not name=value"},
        {"v,colour=1", "unknown param \"colour\""},
        {"v,=1", "unknown param \"\""},
        {"v,wg=1", "unknown param \"wg\""},
        {"v,wgss=1", "unknown param \"wgss\""},
        {"v,WGS=1", "unknown param \"WGS\""},
        {"v, wgs=1", "unknown param \" wgs\""},
        {"v,wgs=1,wgs=1", "wgs is given twice"},
        {"v,nt=0,lx=1,nt=1", "nt is given twice"},
        {"v,wgs=", "\"\" is not a number for wgs"},
        {"v,wgs=,lx=2", "\"\" is not a number for wgs"},
        {"v,wgs=many", "\"many\" is not a number for wgs"},
        {"v,wgs=4x,lx=2", "\"4x\" is not a number for wgs"},
        {"v,wgs=4 ,lx=2", "\"4 \" is not a number for wgs"},
        {"v,wgs=0x40", "\"0x40\" is not a number for wgs"},
        {"v,wgs=4=4", "\"4=4\" is not a number for wgs"},
        {"v,per=1e3", "\"1e3\" is not a number for per"},
        {"v,per=1.5", "\"1.5\" is not a number for per"},
        {"v,slices=99999999999999999999", "\"99999999999999999999\" is not a number for slices"},
        {"v,lx=1,wgs=96", "wgs=96 is not a power of two"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect_refused(cases[i].text, cases[i].message);
    }
}
END_TEST

START_TEST(test_parse_of_a_long_mistake_cuts_the_message)
{
    char text[5000];
    struct clgn_pin pin;

    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    ck_assert(!parse(text, &pin));
    ck_assert_uint_eq(strlen(message), CLGN_MESSAGE_BYTES - 1);
    text[1] = ',';
    ck_assert(!parse(text, &pin));
    ck_assert_uint_eq(strlen(message), CLGN_MESSAGE_BYTES - 1);
    text[9] = '=';
    ck_assert(!parse(text, &pin));
    ck_assert_str_eq(message, "unknown param \"xxxxxxx\"");
}
END_TEST

/* ---- printing ---- */

START_TEST(test_default_of_a_set_param_changes_nothing)
{
    struct clgn_params params = clgn_params_unset();

    clgn_params_default(&params, CLGN_P_RPI, 0);
    clgn_params_default(&params, CLGN_P_RPI, 7);
    ck_assert_int_eq(params.value[CLGN_P_RPI], 0);
    ck_assert_int_eq(params.value[CLGN_P_CPI], CLGN_UNSET);
}
END_TEST

START_TEST(test_name_of_every_param_is_the_lists)
{
    for (int i = 0; i < CLGN_PARAM_COUNT; i++) {
        ck_assert_str_eq(clgn_param_name(i), rows[i].name);
    }
}
END_TEST

START_TEST(test_print_after_parse_gives_the_same_text)
{
    static const char *const texts[] = {
        "fwd_given",
        "fwd_rows,ahead=16384,per=3",
        "fwd_onepass,wgs=256,lx=64,vec=4,unroll=2,chunk=32,rpi=3,cpi=5,align=1,nt=0,sg=2,block=17,per=1048576",
        "fwd_twopass,wgs=1,lx=1,vec=1,unroll=1,chunk=16384,rpi=0,sg=0,block=1073741824,per=1,slices=65535,bands=3",
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const struct clgn_pin pin = parsed(texts[i]);
        char buffer[512];
        struct clgn_text text = clgn_text_in(buffer, sizeof buffer);
        unsigned uses = 0;

        for (int k = 0; k < CLGN_PARAM_COUNT; k++) {
            uses |= (pin.params.value[k] != CLGN_UNSET ? 1u : 0u) << k;
        }
        clgn_text_add(&text, "%s", pin.variant);
        clgn_params_print(&pin.params, uses, &text);
        ck_assert_int_eq(text.cut, 0);
        ck_assert_str_eq(buffer, texts[i]);
    }
}
END_TEST

START_TEST(test_print_of_some_uses_leaves_the_others_out)
{
    const struct clgn_pin pin = parsed("v,wgs=8,lx=4,vec=2,bands=5");
    char buffer[64];
    struct clgn_text text = clgn_text_in(buffer, sizeof buffer);

    clgn_params_print(&pin.params, 1u << CLGN_P_BANDS | 1u << CLGN_P_LX, &text);
    ck_assert_str_eq(buffer, ",lx=4,bands=5");
}
END_TEST

START_TEST(test_print_into_a_short_buffer_is_cut)
{
    const struct clgn_pin pin = parsed("v,wgs=1024,lx=512");
    char buffer[16] = "..............#";
    struct clgn_text text = clgn_text_in(buffer, 14);

    clgn_params_print(&pin.params, 1u << CLGN_P_WGS | 1u << CLGN_P_LX, &text);
    ck_assert_int_ne(text.cut, 0);
    ck_assert_str_eq(buffer, ",wgs=1024,lx=");
    ck_assert_int_eq(buffer[14], '#');
}
END_TEST

START_TEST(test_print_macros_gives_what_is_compiled_in_only)
{
    const struct clgn_pin pin = parsed(
        "v,wgs=256,lx=64,vec=4,unroll=2,chunk=32,rpi=3,cpi=5,align=1,nt=0,ahead=9,gang=1,stash=1,"
        "sg=2,block=7,per=8,slices=9,bands=1");
    char buffer[512];
    struct clgn_text text = clgn_text_in(buffer, sizeof buffer);

    clgn_params_print_macros(&pin.params, &text);
    ck_assert_str_eq(
        buffer, " -DCLGN_WGS=256 -DCLGN_LX=64 -DCLGN_VEC=4 -DCLGN_UNROLL=2 -DCLGN_CHUNK=32 -DCLGN_RPI=3"
                " -DCLGN_CPI=5 -DCLGN_ALIGN=1 -DCLGN_NT=0 -DCLGN_AHEAD=9 -DCLGN_GANG=1 -DCLGN_STASH=1 -DCLGN_SG=2");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("params");
    TCase *parsing = tcase_create("parsing"), *printing = tcase_create("printing");

    tcase_add_test(parsing, test_parse_of_a_name_alone_leaves_all_params_unset);
    tcase_add_test(parsing, test_parse_of_settings_in_any_order_sets_these_only);
    tcase_add_test(parsing, test_parse_of_the_longest_name_keeps_it);
    tcase_add_loop_test(parsing, test_parse_of_a_param_at_its_ends_is_accepted, 0, CLGN_PARAM_COUNT);
    tcase_add_loop_test(parsing, test_parse_of_a_param_beyond_its_ends_names_value_and_range, 0, CLGN_PARAM_COUNT);
    tcase_add_loop_test(parsing, test_parse_of_every_small_value_accepts_powers_of_two_where_they_are_the_rule, 0,
                        CLGN_PARAM_COUNT);
    tcase_add_test(parsing, test_parse_of_a_mistake_names_it);
    tcase_add_test(parsing, test_parse_of_a_long_mistake_cuts_the_message);
    tcase_add_test(printing, test_default_of_a_set_param_changes_nothing);
    tcase_add_test(printing, test_name_of_every_param_is_the_lists);
    tcase_add_test(printing, test_print_after_parse_gives_the_same_text);
    tcase_add_test(printing, test_print_of_some_uses_leaves_the_others_out);
    tcase_add_test(printing, test_print_into_a_short_buffer_is_cut);
    tcase_add_test(printing, test_print_macros_gives_what_is_compiled_in_only);
    suite_add_tcase(suite, parsing);
    suite_add_tcase(suite, printing);
    return testing_run_host_suite(suite);
}
