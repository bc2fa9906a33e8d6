#include <string.h>

#include "core/error.h"
#include "core/id.h"
#include "core/text.h"
#include "store/internal.h"

#define SUFFIX_CHARACTERS 4
#define AMBIGUOUS_SHOWN 4

#define MOST_WORDS 6 /* of a search */
#define COLUMNS                                                                                  \
  "SELECT number, id, group_id, status, mode, engine, engine_version, model, device, input,"     \
  " timestamp, iterations, median_rtf, median_wall_s, score, score_name, valid, synthetic "      \
  "FROM run"

typedef struct {
  GString *sql;
  gint64 integers[8 + MOST_WORDS];
  const char *texts[8 + MOST_WORDS];
  char **words; /* of the search, as patterns of LIKE */
  int count;
} Question;

static void
ask (Question *question, const char *condition, const char *text, gint64 integer)
{
  g_string_append (question->sql, question->count == 0 ? " WHERE " : " AND ");
  g_string_append_printf (question->sql, "%s ?%d", condition, question->count + 1);
  question->texts[question->count] = text;
  question->integers[question->count] = integer;
  question->count++;
}

static void
ask_text (Question *question, const char *condition, const char *text)
{
  if (text != NULL)
    ask (question, condition, text, 0);
}

/* Returns: (transfer full): @word anywhere, as a pattern of LIKE with \ before what is special */
static char *
make_pattern (const char *word)
{
  GString *pattern = g_string_new ("%");

  for (const char *at = word; *at != '\0'; at++)
    {
      if (strchr ("%_\\", *at) != NULL)
        g_string_append_c (pattern, '\\');
      g_string_append_c (pattern, *at);
    }
  g_string_append_c (pattern, '%');
  return g_string_free (pattern, FALSE);
}

static void
ask_search (Question *question, const char *search)
{
  g_auto (GStrv) words = g_strsplit_set (search, " \t\n", -1);
  g_autoptr (GStrvBuilder) patterns = g_strv_builder_new ();
  guint n = 0;

  for (guint i = 0; words[i] != NULL && n < MOST_WORDS; i++)
    if (*words[i] != '\0')
      {
        g_autofree char *pattern = make_pattern (words[i]);

        g_strv_builder_add (patterns, pattern);
        n++;
      }
  question->words = g_strv_builder_end (patterns);
  for (guint i = 0; i < n; i++)
    {
      ask (question,
           "number || ' ' || mode || ' ' || ifnull (engine, '') || ' ' || ifnull (model, '') || "
           "' ' || ifnull (device, '') || ' ' || ifnull (input, '') || ' ' || status LIKE",
           question->words[i], 0);
      g_string_append (question->sql, " ESCAPE '\\'");
    }
}

static void
ask_filter (Question *question, const LbStoreFilter *filter)
{
  ask_text (question, "mode =", filter->mode);
  ask_text (question, "engine =", filter->engine);
  ask_text (question, "model =", filter->model);
  ask_text (question, "status =", filter->status);
  ask_text (question, "group_id =", filter->group);
  if (filter->since != 0)
    ask (question, "timestamp >=", NULL, filter->since);
  if (filter->until != 0)
    ask (question, "timestamp <=", NULL, filter->until);
  if (filter->search != NULL)
    ask_search (question, filter->search);
}

/* @columns: SELECT … FROM run; @order: ORDER BY …, with what comes after */
static LbStatement *
prepare (LbStore *store, const char *columns, const LbStoreFilter *filter, const char *order,
         GError **error)
{
  g_autoptr (LbStatement) rows = NULL;
  Question question = { .sql = g_string_new (columns) };
  g_autofree char *sql = NULL;

  ask_filter (&question, filter);
  g_string_append (question.sql, order);
  sql = g_string_free (question.sql, FALSE);
  rows = lb_sql_query (store, error, sql, "");
  for (int i = 0; rows != NULL && i < question.count; i++)
    {
      if (question.texts[i] != NULL)
        sqlite3_bind_text (rows, i + 1, question.texts[i], -1, SQLITE_TRANSIENT);
      else
        sqlite3_bind_int64 (rows, i + 1, question.integers[i]);
    }
  g_strfreev (question.words);
  return g_steal_pointer (&rows);
}

static void
read_row (LbStore *store, LbStatement *rows, LbStoreRow *row)
{
  row->number = sqlite3_column_int64 (rows, 0);
  row->id = (char *) lb_sql_text (rows, 1);
  row->group = (char *) lb_sql_text (rows, 2);
  row->status = (char *) lb_sql_text (rows, 3);
  row->mode = (char *) lb_sql_text (rows, 4);
  row->engine = (char *) lb_sql_text (rows, 5);
  row->engine_version = (char *) lb_sql_text (rows, 6);
  row->model = (char *) lb_sql_text (rows, 7);
  row->device = (char *) lb_sql_text (rows, 8);
  row->input = (char *) lb_sql_text (rows, 9);
  row->timestamp = sqlite3_column_int64 (rows, 10);
  row->iterations = sqlite3_column_int64 (rows, 11);
  row->median_rtf = lb_sql_real (rows, 12);
  row->median_wall_s = lb_sql_real (rows, 13);
  row->score = lb_sql_real (rows, 14);
  row->score_name = (char *) lb_sql_text (rows, 15);
  row->valid = sqlite3_column_int (rows, 16) != 0;
  row->synthetic = sqlite3_column_int (rows, 17) != 0;
  /* A history that can't be written may still call a dead run running. */
  if (g_strcmp0 (row->status, "running") == 0 &&
      lb_live_probe (store, row->id, NULL) == LB_LIVE_DEAD)
    row->status = (char *) "interrupted";
}

gboolean
lb_store_list (LbStore *store, const LbStoreFilter *filter, LbStoreRowHandler handler,
               gpointer user_data, GError **error)
{
  g_autofree char *order = g_strdup_printf (
      " ORDER BY number DESC LIMIT %" G_GINT64_FORMAT " OFFSET %" G_GINT64_FORMAT,
      filter->limit > 0 ? filter->limit : -1, MAX (filter->offset, 0));
  g_autoptr (LbStatement) rows = prepare (store, COLUMNS, filter, order, error);
  int step = rows != NULL ? 1 : -1;
  gboolean more = TRUE;

  while (more && step > 0 && (step = lb_sql_step (store, rows, error)) == 1)
    {
      LbStoreRow row;

      read_row (store, rows, &row);
      more = handler (&row, user_data);
    }
  return step >= 0;
}

LbStoreRow *
lb_store_row_copy (const LbStoreRow *row)
{
  LbStoreRow *copy = g_memdup2 (row, sizeof *row);
  char **const texts[] = { &copy->id,     &copy->group,          &copy->status, &copy->mode,
                           &copy->engine, &copy->engine_version, &copy->model,  &copy->device,
                           &copy->input,  &copy->score_name };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    *texts[i] = g_strdup (*texts[i]);
  return copy;
}

void
lb_store_row_free (LbStoreRow *row)
{
  if (row == NULL)
    return;
  g_free (row->id);
  g_free (row->group);
  g_free (row->status);
  g_free (row->mode);
  g_free (row->engine);
  g_free (row->engine_version);
  g_free (row->model);
  g_free (row->device);
  g_free (row->input);
  g_free (row->score_name);
  g_free (row);
}

gboolean
lb_store_stamp (LbStore *store, gint64 *newest, gint64 *total, GError **error)
{
  g_autoptr (LbStatement) row = lb_sql_query (
      store, error, "SELECT (SELECT max (number) FROM run), (SELECT count (*) FROM run)", "");

  if (row == NULL || lb_sql_step (store, row, error) != 1)
    return FALSE;
  *newest = sqlite3_column_int64 (row, 0);
  *total = sqlite3_column_int64 (row, 1);
  return TRUE;
}

static const char *const orders[] = {
  [LB_STORE_BY_NUMBER] = "number",
  [LB_STORE_BY_TIME] = "timestamp",
  [LB_STORE_BY_MODE] = "mode",
  [LB_STORE_BY_ENGINE] = "engine",
  [LB_STORE_BY_MODEL] = "model",
  [LB_STORE_BY_DEVICE] = "device",
  [LB_STORE_BY_RTF] = "median_rtf",
  [LB_STORE_BY_SCORE] = "score",
  [LB_STORE_BY_ITERATIONS] = "iterations",
  [LB_STORE_BY_STATUS] = "status",
  [LB_STORE_BY_INPUT] = "input",
};

GArray *
lb_store_numbers (LbStore *store, const LbStoreFilter *filter, LbStoreOrder order,
                  gboolean descending, GError **error)
{
  g_autofree char *by = g_strdup_printf (order == LB_STORE_BY_NUMBER
                                             ? " ORDER BY %1$s %2$s"
                                             : " ORDER BY %1$s IS NULL, %1$s %2$s, number DESC",
                                         orders[order], descending ? "DESC" : "ASC");
  g_autoptr (LbStatement) rows = prepare (store, "SELECT number FROM run", filter, by, error);
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (gint64));
  int step = rows != NULL ? 1 : -1;

  while (step > 0 && (step = lb_sql_step (store, rows, error)) == 1)
    {
      gint64 number = sqlite3_column_int64 (rows, 0);

      g_array_append_val (numbers, number);
    }
  return step == 0 ? g_steal_pointer (&numbers) : NULL;
}

gboolean
lb_store_rows (LbStore *store, const gint64 *numbers, gsize n, LbStoreRowHandler handler,
               gpointer user_data, GError **error)
{
  g_autoptr (LbStatement) one = lb_sql_query (store, error, COLUMNS " WHERE number = ?1", "");
  gboolean more = one != NULL;

  for (gsize i = 0; more && i < n; i++)
    {
      LbStoreRow row;
      int step;

      sqlite3_reset (one);
      sqlite3_bind_int64 (one, 1, numbers[i]);
      step = lb_sql_step (store, one, error);
      if (step < 0)
        return FALSE;
      if (step == 0)
        continue;
      read_row (store, one, &row);
      more = handler (&row, user_data);
    }
  return one != NULL;
}

char **
lb_store_values (LbStore *store, const char *column, GError **error)
{
  g_autofree char *sql = g_strdup_printf (
      "SELECT DISTINCT %1$s FROM run WHERE %1$s IS NOT NULL ORDER BY 1 LIMIT 1000", column);
  g_autoptr (LbStatement) rows = NULL;
  g_autoptr (GStrvBuilder) values = g_strv_builder_new ();
  int step;

  g_return_val_if_fail (g_str_equal (column, "mode") || g_str_equal (column, "engine") ||
                            g_str_equal (column, "model"),
                        NULL);
  rows = lb_sql_query (store, error, sql, "");
  step = rows != NULL ? 1 : -1;
  while (step > 0 && (step = lb_sql_step (store, rows, error)) == 1)
    g_strv_builder_add (values, lb_sql_text (rows, 0));
  return step == 0 ? g_strv_builder_end (values) : NULL;
}

static char *
take_id (LbStore *store, LbStatement *row, GError **error)
{
  int step = row != NULL ? lb_sql_step (store, row, error) : -1;

  return step == 1 ? g_strdup (lb_sql_text (row, 0)) : NULL;
}

/* "last", "last~1": how many before the last, or −1. */
static gint64
parse_last (const char *name)
{
  guint64 before;

  if (g_str_equal (name, "last"))
    return 0;
  if (g_str_has_prefix (name, "last~") &&
      g_ascii_string_to_unsigned (name + 5, 10, 0, G_MAXINT32, &before, NULL))
    return (gint64) before;
  return -1;
}

static gboolean
is_suffix (const char *text)
{
  gsize length = strlen (text);

  return length >= SUFFIX_CHARACTERS && length <= 36 &&
         strspn (text, "0123456789abcdef-") == length;
}

static char *
find_suffix (LbStore *store, const char *suffix, GError **error)
{
  g_autoptr (LbStatement) rows = lb_sql_query (store, error,
                                               "SELECT id, number FROM run WHERE substr (id, "
                                               "-length (?1)) = ?1 ORDER BY number DESC LIMIT ?2",
                                               "si", suffix, (gint64) AMBIGUOUS_SHOWN + 1);
  g_autoptr (GString) several = g_string_new (NULL);
  g_autofree char *id = NULL;
  int count = 0, step = rows != NULL ? 1 : -1;

  while (step > 0 && (step = lb_sql_step (store, rows, error)) == 1)
    {
      if (count++ == 0)
        id = g_strdup (lb_sql_text (rows, 0));
      if (count <= AMBIGUOUS_SHOWN)
        g_string_append_printf (several, "%s%s (%" G_GINT64_FORMAT ")", count > 1 ? ", " : "",
                                lb_sql_text (rows, 0), (gint64) sqlite3_column_int64 (rows, 1));
    }
  if (step == 0 && count == 1)
    return g_steal_pointer (&id);
  if (step == 0 && count > 1)
    g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                 "\"%s\" ends the ids of several runs: %s%s: give more of it, or the number",
                 suffix, several->str, count > AMBIGUOUS_SHOWN ? "…" : "");
  return NULL;
}

char *
lb_store_find (LbStore *store, const char *name, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *lower = g_ascii_strdown (name, -1);
  g_autofree char *shown = lb_text_escape (name);
  g_autoptr (LbStatement) row = NULL;
  gint64 before = parse_last (lower);
  guint64 number;
  char *id = NULL;

  if (before >= 0)
    row = lb_sql_query (store, &local,
                        "SELECT id FROM run ORDER BY number DESC LIMIT 1 OFFSET ?1", "i", before);
  else if (g_ascii_string_to_unsigned (lower, 10, 1, G_MAXINT64, &number, NULL))
    row = lb_sql_query (store, &local, "SELECT id FROM run WHERE number = ?1", "i",
                        (gint64) number);
  if (row != NULL)
    id = take_id (store, row, &local);
  if (id == NULL && local == NULL && is_suffix (lower))
    id = find_suffix (store, lower, &local);
  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  else if (id == NULL && before >= 0)
    g_set_error (error, LB_ERROR, LB_ERROR_NOT_FOUND, "no run \"%s\": the history holds fewer",
                 shown);
  else if (id == NULL)
    g_set_error (
        error, LB_ERROR, LB_ERROR_NOT_FOUND,
        "no run \"%s\" (a number, last, last~1, or the end of an id, 4 characters or more): "
        "'llamaburn history' lists them",
        shown);
  return id;
}
