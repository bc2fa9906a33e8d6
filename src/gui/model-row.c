#include "gui/model-row.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "gui/pull.h"

struct _LbModelRow {
  AdwBin parent;
  AdwComboRow *combo;
  GtkButton *download;
  GtkWidget *progress_row;
  GtkLabel *words;
  GtkProgressBar *bar;
  LbGuiContext *context;
  LbGuiCatalogue *catalogue; /* (nullable): that the models are of */
  GPtrArray *models;         /* of const LbModel, as they stand in the list */
  LbGuiPull *pull;           /* (nullable): the last one */
  gboolean none;             /* the engine takes no model */
  gboolean filling;
};

G_DEFINE_FINAL_TYPE (LbModelRow, lb_model_row, ADW_TYPE_BIN)

enum {
  SIGNAL_CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

/* "Whisper base, English only": everybody here is a Whisper. */
char *
lb_gui_model_title (const LbModel *model)
{
  const char *title = model->title != NULL ? model->title : model->name;
  gsize family = model->family != NULL ? strlen (model->family) : 0;
  char first[7] = { 0 };

  if (family > 0 && g_ascii_strncasecmp (title, model->family, family) == 0 &&
      title[family] == ' ')
    title += family + 1;
  if (!g_utf8_validate (title, -1, NULL) || *title == '\0')
    return lb_text_escape (model->name);
  g_unichar_to_utf8 (g_unichar_totitle (g_utf8_get_char (title)), first);
  return g_strconcat (first, g_utf8_next_char (title), NULL);
}

/* Plain ones before quantised and English ones; else as the catalogue has them. */
static gboolean
is_plain (const LbModel *model)
{
  return model->title == NULL || strchr (model->title, ',') == NULL;
}

static void
list_models (LbModelRow *row, const char *mode, const LbManifest *engine)
{
  g_autoptr (GPtrArray) all = lb_gui_catalogue_models (row->catalogue, mode, engine);

  g_ptr_array_set_size (row->models, 0);
  for (guint i = 0; i < all->len; i++)
    if (is_plain (g_ptr_array_index (all, i)))
      g_ptr_array_add (row->models, g_ptr_array_index (all, i));
  for (guint i = 0; i < all->len; i++)
    if (!is_plain (g_ptr_array_index (all, i)))
      g_ptr_array_add (row->models, g_ptr_array_index (all, i));
}

static char *
list_title (const LbModelRow *row, const LbModel *model)
{
  g_autofree char *title = lb_gui_model_title (model);
  g_autofree char *size = NULL;

  if (lb_gui_catalogue_is_here (row->catalogue, model))
    return g_steal_pointer (&title);
  size = model->bytes > 0 ? lb_text_bytes (model->bytes) : g_strdup (_ ("unknown size"));
  return g_strdup_printf (_ ("%s · %s"), title, size);
}

static guint
choose (const LbModelRow *row, const char *wanted)
{
  for (guint i = 0; wanted != NULL && i < row->models->len; i++)
    if (strcmp (((const LbModel *) g_ptr_array_index (row->models, i))->name, wanted) == 0)
      return i;
  for (guint i = 0; i < row->models->len; i++)
    if (lb_gui_catalogue_is_here (row->catalogue, g_ptr_array_index (row->models, i)))
      return i;
  return 0;
}

static gboolean
is_pulling (const LbModelRow *row)
{
  return row->pull != NULL && !lb_gui_pull_has_ended (row->pull);
}

static void
show_state (LbModelRow *row)
{
  const LbModel *model = lb_model_row_model (row);
  gboolean missing = model != NULL && !lb_gui_catalogue_is_here (row->catalogue, model);
  g_autofree char *size = missing && model->bytes > 0 ? lb_text_bytes (model->bytes) : NULL;
  g_autofree char *words = NULL;

  if (model == NULL)
    words = g_strdup (row->none ? _ ("This engine takes none")
                                : _ ("The catalogue has none for this engine"));
  else if (missing)
    words = g_strdup_printf (_ ("%s, not on this computer yet"),
                             size != NULL ? size : _ ("Of unknown size"));
  else
    words = g_strdup_printf (_ ("On this computer, licence %s"),
                             model->licence != NULL ? model->licence : _ ("unknown"));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row->combo), words);
  gtk_widget_set_visible (GTK_WIDGET (row->download), missing);
  gtk_button_set_label (row->download, is_pulling (row) ? _ ("Cancel") : _ ("Download"));
  gtk_widget_set_visible (row->progress_row, is_pulling (row));
}

static void
on_selected (LbModelRow *row)
{
  if (row->filling)
    return;
  show_state (row);
  g_signal_emit (row, signals[SIGNAL_CHANGED], 0);
}

void
lb_model_row_set_title (LbModelRow *row, const char *title)
{
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row->combo), title);
}

void
lb_model_row_set (LbModelRow *row, const char *mode, const LbManifest *engine, const char *wanted)
{
  LbGuiCatalogue *catalogue = lb_gui_context_catalogue (row->context, NULL);
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);

  row->filling = TRUE;
  g_ptr_array_set_size (row->models, 0);
  g_clear_pointer (&row->catalogue, lb_gui_catalogue_unref);
  row->catalogue = catalogue != NULL ? lb_gui_catalogue_ref (catalogue) : NULL;
  if (row->catalogue != NULL && engine != NULL)
    list_models (row, mode, engine);
  row->none = engine != NULL && (engine->variants == NULL || engine->variants[0] == NULL);
  for (guint i = 0; i < row->models->len; i++)
    {
      g_autofree char *title = list_title (row, g_ptr_array_index (row->models, i));

      gtk_string_list_append (titles, title);
    }
  adw_combo_row_set_model (row->combo, G_LIST_MODEL (titles));
  if (row->models->len > 0)
    adw_combo_row_set_selected (row->combo, choose (row, wanted));
  gtk_widget_set_visible (GTK_WIDGET (row), !row->none);
  row->filling = FALSE;
  show_state (row);
}

const LbModel *
lb_model_row_model (LbModelRow *row)
{
  guint selected = adw_combo_row_get_selected (row->combo);

  return selected < row->models->len ? g_ptr_array_index (row->models, selected) : NULL;
}

gboolean
lb_model_row_check (LbModelRow *row, GError **error)
{
  const LbModel *model = lb_model_row_model (row);

  if (row->none || (model != NULL && lb_gui_catalogue_is_here (row->catalogue, model)))
    return TRUE;
  g_set_error_literal (error, LB_ERROR, LB_ERROR_MODEL_MISSING,
                       model != NULL ? _ ("Download the model, or choose another one")
                                     : _ ("There is no model for this engine"));
  return FALSE;
}

static void
on_pull_changed (LbGuiPull *pull, LbModelRow *row)
{
  double fraction = lb_gui_pull_fraction (pull);
  g_autofree char *words = lb_gui_pull_words (pull);

  gtk_label_set_text (row->words, words);
  if (isfinite (fraction))
    gtk_progress_bar_set_fraction (row->bar, fraction);
  else
    gtk_progress_bar_pulse (row->bar);
}

static void
on_pull_ended (LbGuiPull *pull, LbModelRow *row)
{
  const GError *error = lb_gui_pull_error (pull);

  show_state (row);
  if (error == NULL)
    lb_gui_context_reload (row->context);
  else if (!g_error_matches (error, LB_ERROR, LB_ERROR_CANCELLED) &&
           !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      gtk_widget_set_visible (row->progress_row, TRUE);
      gtk_label_set_text (row->words, error->message);
      gtk_progress_bar_set_fraction (row->bar, 0);
    }
}

static void
on_download (GtkButton *button, LbModelRow *row)
{
  const LbModel *model = lb_model_row_model (row);

  if (is_pulling (row))
    {
      lb_gui_pull_cancel (row->pull);
      return;
    }
  if (model == NULL)
    return;
  if (row->pull != NULL)
    g_signal_handlers_disconnect_by_data (row->pull, row);
  g_clear_object (&row->pull);
  row->pull = lb_gui_pull_start (row->catalogue, model);
  g_signal_connect_object (row->pull, "changed", G_CALLBACK (on_pull_changed), row, 0);
  g_signal_connect_object (row->pull, "ended", G_CALLBACK (on_pull_ended), row, 0);
  on_pull_changed (row->pull, row);
  show_state (row);
}

GtkWidget *
lb_model_row_new (LbGuiContext *context)
{
  LbModelRow *row = g_object_new (LB_TYPE_MODEL_ROW, NULL);

  row->context = g_object_ref (context);
  return GTK_WIDGET (row);
}

static void
lb_model_row_dispose (GObject *object)
{
  LbModelRow *row = LB_MODEL_ROW (object);

  if (is_pulling (row))
    lb_gui_pull_cancel (row->pull);
  gtk_widget_dispose_template (GTK_WIDGET (row), LB_TYPE_MODEL_ROW);
  g_clear_object (&row->pull);
  g_clear_pointer (&row->models, g_ptr_array_unref);
  g_clear_pointer (&row->catalogue, lb_gui_catalogue_unref);
  g_clear_object (&row->context);
  G_OBJECT_CLASS (lb_model_row_parent_class)->dispose (object);
}

static void
lb_model_row_class_init (LbModelRowClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = lb_model_row_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, LB_UI_PATH "model-row.ui");
  gtk_widget_class_bind_template_child (widget_class, LbModelRow, combo);
  gtk_widget_class_bind_template_child (widget_class, LbModelRow, download);
  gtk_widget_class_bind_template_child (widget_class, LbModelRow, progress_row);
  gtk_widget_class_bind_template_child (widget_class, LbModelRow, words);
  gtk_widget_class_bind_template_child (widget_class, LbModelRow, bar);
  gtk_widget_class_bind_template_callback (widget_class, on_download);
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
lb_model_row_init (LbModelRow *row)
{
  gtk_widget_init_template (GTK_WIDGET (row));
  row->models = g_ptr_array_new ();
  g_signal_connect_swapped (row->combo, "notify::selected", G_CALLBACK (on_selected), row);
}
