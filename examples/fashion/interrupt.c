/* SPDX-License-Identifier: Apache-2.0 */
/* Noting of signals. */
#define _POSIX_C_SOURCE 200809L

#include "interrupt.h"

#include <signal.h>
#include <string.h>

static volatile sig_atomic_t came; /* the signal; a handler can leave it nowhere else */

static void note(int number)
{
    came = number;
}

void interrupt_catch(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction before;
    struct sigaction action;

    memset(&action, 0, sizeof(action));
    action.sa_handler = note;
    action.sa_flags = (int)(SA_RESETHAND | SA_RESTART);
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); ++i) {
        /* What nohup, or a shell for a program in the background, has set to be ignored stays so. */
        if (sigaction(numbers[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN) {
            sigaction(numbers[i], &action, NULL);
        }
    }
}

int interrupt_came(void)
{
    return came != 0;
}

void interrupt_pass_on(void)
{
    if (came) {
        signal(came, SIG_DFL);
        raise(came);
    }
}
