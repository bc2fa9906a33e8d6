/* What every oracle program does: one JSON request a line on standard input, one JSON answer a
 * line. */
#pragma once

#include "core/json.h"

typedef json_t *(*Answer) (const json_t *request, GError **error);

/** serve: until standard input ends; an error of @answer goes into the answer's "error".
 *  Returns: the program's exit status */
int serve (Answer answer);
