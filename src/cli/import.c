/* llamaburn import */
#include "bench/foreign.h"
#include "cli/cli.h"
#include "core/error.h"
#include "store/store.h"

/* What has become of the records. */
typedef struct {
  guint imported, known;
  gint64 first, last; /* numbers of those that were imported */
} Counts;

static gboolean
import_one (LbStore *store, const json_t *record, Counts *counts, GError **error)
{
  g_autoptr (GError) none = NULL;
  g_autofree char *known = lb_store_find (store, lb_json_string (record, "id", ""), &none);
  gint64 number;

  if (known != NULL)
    {
      counts->known++;
      return TRUE;
    }
  number = lb_store_import (store, record, error);
  if (number < 0)
    return FALSE;
  counts->first = counts->imported == 0 ? number : counts->first;
  counts->last = number;
  counts->imported++;
  return TRUE;
}

static void
print_counts (const LbCli *cli, const Counts *counts)
{
  g_autoptr (GString) line = g_string_new (NULL);

  g_string_printf (line, "%u run%s imported", counts->imported, counts->imported == 1 ? "" : "s");
  if (counts->imported == 1)
    g_string_append_printf (line, " as %" G_GINT64_FORMAT, counts->first);
  else if (counts->imported > 1)
    g_string_append_printf (line, " as %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, counts->first,
                            counts->last);
  if (counts->known > 0)
    g_string_append_printf (line, ", %u %s here already", counts->known,
                            counts->known == 1 ? "was" : "were");
  g_string_append_c (line, '\n');
  lb_cli_print (cli, line->str);
}

/* All files are read and checked before the first record is stored. */
static json_t *
read_all (const char *const *paths, GError **error)
{
  g_autoptr (json_t) records = json_array ();

  for (guint i = 0; paths[i] != NULL; i++)
    {
      g_autoptr (json_t) some = lb_foreign_read (paths[i], error);

      if (some == NULL)
        return NULL;
      json_array_extend (records, some);
    }
  return g_steal_pointer (&records);
}

static int
run_import (LbCli *cli, GError **error)
{
  g_autoptr (json_t) records = read_all (lb_cli_arguments (cli), error);
  g_autoptr (LbStore) store = records != NULL ? lb_store_open (NULL, error) : NULL;
  Counts counts = { 0 };
  size_t index;
  json_t *record;

  if (store == NULL)
    return LB_EXIT_FAILED;
  if (lb_store_notice (store) != NULL)
    lb_cli_warn (cli, "%s", lb_store_notice (store));
  json_array_foreach (records, index, record)
    if (!import_one (store, record, &counts, error))
      return LB_EXIT_FAILED;
  print_counts (cli, &counts);
  return LB_EXIT_OK;
}

const LbCliCommand lb_command_import = {
  .name = "import",
  .arguments = "FILE…",
  .summary = "take runs from elsewhere into the history",
  .description =
      "Reads records that another history wrote (llamaburn report -o FILE.json, show --format "
      "json or jsonl) and adds their runs to this one, where they can be shown and compared like "
      "those of this machine; each keeps its id and the machine that it was measured on. A run "
      "that is here already stays as it is. Sounds and other files of a run don't come with its "
      "record.\n\n"
      "A file that holds anything else is refused, and nothing of any FILE is imported then.",
  .min_arguments = 1,
  .max_arguments = -1,
  .completion = "files",
  .run = run_import,
};
