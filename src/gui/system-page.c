#include "gui/system-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <string.h>

#include "core/text.h"
#include "gui/window.h"
#include "machine/machine.h"
#include "report/unit.h"

struct _LbSystemPage {
  GtkBox parent;
  LbGuiContext *context;
  GCancellable *cancellable;
  json_t *machine; /* (nullable): until it has been looked at */
  AdwBin *facts;
};

G_DEFINE_FINAL_TYPE (LbSystemPage, lb_system_page, GTK_TYPE_BOX)

/* "avx avx2 …": elements side by side. */
static char *
join (const json_t *array)
{
  GString *text = g_string_new (json_array_size (array) == 0 ? _ ("none") : NULL);
  json_t *element;
  size_t i;

  json_array_foreach ((json_t *) array, i, element)
    {
      g_autofree char *shown = lb_unit_show ("", element);

      g_string_append_printf (text, "%s%s", i > 0 ? " " : "", shown);
    }
  return g_string_free (text, FALSE);
}

/* Returns: (transfer full): a member's name as a title */
static char *
name_part (const char *name, const json_t *value)
{
  g_autofree char *label = lb_unit_label (name, value);
  g_autofree char *first = g_utf8_strup (label, *label != '\0' ? 1 : 0);

  return g_strconcat (first, label + strlen (first), NULL);
}

static void
add_fact (AdwPreferencesGroup *group, const char *name, const json_t *value)
{
  g_autofree char *label = name_part (name, value);
  g_autofree char *shown = json_is_array (value) ? join (value) : lb_unit_show (name, value);
  GtkWidget *row = g_object_new (ADW_TYPE_ACTION_ROW, "use-markup", FALSE, "title", label,
                                 "subtitle", shown, "subtitle-lines", 0, NULL);

  gtk_widget_add_css_class (row, "property");
  adw_preferences_group_add (group, row);
}

static AdwPreferencesGroup *
add_group (GtkBox *box, const char *title)
{
  GtkWidget *group = adw_preferences_group_new ();

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), title);
  gtk_box_append (box, group);
  return ADW_PREFERENCES_GROUP (group);
}

static void add_object (GtkBox *box, const char *title, const json_t *object);

/* What has parts of its own gets a group of its own, below the rest. */
static void
add_part (GtkBox *box, const char *name, const json_t *value)
{
  g_autofree char *title = name_part (name, value);
  json_t *element;
  size_t i;

  if (json_is_object (value))
    {
      add_object (box, title, value);
      return;
    }
  json_array_foreach ((json_t *) value, i, element)
    {
      g_autofree char *numbered = g_strdup_printf ("%s %u", title, (guint) i + 1);

      add_object (box, numbered, element);
    }
}

static gboolean
has_parts (const json_t *value)
{
  return json_is_object (value) ||
         (json_is_array (value) && json_is_object (json_array_get (value, 0)));
}

static void
add_object (GtkBox *box, const char *title, const json_t *object)
{
  AdwPreferencesGroup *group = add_group (box, title);
  const char *key;
  json_t *value;

  json_object_foreach ((json_t *) object, key, value)
    if (!has_parts (value))
      add_fact (group, key, value);
  json_object_foreach ((json_t *) object, key, value)
    if (has_parts (value))
      add_part (box, key, value);
}

static void
look (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_task_return_pointer (task, lb_machine_describe (), (GDestroyNotify) json_decref);
}

static void
on_looked (GObject *source, GAsyncResult *result, gpointer user_data)
{
  LbSystemPage *page = LB_SYSTEM_PAGE (source);
  g_autoptr (GError) error = NULL;
  json_t *machine = g_task_propagate_pointer (G_TASK (result), &error);
  GtkWidget *box;

  if (machine == NULL || page->context == NULL)
    {
      json_decref (machine);
      return;
    }
  json_decref (page->machine);
  page->machine = machine;
  box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);
  add_object (GTK_BOX (box), _ ("This Computer"), machine);
  adw_bin_set_child (page->facts, box);
  gtk_widget_action_set_enabled (GTK_WIDGET (page), "system.copy", TRUE);
}

static void
refresh (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autoptr (GTask)
      task = g_task_new (widget, LB_SYSTEM_PAGE (widget)->cancellable, on_looked, NULL);

  g_task_run_in_thread (task, look);
}

static void
copy (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autofree char *text = lb_json_pretty (LB_SYSTEM_PAGE (widget)->machine);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
  lb_gui_toast (widget, _ ("Copied as JSON"));
}

static void
lb_system_page_dispose (GObject *object)
{
  LbSystemPage *page = LB_SYSTEM_PAGE (object);

  g_cancellable_cancel (page->cancellable);
  gtk_widget_dispose_template (GTK_WIDGET (page), LB_TYPE_SYSTEM_PAGE);
  g_clear_object (&page->context);
  G_OBJECT_CLASS (lb_system_page_parent_class)->dispose (object);
}

static void
lb_system_page_finalize (GObject *object)
{
  LbSystemPage *page = LB_SYSTEM_PAGE (object);

  g_object_unref (page->cancellable);
  json_decref (page->machine);
  G_OBJECT_CLASS (lb_system_page_parent_class)->finalize (object);
}

static void
lb_system_page_class_init (LbSystemPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = lb_system_page_dispose;
  G_OBJECT_CLASS (class)->finalize = lb_system_page_finalize;
  gtk_widget_class_set_template_from_resource (widget_class, LB_UI_PATH "system-page.ui");
  gtk_widget_class_bind_template_child (widget_class, LbSystemPage, facts);
  gtk_widget_class_install_action (widget_class, "system.refresh", NULL, refresh);
  gtk_widget_class_install_action (widget_class, "system.copy", NULL, copy);
}

static void
lb_system_page_init (LbSystemPage *page)
{
  gtk_widget_init_template (GTK_WIDGET (page));
  page->cancellable = g_cancellable_new ();
  gtk_widget_action_set_enabled (GTK_WIDGET (page), "system.copy", FALSE);
}

GtkWidget *
lb_system_page_new (LbGuiContext *context)
{
  LbSystemPage *page = g_object_new (LB_TYPE_SYSTEM_PAGE, NULL);

  page->context = g_object_ref (context);
  refresh (GTK_WIDGET (page), NULL, NULL);
  return GTK_WIDGET (page);
}
