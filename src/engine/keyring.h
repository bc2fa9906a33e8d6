/* Secrets of the user's keyring (the Secret Service: GNOME Keyring, KWallet, KeePassXC). */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What stands in the way of a key: for who has to ask the user for one. */
#define LB_KEYRING_TROUBLE "LLAMABURN_KEYRING_TROUBLE"
/* Names of the keys that the keyring gave, a blank between them: for who has to say which one was
 * wrong. */
#define LB_KEYRING_GAVE "LLAMABURN_KEYRING_GAVE"

typedef enum {
  LB_KEYRING_FOUND,
  LB_KEYRING_NONE,     /* no such item, or no keyring */
  LB_KEYRING_LOCKED,   /* it is there, and nobody is asked to unlock it: a benchmark runs alone */
  LB_KEYRING_SILENT,   /* the keyring gave no answer in time */
  LB_KEYRING_LEFT_OUT, /* LlamaBurn was built without libsecret */
} LbKeyringAnswer;

/** lb_keyring_find: looks for the item with the attributes service=llamaburn, key=@name. Takes
 *  three seconds at most. A line break at the end is no part of it: `echo` leaves one.
 *  @secret: (out) (transfer full) (nullable): %NULL unless it was found; freed with
 *  lb_keyring_free() */
LbKeyringAnswer lb_keyring_find (const char *name, char **secret);

/** lb_keyring_store: keeps @secret as @name, in the place of what was there. Nobody is asked to
 * unlock anything: %LB_ERROR_NOT_PERMITTED where it is locked; %LB_ERROR_NOT_FOUND without a
 * keyring, %LB_ERROR_TIMEOUT */
gboolean lb_keyring_store (const char *name, const char *secret, GError **error);

/** lb_keyring_remove: removes it. %LB_ERROR_NOT_FOUND, and as lb_keyring_store() */
gboolean lb_keyring_remove (const char *name, GError **error);

/** lb_keyring_free: overwrites @secret (nullable), then frees it. */
void lb_keyring_free (char *secret);

/** lb_keyring_fill: adds those @names (nullable) to @environment (transfer full) that it lacks
 * and the keyring has. Where one can't be had for a reason, LB_KEYRING_TROUBLE says so. Returns:
 * (transfer full) */
char **lb_keyring_fill (char **environment, const char *const *names);

/** lb_keyring_wipe: overwrites the values of @names (nullable) in @environment */
void lb_keyring_wipe (char **environment, const char *const *names);

G_END_DECLS
