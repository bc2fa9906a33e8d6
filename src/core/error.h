/* Every error of LlamaBurn has one domain and a code that a caller can act on. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LB_ERROR (lb_error_quark ())

/**
 * LbError:
 * @LB_ERROR_FAILED: anything that has no code of its own
 * @LB_ERROR_USAGE: the command line, a plan or a setting is wrong
 * @LB_ERROR_NOT_FOUND: no such file, run, engine, model
 * @LB_ERROR_NOT_PERMITTED: the system refused
 * @LB_ERROR_BAD_INPUT: an input (sound, text, reference) can't be used
 * @LB_ERROR_EMPTY_REFERENCE: the normalised reference has no words
 * @LB_ERROR_BAD_MODEL: a model is missing a part, truncated, of another kind
 * @LB_ERROR_MODEL_MISSING: the model is known, but not on this machine
 * @LB_ERROR_ENGINE_MISSING: the engine is known, but not built or installed
 * @LB_ERROR_ENGINE: the engine answered that it failed
 * @LB_ERROR_CRASHED: the engine's process ended by itself
 * @LB_ERROR_TIMEOUT: a time limit ran out
 * @LB_ERROR_MEMORY: a memory limit was passed
 * @LB_ERROR_PROTOCOL: a peer said something that the protocol does not allow
 * @LB_ERROR_NETWORK: a server could not be reached, or answered nonsense
 * @LB_ERROR_CHECKSUM: what was downloaded is not what was promised
 * @LB_ERROR_NO_SPACE: a disk or folder is full
 * @LB_ERROR_STORE: the history can't be opened, read or written
 * @LB_ERROR_CANCELLED: the user, or a peer, stopped it
 */
typedef enum {
  LB_ERROR_FAILED,
  LB_ERROR_USAGE,
  LB_ERROR_NOT_FOUND,
  LB_ERROR_NOT_PERMITTED,
  LB_ERROR_BAD_INPUT,
  LB_ERROR_EMPTY_REFERENCE,
  LB_ERROR_BAD_MODEL,
  LB_ERROR_MODEL_MISSING,
  LB_ERROR_ENGINE_MISSING,
  LB_ERROR_ENGINE,
  LB_ERROR_CRASHED,
  LB_ERROR_TIMEOUT,
  LB_ERROR_MEMORY,
  LB_ERROR_PROTOCOL,
  LB_ERROR_NETWORK,
  LB_ERROR_CHECKSUM,
  LB_ERROR_NO_SPACE,
  LB_ERROR_STORE,
  LB_ERROR_CANCELLED,
} LbError;

GQuark lb_error_quark (void);

/**
 * lb_error_kind:
 * @error: any error
 *
 * Returns: the word that records use for @error's code ("timeout", "crashed"…), "failed" for
 *   errors of other domains; a constant
 */
const char *lb_error_kind (const GError *error);

/** lb_error_set: sets an error with @code. Returns: %FALSE, to be returned at once */
gboolean lb_error_set (GError **error, LbError code, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

/**
 * lb_error_set_errno:
 * @error: (out) (optional): where to set
 * @saved_errno: errno, saved right after the call that failed
 * @format: what was tried, with its subject in quotes: "can't write \"%s\""
 *
 * Sets an error "FORMAT: text of errno" whose code fits @saved_errno (ENOENT → NOT_FOUND, ENOSPC
 * and EDQUOT → NO_SPACE, EACCES, EPERM and EROFS → NOT_PERMITTED, else FAILED).
 *
 * Returns: %FALSE, to be returned at once
 */
gboolean lb_error_set_errno (GError **error, int saved_errno, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

G_END_DECLS
