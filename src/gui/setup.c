#include "gui/setup.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "gui/model-row.h"
#include "gui/option-rows.h"
#include "gui/progress.h"
#include "machine/machine.h"

struct _LbSetup {
  AdwBin parent;
  AdwComboRow *engine;
  GtkWidget *missing; /* the row that says why the engine can't run here */
  GtkLabel *missing_words;
  AdwBin *model_place, *option_place;
  AdwActionRow *iterations_row;
  GtkToggleButton *automatic;
  GtkSpinButton *iterations, *warmups, *threads;
  AdwComboRow *device;
  LbModelRow *model;
  LbOptionRows *options;
  LbGuiContext *context;
  const char *mode;
  const char *const *left_out; /* (nullable): options that are chosen elsewhere */
  LbGuiCatalogue *catalogue;   /* (nullable): that the engines are of */
  GPtrArray *engines;          /* of LbManifest, as they stand in the list */
  GCancellable *cancellable;   /* of the look into the history */
  double duration_s;           /* of the input; NAN: not known */
  double rtf;                  /* of the last run of this engine and model; NAN: there is none */
  gboolean filling;
};

G_DEFINE_FINAL_TYPE (LbSetup, lb_setup, ADW_TYPE_BIN)

enum {
  SIGNAL_CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

/* Options that stand open. */
static const char *const first_options[] = { "language", "voice", NULL };

const LbManifest *
lb_setup_engine (LbSetup *setup)
{
  guint selected = adw_combo_row_get_selected (setup->engine);

  return selected < setup->engines->len ? g_ptr_array_index (setup->engines, selected) : NULL;
}

static void
show_estimate (LbSetup *setup)
{
  gboolean automatic = gtk_toggle_button_get_active (setup->automatic);
  double count = gtk_spin_button_get_value (setup->iterations);
  double wall_s = setup->rtf * setup->duration_s;
  double all_s = automatic ? lb_gui_progress_auto_s (wall_s) : wall_s * count;
  g_autofree char *time = isfinite (all_s) ? lb_text_duration (all_s) : NULL;
  g_autofree char *words = NULL;

  if (time != NULL)
    words = g_strdup_printf (
        automatic ? _ ("Until the median is sure: about %s") : _ ("About %s"), time);
  else
    words = g_strdup (automatic ? _ ("Until the median is sure: at least 6, within a minute")
                                : _ ("Exactly so many"));
  gtk_widget_set_sensitive (GTK_WIDGET (setup->iterations), !automatic);
  adw_action_row_set_subtitle (setup->iterations_row, words);
}

/* What the history says about how fast this engine is here with this model. */
typedef struct {
  char *mode, *engine, *model;
  double rtf;
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_free (question->mode);
  g_free (question->engine);
  g_free (question->model);
  g_free (question);
}

static gboolean
take_rtf (const LbStoreRow *row, gpointer user_data)
{
  ((Question *) user_data)->rtf = row->median_rtf;
  return FALSE;
}

static gpointer
ask_history (LbStore *store, gpointer data, GCancellable *cancellable, GError **error)
{
  Question *question = data;
  const LbStoreFilter filter = { .mode = question->mode,
                                 .engine = question->engine,
                                 .model = question->model,
                                 .status = "ok",
                                 .limit = 1 };

  question->rtf = NAN;
  if (!lb_store_list (store, &filter, take_rtf, question, error))
    return NULL;
  return g_memdup2 (&question->rtf, sizeof question->rtf);
}

static void
on_history (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (LbSetup) setup = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree double *rtf = lb_gui_context_store_finish (LB_GUI_CONTEXT (source), result, &error);

  if (rtf == NULL)
    return; /* no estimate: the history page says what is wrong with it */
  setup->rtf = *rtf;
  show_estimate (setup);
}

static void
look_into_history (LbSetup *setup)
{
  const LbManifest *engine = lb_setup_engine (setup);
  const LbModel *model = lb_model_row_model (setup->model);
  Question *question;

  g_cancellable_cancel (setup->cancellable);
  g_object_unref (setup->cancellable);
  setup->cancellable = g_cancellable_new ();
  setup->rtf = NAN;
  show_estimate (setup);
  if (engine == NULL)
    return;
  question = g_new0 (Question, 1);
  question->mode = g_strdup (setup->mode);
  question->engine = g_strdup (engine->id);
  question->model = model != NULL ? g_strdup (model->id) : NULL;
  lb_gui_context_store (setup->context, ask_history, question, question_free, g_free,
                        setup->cancellable, on_history, g_object_ref (setup));
}

static void
on_change (LbSetup *setup)
{
  if (setup->filling)
    return;
  show_estimate (setup);
  g_signal_emit (setup, signals[SIGNAL_CHANGED], 0);
}

static void
show_devices (LbSetup *setup, const LbManifest *engine, const char *wanted)
{
  g_auto (GStrv) devices = lb_gui_catalogue_devices (setup->catalogue, engine);
  g_autoptr (GtkStringList) list = gtk_string_list_new ((const char *const *) devices);

  adw_combo_row_set_model (setup->device, G_LIST_MODEL (list));
  for (guint i = 0; devices[i] != NULL; i++)
    if (g_strcmp0 (devices[i], wanted) == 0)
      adw_combo_row_set_selected (setup->device, i);
}

static char *
chosen_device (LbSetup *setup)
{
  GtkStringObject *item = adw_combo_row_get_selected_item (setup->device);

  return g_strdup (item != NULL ? gtk_string_object_get_string (item) : "auto");
}

/* All that hangs on the engine. */
static void
show_engine (LbSetup *setup)
{
  LbGuiState *state = lb_gui_context_state (setup->context);
  const LbManifest *engine = lb_setup_engine (setup);
  g_autofree char *model = lb_gui_state_text (state, setup->mode, "model", NULL);
  g_autofree char *device = lb_gui_state_text (state, setup->mode, "device", "auto");

  gtk_widget_set_visible (setup->missing, engine != NULL && engine->missing != NULL);
  if (engine != NULL && engine->missing != NULL)
    gtk_label_set_text (setup->missing_words, engine->missing);
  lb_model_row_set (setup->model, setup->mode, engine, model);
  lb_option_rows_set (setup->options, engine, first_options, setup->left_out);
  if (engine != NULL)
    show_devices (setup, engine, device);
}

static void
remember (LbSetup *setup)
{
  LbGuiState *state = lb_gui_context_state (setup->context);
  const LbManifest *engine = lb_setup_engine (setup);
  const LbModel *model = lb_model_row_model (setup->model);
  g_autofree char *device = chosen_device (setup);

  if (engine != NULL)
    lb_gui_state_set_text (state, setup->mode, "engine", engine->id);
  if (model != NULL)
    lb_gui_state_set_text (state, setup->mode, "model", model->name);
  lb_gui_state_set_text (state, setup->mode, "device", device);
  lb_gui_state_set_integer (state, setup->mode, "automatic",
                            gtk_toggle_button_get_active (setup->automatic));
  lb_gui_state_set_integer (state, setup->mode, "iterations",
                            gtk_spin_button_get_value_as_int (setup->iterations));
  lb_gui_state_set_integer (state, setup->mode, "warmups",
                            gtk_spin_button_get_value_as_int (setup->warmups));
  lb_gui_state_set_integer (state, setup->mode, "threads",
                            gtk_spin_button_get_value_as_int (setup->threads));
}

static void
on_choice (LbSetup *setup)
{
  if (setup->filling)
    return;
  remember (setup);
  on_change (setup);
}

static void
on_model (LbSetup *setup)
{
  if (setup->filling)
    return;
  look_into_history (setup);
  on_choice (setup);
}

static void
on_engine (LbSetup *setup)
{
  if (setup->filling)
    return;
  setup->filling = TRUE;
  show_engine (setup);
  setup->filling = FALSE;
  on_model (setup);
}

static void
list_engines (LbSetup *setup)
{
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);
  g_autofree char *wanted = lb_gui_state_text (lb_gui_context_state (setup->context), setup->mode,
                                               "engine", NULL);
  g_autoptr (GPtrArray) engines = lb_gui_catalogue_engines (setup->catalogue, setup->mode);
  const LbManifest *usual = lb_gui_catalogue_default (setup->catalogue, setup->mode);
  guint chosen = 0;

  if (usual != NULL)
    g_ptr_array_find (engines, usual, &chosen);
  for (guint i = 0; i < engines->len; i++)
    {
      const LbManifest *engine = g_ptr_array_index (engines, i);
      g_autofree char *title = g_strdup_printf (
          engine->missing != NULL ? _ ("%s (not installed)") : "%s", engine->title);

      gtk_string_list_append (titles, title);
      if (g_strcmp0 (engine->id, wanted) == 0)
        chosen = i;
    }
  g_ptr_array_unref (setup->engines);
  setup->engines = g_steal_pointer (&engines);
  adw_combo_row_set_model (setup->engine, G_LIST_MODEL (titles));
  if (setup->engines->len > 0)
    adw_combo_row_set_selected (setup->engine, chosen);
}

/* The catalogue is there, or is another one. */
static void
on_catalogue (LbSetup *setup)
{
  const char *problem = NULL;
  LbGuiCatalogue *catalogue = lb_gui_context_catalogue (setup->context, &problem);

  if (catalogue != NULL && catalogue != setup->catalogue)
    {
      setup->filling = TRUE;
      lb_option_rows_set (setup->options, NULL, NULL,
                          NULL); /* rows hold options of the old one */
      g_clear_pointer (&setup->catalogue, lb_gui_catalogue_unref);
      setup->catalogue = lb_gui_catalogue_ref (catalogue);
      list_engines (setup);
      show_engine (setup);
      setup->filling = FALSE;
    }
  if (problem != NULL)
    gtk_label_set_text (setup->missing_words, problem);
  if (catalogue == NULL)
    gtk_widget_set_visible (setup->missing, problem != NULL);
  if (catalogue != NULL)
    look_into_history (setup);
  on_change (setup);
}

static void
recall (LbSetup *setup)
{
  LbGuiState *state = lb_gui_context_state (setup->context);
  int cores = lb_machine_cores_allowed ();

  gtk_toggle_button_set_active (setup->automatic,
                                lb_gui_state_integer (state, setup->mode, "automatic", TRUE));
  gtk_spin_button_set_value (setup->iterations,
                             lb_gui_state_integer (state, setup->mode, "iterations", 10));
  gtk_spin_button_set_value (setup->warmups,
                             lb_gui_state_integer (state, setup->mode, "warmups", 1));
  gtk_spin_button_set_range (setup->threads, 1, cores);
  gtk_spin_button_set_value (setup->threads,
                             lb_gui_state_integer (state, setup->mode, "threads", cores));
}

GtkWidget *
lb_setup_new (LbGuiContext *context, const char *mode)
{
  LbSetup *setup = g_object_new (LB_TYPE_SETUP, NULL);

  setup->context = g_object_ref (context);
  setup->mode = mode;
  setup->filling = TRUE;
  setup->model = LB_MODEL_ROW (lb_model_row_new (context));
  setup->options = LB_OPTION_ROWS (lb_option_rows_new ());
  adw_bin_set_child (setup->model_place, GTK_WIDGET (setup->model));
  adw_bin_set_child (setup->option_place, GTK_WIDGET (setup->options));
  g_object_bind_property (setup->model, "visible", setup->model_place, "visible", 0);
  g_object_bind_property (setup->options, "visible", setup->option_place, "visible", 0);
  g_signal_connect_swapped (setup->model, "changed", G_CALLBACK (on_model), setup);
  g_signal_connect_swapped (setup->options, "changed", G_CALLBACK (on_change), setup);
  recall (setup);
  setup->filling = FALSE;
  g_signal_connect_object (context, "catalogue-changed", G_CALLBACK (on_catalogue), setup,
                           G_CONNECT_SWAPPED);
  on_catalogue (setup);
  return GTK_WIDGET (setup);
}

void
lb_setup_set_model_title (LbSetup *setup, const char *title)
{
  lb_model_row_set_title (setup->model, title);
}

void
lb_setup_leave_out (LbSetup *setup, const char *const *options)
{
  setup->left_out = options;
  lb_option_rows_set (setup->options, lb_setup_engine (setup), first_options, options);
}

void
lb_setup_set_duration (LbSetup *setup, double seconds)
{
  setup->duration_s = seconds;
  show_estimate (setup);
}

static gboolean
check_engine (LbSetup *setup, GError **error)
{
  const LbManifest *engine = lb_setup_engine (setup);

  if (engine != NULL && engine->missing == NULL)
    return lb_model_row_check (setup->model, error);
  if (setup->catalogue == NULL)
    g_set_error_literal (error, LB_ERROR, LB_ERROR_ENGINE_MISSING, _ ("Looking for engines…"));
  else if (engine == NULL)
    g_set_error_literal (error, LB_ERROR, LB_ERROR_ENGINE_MISSING,
                         _ ("No engine of this mode was found: install LlamaBurn again"));
  else
    g_set_error (error, LB_ERROR, LB_ERROR_ENGINE_MISSING, _ ("%s can't run here yet: %s"),
                 engine->title, engine->missing);
  return FALSE;
}

gboolean
lb_setup_check (LbSetup *setup, GError **error)
{
  g_autoptr (json_t) options = json_object ();

  return check_engine (setup, error) && lb_option_rows_fill (setup->options, options, error);
}

LbCase *
lb_setup_add_case (LbSetup *setup, LbPlan *plan, GError **error)
{
  const LbManifest *engine = lb_setup_engine (setup);
  const LbModel *model = lb_model_row_model (setup->model);
  g_autofree char *device = chosen_device (setup);
  LbCase *it;

  if (!lb_setup_check (setup, error))
    return NULL;
  it = lb_plan_add_case (plan, setup->mode, engine->id, model != NULL ? model->name : NULL,
                         device);
  plan->settings.iterations = gtk_toggle_button_get_active (setup->automatic)
                                  ? 0
                                  : gtk_spin_button_get_value_as_int (setup->iterations);
  plan->settings.warmups = gtk_spin_button_get_value_as_int (setup->warmups);
  plan->settings.threads = gtk_spin_button_get_value_as_int (setup->threads);
  lb_option_rows_fill (setup->options, it->options, NULL);
  remember (setup);
  return it;
}

static void
lb_setup_dispose (GObject *object)
{
  LbSetup *setup = LB_SETUP (object);

  if (setup->cancellable != NULL)
    g_cancellable_cancel (setup->cancellable);
  gtk_widget_dispose_template (GTK_WIDGET (setup), LB_TYPE_SETUP);
  g_clear_object (&setup->cancellable);
  g_clear_pointer (&setup->engines, g_ptr_array_unref);
  g_clear_pointer (&setup->catalogue, lb_gui_catalogue_unref);
  g_clear_object (&setup->context);
  G_OBJECT_CLASS (lb_setup_parent_class)->dispose (object);
}

static void
lb_setup_class_init (LbSetupClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = lb_setup_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, LB_UI_PATH "setup.ui");
  gtk_widget_class_bind_template_child (widget_class, LbSetup, engine);
  gtk_widget_class_bind_template_child (widget_class, LbSetup, missing);
  gtk_widget_class_bind_template_child (widget_class, LbSetup, missing_words);
  gtk_widget_class_bind_template_child (widget_class, LbSetup, model_place);
  gtk_widget_class_bind_template_child (widget_class, LbSetup, option_place);
  gtk_widget_class_bind_template_child (widget_class, LbSetup, iterations_row);
  gtk_widget_class_bind_template_child (widget_class, LbSetup, automatic);
  gtk_widget_class_bind_template_child (widget_class, LbSetup, iterations);
  gtk_widget_class_bind_template_child (widget_class, LbSetup, warmups);
  gtk_widget_class_bind_template_child (widget_class, LbSetup, threads);
  gtk_widget_class_bind_template_child (widget_class, LbSetup, device);
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
lb_setup_init (LbSetup *setup)
{
  gtk_widget_init_template (GTK_WIDGET (setup));
  setup->engines = g_ptr_array_new ();
  setup->cancellable = g_cancellable_new ();
  setup->duration_s = setup->rtf = NAN;
  g_signal_connect_swapped (setup->engine, "notify::selected", G_CALLBACK (on_engine), setup);
  g_signal_connect_swapped (setup->device, "notify::selected", G_CALLBACK (on_choice), setup);
  g_signal_connect_swapped (setup->automatic, "notify::active", G_CALLBACK (on_choice), setup);
  g_signal_connect_swapped (setup->iterations, "value-changed", G_CALLBACK (on_choice), setup);
  g_signal_connect_swapped (setup->warmups, "value-changed", G_CALLBACK (on_choice), setup);
  g_signal_connect_swapped (setup->threads, "value-changed", G_CALLBACK (on_choice), setup);
}
