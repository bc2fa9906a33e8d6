/* What the window remembers: $XDG_STATE_HOME/llamaburn/window.ini. It is lost without harm: a
 * file that can't be read is an empty one, one that can't be written is tried again at the next
 * change. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _LbGuiState LbGuiState;

LbGuiState *lb_gui_state_new (void);
/** lb_gui_state_free: writes what has changed */
void lb_gui_state_free (LbGuiState *state);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbGuiState, lb_gui_state_free)

/** lb_gui_state_text: Returns: (transfer full): the remembered value, or a copy of @fallback
 * (nullable) */
char *lb_gui_state_text (LbGuiState *state, const char *group, const char *key,
                         const char *fallback);
int lb_gui_state_integer (LbGuiState *state, const char *group, const char *key, int fallback);

/** lb_gui_state_set_text: written a second later. @value: %NULL forgets it */
void lb_gui_state_set_text (LbGuiState *state, const char *group, const char *key,
                            const char *value);
void lb_gui_state_set_integer (LbGuiState *state, const char *group, const char *key, int value);

G_END_DECLS
