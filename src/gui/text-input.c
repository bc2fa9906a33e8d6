#include "gui/text-input.h"

#include <glib/gi18n.h>
#include <math.h>

#include "core/error.h"
#include "gui/sample-input.h"
#include "gui/text-area.h"

#define LEAST_S 1
#define MOST_S 30
#define USUAL_S 10

/* What differs between a text that is spoken and one that asks for music. */
typedef struct {
  const char *role, *title, *usual, *missing;
  gboolean has_duration;
  LbSampleKind sample;
} Kind;

static const Kind speech = {
  .role = "text",
  .title = N_ ("Text"),
  .usual = "The quick brown fox jumps over the lazy dog.",
  .missing = N_ ("Write a text that is to be spoken"),
  .sample = { .mode = "tts",
              .role = "voice",
              .text_role = "voice-text",
              .row = { N_ ("Voice Sample"), N_ ("Some seconds of one person, to be imitated"),
                       N_ ("Choose the Voice Sample"), N_ ("Without a Voice Sample"), FALSE },
              .text_title = N_ ("What the Sample Says"),
              .missing = N_ ("Choose a recording of the voice that is to be imitated"),
              .text_missing = N_ ("Write what the voice sample says") },
};

static const Kind prompt = {
  .role = "prompt",
  .title = N_ ("Prompt"),
  .usual = "ambient electronic with soft synths and reverb",
  .missing = N_ ("Write what the music is to be like"),
  .has_duration = TRUE,
  .sample = { .mode = "generation",
              .role = "melody",
              .row = { N_ ("Melody"), N_ ("A tune that is to be followed"),
                       N_ ("Choose the Melody"), N_ ("Without a Melody"), FALSE },
              .missing = N_ ("Choose a recording of the melody that is to be followed") },
};

struct _LbTextInput {
  AdwBin parent;
  const Kind *kind;
  LbTextArea *text;
  LbSampleInput *sample;
  GtkRange *duration; /* (nullable) */
};

G_DEFINE_FINAL_TYPE (LbTextInput, lb_text_input, ADW_TYPE_BIN)

enum {
  SIGNAL_CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
changed (LbTextInput *input)
{
  g_signal_emit (input, signals[SIGNAL_CHANGED], 0);
}

gboolean
lb_text_input_fill (GtkWidget *widget, LbCase *it, GError **error)
{
  LbTextInput *input = LB_TEXT_INPUT (widget);
  g_autofree char *text = lb_text_area_text (input->text);

  if (*text == '\0')
    {
      g_set_error_literal (error, LB_ERROR, LB_ERROR_BAD_INPUT, _ (input->kind->missing));
      return FALSE;
    }
  if (it != NULL) /* what is measured comes first */
    lb_case_add_text (it, input->kind->role, text);
  if (!lb_sample_input_fill (input->sample, it, error))
    return FALSE;
  if (it != NULL && input->duration != NULL)
    lb_json_set_real (it->options, LB_TEXT_INPUT_DURATION, gtk_range_get_value (input->duration));
  return TRUE;
}

void
lb_text_input_set_engine (GtkWidget *widget, const LbManifest *engine)
{
  lb_sample_input_set_engine (LB_TEXT_INPUT (widget)->sample, engine);
}

double
lb_text_input_duration_s (GtkWidget *widget)
{
  LbTextInput *input = LB_TEXT_INPUT (widget);

  return input->duration != NULL ? gtk_range_get_value (input->duration) : (double) NAN;
}

static char *
say_seconds (GtkScale *scale, double value, gpointer data)
{
  return g_strdup_printf (_ ("%.0f s"), value);
}

static GtkWidget *
make_duration (LbTextInput *input)
{
  GtkWidget *group = adw_preferences_group_new ();
  GtkWidget *scale = gtk_scale_new_with_range (GTK_ORIENTATION_HORIZONTAL, LEAST_S, MOST_S, 1);

  input->duration = GTK_RANGE (scale);
  gtk_range_set_value (input->duration, USUAL_S);
  gtk_scale_set_draw_value (GTK_SCALE (scale), TRUE);
  gtk_scale_set_value_pos (GTK_SCALE (scale), GTK_POS_RIGHT);
  gtk_scale_set_format_value_func (GTK_SCALE (scale), say_seconds, NULL, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (scale), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Duration"), -1);
  g_signal_connect_swapped (scale, "value-changed", G_CALLBACK (changed), input);
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), _ ("Duration"));
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), scale);
  return group;
}

static GtkWidget *
new_input (const Kind *kind)
{
  LbTextInput *input = g_object_new (LB_TYPE_TEXT_INPUT, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);

  input->kind = kind;
  input->text = LB_TEXT_AREA (lb_text_area_new (_ (kind->title), kind->usual));
  g_signal_connect_swapped (input->text, "changed", G_CALLBACK (changed), input);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (input->text));
  input->sample = LB_SAMPLE_INPUT (lb_sample_input_new (&kind->sample));
  g_signal_connect_swapped (input->sample, "changed", G_CALLBACK (changed), input);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (input->sample));
  if (kind->has_duration)
    gtk_box_append (GTK_BOX (box), make_duration (input));
  adw_bin_set_child (ADW_BIN (input), box);
  return GTK_WIDGET (input);
}

GtkWidget *
lb_text_input_new_speech (LbGuiContext *context)
{
  return new_input (&speech);
}

GtkWidget *
lb_text_input_new_prompt (LbGuiContext *context)
{
  return new_input (&prompt);
}

static void
lb_text_input_class_init (LbTextInputClass *class)
{
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
lb_text_input_init (LbTextInput *input)
{
}
