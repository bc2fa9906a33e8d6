#include "gui/description.h"

#include <glib/gi18n.h>
#include <string.h>

#include "gui/claim-marks.h"
#include "gui/marked-text.h"
#include "gui/window.h"

#define MOST_ROWS 200 /* an answer that never ends claims without end */
#define NO_BREAK_SPACE "\u00a0"

struct _LbDescription {
  AdwBin parent;
  GtkTextView *text;
  GtkWidget *claims_group;
  GtkListBox *claims;
  char *said; /* (nullable) */
};

G_DEFINE_FINAL_TYPE (LbDescription, lb_description, ADW_TYPE_BIN)

/* How each verdict looks: colour comes on top of its sign. */
static const struct {
  const char *tag, *colour, *class;
  PangoUnderline underline;
} looks[] = {
  [LB_CLAIM_NOT_CHECKABLE] = { "unknown", "warning_color", "warning", PANGO_UNDERLINE_NONE },
  [LB_CLAIM_WRONG] = { "wrong", "error_color", "error", PANGO_UNDERLINE_ERROR },
  [LB_CLAIM_RIGHT] = { "right", "success_color", "success", PANGO_UNDERLINE_SINGLE },
};

static int
later_first (gconstpointer a, gconstpointer b)
{
  return (*(LbClaimMark *const *) b)->end - (*(LbClaimMark *const *) a)->end;
}

/* The sign comes behind what is said; from the last one on, so that the places before it stay. */
static void
mark_text (LbDescription *it, GPtrArray *marks)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (it->text);
  g_autoptr (GPtrArray) order = g_ptr_array_new (); /* a copy would free the marks, too */

  g_ptr_array_extend (order, marks, NULL, NULL);
  g_ptr_array_sort (order, later_first);
  for (guint i = 0; i < order->len; i++)
    {
      const LbClaimMark *mark = g_ptr_array_index (order, i);
      g_autofree char *sign = g_strconcat (NO_BREAK_SPACE, lb_claim_verdict_sign (mark->verdict),
                                           NULL);
      GtkTextTag *tag = lb_marked_text_tag (it->text, looks[mark->verdict].tag,
                                            looks[mark->verdict].colour,
                                            looks[mark->verdict].underline, FALSE);
      GtkTextIter start, end;

      if (mark->start < 0)
        continue;
      gtk_text_buffer_get_iter_at_offset (buffer, &end, mark->end);
      gtk_text_buffer_insert (buffer, &end, sign, -1);
      gtk_text_buffer_get_iter_at_offset (buffer, &start, mark->start);
      gtk_text_buffer_apply_tag (buffer, tag, &start, &end);
    }
}

static GtkWidget *
new_row (const char *title, const char *words)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), words);
  return row;
}

static GtkWidget *
new_claim_row (const LbClaimMark *mark)
{
  GtkWidget *row = new_row (mark->said, mark->words);
  GtkWidget *sign = gtk_label_new (lb_claim_verdict_sign (mark->verdict));

  gtk_widget_add_css_class (sign, "title-3");
  gtk_widget_add_css_class (sign, looks[mark->verdict].class);
  gtk_label_set_width_chars (GTK_LABEL (sign), 2);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), sign);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  mark->words, -1);
  return row;
}

static void
list_claims (LbDescription *it, GPtrArray *marks)
{
  GtkListBoxRow *row;

  while ((row = gtk_list_box_get_row_at_index (it->claims, 0)) != NULL)
    gtk_list_box_remove (it->claims, GTK_WIDGET (row));
  for (guint i = 0; i < MIN (marks->len, MOST_ROWS); i++)
    gtk_list_box_append (it->claims, new_claim_row (g_ptr_array_index (marks, i)));
  if (marks->len > MOST_ROWS)
    {
      g_autofree char *more = g_strdup_printf (_ ("%u More"), marks->len - MOST_ROWS);

      gtk_list_box_append (it->claims,
                           new_row (more, _ ("All are in the record: see History, Everything")));
    }
}

void
lb_description_show (LbDescription *it, const json_t *record)
{
  const json_t *score = json_object_get (json_object_get (record, "scores"), "grounding");
  const char *text = lb_json_string (json_object_get (record, "output"), "text", NULL);
  gboolean shows = text != NULL && strcmp (lb_json_string (record, "mode", ""), "analysis") == 0;
  g_autoptr (GPtrArray) marks = lb_claim_marks_of (shows ? text : "", shows ? score : NULL);

  g_free (it->said);
  it->said = shows ? g_strdup (text) : NULL;
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (it->text), shows ? text : "", -1);
  mark_text (it, marks);
  list_claims (it, marks);
  gtk_widget_set_visible (it->claims_group, shows && score != NULL);
  gtk_widget_set_visible (GTK_WIDGET (it), shows);
}

/* As it was said, without our marks. */
static void
on_copy (GtkButton *button, LbDescription *it)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (it)),
                          it->said != NULL ? it->said : "");
  lb_gui_toast (GTK_WIDGET (it), _ ("The description is on the clipboard"));
}

static void
lb_description_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), LB_TYPE_DESCRIPTION);
  G_OBJECT_CLASS (lb_description_parent_class)->dispose (object);
}

static void
lb_description_finalize (GObject *object)
{
  g_free (LB_DESCRIPTION (object)->said);
  G_OBJECT_CLASS (lb_description_parent_class)->finalize (object);
}

static void
lb_description_class_init (LbDescriptionClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = lb_description_dispose;
  G_OBJECT_CLASS (class)->finalize = lb_description_finalize;
  gtk_widget_class_set_template_from_resource (widget_class, LB_UI_PATH "description.ui");
  gtk_widget_class_bind_template_child (widget_class, LbDescription, text);
  gtk_widget_class_bind_template_child (widget_class, LbDescription, claims_group);
  gtk_widget_class_bind_template_child (widget_class, LbDescription, claims);
  gtk_widget_class_bind_template_callback (widget_class, on_copy);
}

static void
lb_description_init (LbDescription *it)
{
  gtk_widget_init_template (GTK_WIDGET (it));
}
