/* Reads the members of a manifest's objects, each with the check that its text must pass. */
#pragma once

#include "core/json.h"

G_BEGIN_DECLS

#define LB_MEMBER_MAX_LIST 256

/* Where a member was read: for messages. */
typedef struct {
  const char *path;
  const char *option; /* its name, or NULL: the manifest itself */
} LbMemberPlace;

typedef gboolean (*LbMemberCheck) (const char *text);

gboolean lb_member_is_id (const char *text);
gboolean lb_member_is_option_name (const char *text);
/** lb_member_is_key: of an environment variable with a secret; none that
 * changes how programs load */
gboolean lb_member_is_key (const char *text);
gboolean lb_member_is_word (const char *text);
gboolean lb_member_is_title (const char *text);
gboolean lb_member_is_help (const char *text);

/** lb_member_refuse: sets %LB_ERROR_BAD_INPUT: "@member" must be @must. Returns: %FALSE */
gboolean lb_member_refuse (const LbMemberPlace *place, const char *member, const char *must,
                           GError **error);

/* An absent member leaves the answer as it is; %FALSE where it is @required, or
 * not what it must be. */
gboolean lb_member_read_names (const LbMemberPlace *place, const json_t *object,
                               const char *member, LbMemberCheck check, const char *must,
                               gboolean required, char ***names, GError **error);
gboolean lb_member_read_text (const LbMemberPlace *place, const json_t *object,
                              const char *member, LbMemberCheck check, const char *must,
                              gboolean required, char **text, GError **error);
gboolean lb_member_read_boolean (const LbMemberPlace *place, const json_t *object,
                                 const char *member, gboolean *value, GError **error);

G_END_DECLS
