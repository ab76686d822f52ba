/* SPDX-License-Identifier: Apache-2.0 */
/* Ctrl-C and its likes, which end a run where nothing is half done. */
#ifndef FASHION_INTERRUPT_H
#define FASHION_INTERRUPT_H

/* From now on SIGINT, SIGTERM and SIGHUP are noted; a second one ends the program at once. */
void interrupt_catch(void);
/* Whether one has come. */
int interrupt_came(void);
/* End the program by the signal that has come, so that a shell sees it; nothing when none has. */
void interrupt_pass_on(void);

#endif
