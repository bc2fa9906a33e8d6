#include "cli/past.h"

#include <string.h>
#include <unistd.h>

#include "core/error.h"
#include "core/paths.h"
#include "core/text.h"

#define DAY_CHARACTERS 10 /* "2026-11-24" */

static gboolean
is_there (void)
{
  g_autofree char *path = g_build_filename (g_get_user_data_dir (), "llamaburn", "history.db",
                                            NULL);

  return access (path, F_OK) == 0;
}

LbStore *
lb_past_open (const LbCli *cli, GError **error)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "llamaburn", NULL);
  g_autoptr (GError) first = NULL;
  LbStore *store;

  if (!is_there ())
    return lb_store_open_to_read (folder, error);
  store = lb_store_open (folder, &first);
  if (store != NULL && lb_store_notice (store) != NULL)
    lb_cli_warn (cli, "%s", lb_store_notice (store));
  if (store != NULL)
    return store;
  /* Not permitted to write, full, or locked: reading may work all the same. */
  store = lb_store_open_to_read (folder, NULL);
  if (store == NULL)
    g_propagate_error (error, g_steal_pointer (&first));
  return store;
}

json_t *
lb_past_load (LbStore *store, const char *name, GError **error)
{
  g_autofree char *id = lb_store_find (store, name, error);

  return id != NULL ? lb_store_load (store, id, error) : NULL;
}

gboolean
lb_past_parse_date (const char *option, const char *text, gboolean end, gint64 *seconds,
                    GError **error)
{
  static const char *const endings[] = { "", ":00", "T00:00:00" };
  g_autoptr (GTimeZone) local = g_time_zone_new_local ();
  gboolean day = strlen (text) == DAY_CHARACTERS;
  g_autofree char *shown = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    {
      g_autofree char *whole = g_strconcat (text, endings[i], NULL);
      g_autoptr (GDateTime) date = g_utf8_validate (whole, -1, NULL)
                                       ? g_date_time_new_from_iso8601 (whole, local)
                                       : NULL;
      g_autoptr (GDateTime) next = NULL;

      if (date == NULL)
        continue;
      next = day && end ? g_date_time_add_days (date, 1) : g_date_time_ref (date);
      *seconds = g_date_time_to_unix (next) - (day && end ? 1 : 0);
      return TRUE;
    }
  shown = lb_text_escape (text);
  g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
               "--%s takes a date like 2026-11-24 or 2026-11-24T10:30, not \"%s\"", option,
               shown);
  return FALSE;
}

void
lb_past_append_md (GString *out, const char *cell)
{
  g_autofree char *shown = lb_text_escape (cell);

  g_string_append (out, "| ");
  for (const char *at = shown; *at != '\0'; at++)
    {
      if (strchr ("|<>*_`[]", *at) != NULL)
        g_string_append_c (out, '\\');
      g_string_append_c (out, *at);
    }
  g_string_append_c (out, ' ');
}
