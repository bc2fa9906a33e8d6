/* What a result says of a server that did its work. */
#pragma once

#include "bench/result.h"

G_BEGIN_DECLS

/**
 * lb_server_note:
 * @loaded: its info may hold {"server": {"host", "local", "model", …}}, of engines that ask one
 *
 * Then the record gets `network` {host, local, allowed} and `model` {id, remote}, the flag
 * `remote`, and `sent` when the input left this machine. Once in a record.
 */
void lb_server_note (LbResult *result, const LbCase *it, const LbSessionLoaded *loaded);

/** lb_server_check: flags @output of a run that the server refused at first: `retried` */
void lb_server_check (LbResult *result, const json_t *output);

G_END_DECLS
