#include "gui/music-input.h"

#include <glib/gi18n.h>

#include "bench/grounded.h"
#include "core/error.h"
#include "gui/file-input.h"
#include "gui/path-row.h"
#include "gui/text-area.h"

#define USUAL_QUESTION                                                                           \
  "Describe this music in detail: genre, mood, instruments, tempo, and style."

#define STATE "analysis"
#define STATE_CHECK "check-claims"
#define REFERENCE(HINT, IS_FOLDER)                                                               \
  {                                                                                              \
    N_ ("Reference"), HINT, N_ ("Choose the Reference"), N_ ("Without a Reference"), IS_FOLDER   \
  }

/* What the reference of a task is. */
static const LbPathRowKind of_sound = REFERENCE (N_ ("What is true of it, to score against"),
                                                 FALSE);
static const LbPathRowKind of_stems = REFERENCE (N_ ("A folder with the true stems"), TRUE);
static const LbPathRowKind of_answer = REFERENCE (
    N_ ("A JSON file: tempo, key, vocals, instruments, genre, as far as they are known"), FALSE);

struct _LbMusicInput {
  AdwBin parent;
  LbFileInput *file;
  LbPathRow *truth;
  GtkSwitch *check;     /* (nullable): whether an answer is set against the truth */
  LbTextArea *question; /* (nullable) */
  LbGuiContext *context;
};

G_DEFINE_FINAL_TYPE (LbMusicInput, lb_music_input, ADW_TYPE_BIN)

enum {
  SIGNAL_CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
changed (LbMusicInput *input)
{
  g_signal_emit (input, signals[SIGNAL_CHANGED], 0);
}

static void
on_check (LbMusicInput *input)
{
  lb_gui_state_set_integer (lb_gui_context_state (input->context), STATE, STATE_CHECK,
                            gtk_switch_get_active (input->check));
  changed (input);
}

static void
add_check (LbMusicInput *input, GtkWidget *group)
{
  GtkWidget *row = adw_action_row_new (), *it = gtk_switch_new ();

  input->check = GTK_SWITCH (it);
  gtk_widget_set_valign (it, GTK_ALIGN_CENTER);
  gtk_switch_set_active (
      input->check,
      lb_gui_state_integer (lb_gui_context_state (input->context), STATE, STATE_CHECK, TRUE));
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ ("Check What It Claims"));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row),
                               _ ("Tempo and key are measured, the rest needs a reference"));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), it);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), it);
  g_signal_connect_swapped (it, "notify::active", G_CALLBACK (on_check), input);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
}

/* Every other task is scored wherever there is a reference. */
static gboolean
is_checked (LbMusicInput *input)
{
  return input->check == NULL || gtk_switch_get_active (input->check);
}

gboolean
lb_music_input_fill (GtkWidget *widget, LbCase *it, GError **error)
{
  LbMusicInput *input = LB_MUSIC_INPUT (widget);
  g_autofree char *question = input->question != NULL ? lb_text_area_text (input->question)
                                                      : NULL;

  if (!lb_file_input_check (input->file, error))
    return FALSE;
  if (question != NULL && *question == '\0')
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                           _ ("Write what is to be asked about the music"));
      return FALSE;
    }
  if (it == NULL)
    return TRUE;
  lb_case_add_file (it, "audio", lb_file_input_path (input->file));
  if (question != NULL)
    lb_case_add_text (it, "prompt", question);
  if (is_checked (input))
    it->reference = g_strdup (lb_path_row_path (input->truth));
  return TRUE;
}

json_t *
lb_music_input_scores (GtkWidget *widget)
{
  LbMusicInput *input = LB_MUSIC_INPUT (widget);

  return input->check != NULL && is_checked (input) ? json_pack ("[{s:s}]", "name", LB_GROUNDING)
                                                    : NULL;
}

double
lb_music_input_duration_s (GtkWidget *input)
{
  return lb_file_input_duration_s (LB_MUSIC_INPUT (input)->file);
}

void
lb_music_input_choose_file (GtkWidget *input)
{
  lb_file_input_choose (LB_MUSIC_INPUT (input)->file);
}

void
lb_music_input_set_file (GtkWidget *input, const char *path)
{
  lb_file_input_set_path (LB_MUSIC_INPUT (input)->file, path);
}

static GtkBox *
box_of (LbMusicInput *input)
{
  return GTK_BOX (adw_bin_get_child (ADW_BIN (input)));
}

static GtkWidget *
new_input (LbGuiContext *context, const LbPathRowKind *truth, const char *question)
{
  LbMusicInput *input = g_object_new (LB_TYPE_MUSIC_INPUT, NULL);
  GtkWidget *group = adw_preferences_group_new ();

  input->context = g_object_ref (context);
  if (question != NULL)
    {
      input->question = LB_TEXT_AREA (lb_text_area_new (_ ("Prompt"), question));
      g_signal_connect_swapped (input->question, "changed", G_CALLBACK (changed), input);
      gtk_box_append (box_of (input), GTK_WIDGET (input->question));
      add_check (input, group);
    }
  input->truth = LB_PATH_ROW (lb_path_row_new (truth));
  g_signal_connect_swapped (input->truth, "changed", G_CALLBACK (changed), input);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), GTK_WIDGET (input->truth));
  if (input->check != NULL)
    g_object_bind_property (input->check, "active", input->truth, "sensitive",
                            G_BINDING_SYNC_CREATE);
  gtk_box_append (box_of (input), group);
  return GTK_WIDGET (input);
}

GtkWidget *
lb_music_input_new (LbGuiContext *context)
{
  return new_input (context, &of_sound, NULL);
}

GtkWidget *
lb_music_input_new_stems (LbGuiContext *context)
{
  return new_input (context, &of_stems, NULL);
}

GtkWidget *
lb_music_input_new_question (LbGuiContext *context)
{
  return new_input (context, &of_answer, USUAL_QUESTION);
}

static void
lb_music_input_dispose (GObject *object)
{
  g_clear_object (&LB_MUSIC_INPUT (object)->context);
  G_OBJECT_CLASS (lb_music_input_parent_class)->dispose (object);
}

static void
lb_music_input_class_init (LbMusicInputClass *class)
{
  G_OBJECT_CLASS (class)->dispose = lb_music_input_dispose;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
lb_music_input_init (LbMusicInput *input)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);

  input->file = LB_FILE_INPUT (lb_file_input_new ());
  g_signal_connect_swapped (input->file, "changed", G_CALLBACK (changed), input);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (input->file));
  adw_bin_set_child (ADW_BIN (input), box);
}
