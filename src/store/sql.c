#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <unistd.h>

#include "core/error.h"
#include "core/text.h"
#include "store/internal.h"

/* What to say for a primary code of SQLite. */
static const struct {
  int code;
  LbError error;
  const char *what;
  const char *cure;
} sayings[] = {
  { SQLITE_BUSY, LB_ERROR_STORE, "another program keeps it locked",
    "end that program, or wait, and try again" },
  { SQLITE_LOCKED, LB_ERROR_STORE, "another program keeps it locked",
    "end that program, or wait, and try again" },
  { SQLITE_READONLY, LB_ERROR_STORE, "it can't be written",
    "check its permissions, or set XDG_DATA_HOME to a folder of yours" },
  { SQLITE_PERM, LB_ERROR_STORE, "not permitted",
    "check its permissions, or set XDG_DATA_HOME to a folder of yours" },
  { SQLITE_CANTOPEN, LB_ERROR_STORE, "it can't be opened",
    "check it and its folder's permissions, or set XDG_DATA_HOME to a folder of yours" },
  { SQLITE_FULL, LB_ERROR_NO_SPACE, "no space left",
    "free some; what was stored before is kept" },
  { SQLITE_CORRUPT, LB_ERROR_STORE, "it is damaged",
    "run the command again: the file is set aside then" },
  { SQLITE_NOTADB, LB_ERROR_STORE, "it is no database",
    "run the command again: the file is set aside then" },
  { SQLITE_TOOBIG, LB_ERROR_STORE, "a part of this run is too large to be stored",
    "keep fewer outputs" },
};

gboolean
lb_sql_is_damage (int code)
{
  return (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB;
}

char *
lb_sql_damage_mark (const LbStore *store)
{
  return g_strconcat (store->path, ".damaged", NULL);
}

static void
leave_mark (const LbStore *store)
{
  g_autofree char *mark = lb_sql_damage_mark (store);
  int descriptor = store->read_only
                       ? -1
                       : open (mark, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

  if (descriptor >= 0)
    close (descriptor);
}

/* A limit on file sizes or a quota shows as an input/output error. */
static int
primary_code (sqlite3 *database)
{
  int code = sqlite3_errcode (database) & 0xff;
  int system = sqlite3_system_errno (database);

  if (code == SQLITE_IOERR && (system == ENOSPC || system == EDQUOT || system == EFBIG))
    return SQLITE_FULL;
  return code;
}

gboolean
lb_sql_fail (LbStore *store, GError **error)
{
  int code = primary_code (store->database);
  g_autofree char *shown = lb_text_escape (store->path);
  g_autofree char *reason = lb_text_escape (sqlite3_errmsg (store->database));

  if (lb_sql_is_damage (code))
    {
      store->damaged = TRUE;
      leave_mark (store);
    }
  for (guint i = 0; i < G_N_ELEMENTS (sayings); i++)
    if (sayings[i].code == code)
      {
        g_set_error (error, LB_ERROR, sayings[i].error, "the history \"%s\": %s (%s): %s", shown,
                     sayings[i].what, reason, sayings[i].cure);
        return FALSE;
      }
  g_set_error (error, LB_ERROR, LB_ERROR_STORE, "the history \"%s\": %s", shown, reason);
  return FALSE;
}

static LbStatement *
query (LbStore *store, GError **error, const char *sql, const char *types, va_list arguments)
{
  g_autoptr (LbStatement) statement = NULL;
  int code = sqlite3_prepare_v2 (store->database, sql, -1, &statement, NULL);

  for (int i = 0; code == SQLITE_OK && types[i] != '\0'; i++)
    switch (types[i])
      {
      case 's':
        code = sqlite3_bind_text (statement, i + 1, va_arg (arguments, const char *), -1,
                                  SQLITE_TRANSIENT);
        break;
      case 'i':
        code = sqlite3_bind_int64 (statement, i + 1, va_arg (arguments, gint64));
        break;
      case 'd':
        code = sqlite3_bind_double (statement, i + 1, va_arg (arguments, double));
        break;
      default:
        g_assert_not_reached ();
      }
  if (code != SQLITE_OK)
    {
      lb_sql_fail (store, error);
      return NULL;
    }
  return g_steal_pointer (&statement);
}

LbStatement *
lb_sql_query (LbStore *store, GError **error, const char *sql, const char *types, ...)
{
  va_list arguments;
  LbStatement *statement;

  va_start (arguments, types);
  statement = query (store, error, sql, types, arguments);
  va_end (arguments);
  return statement;
}

int
lb_sql_step (LbStore *store, LbStatement *statement, GError **error)
{
  int code = sqlite3_step (statement);

  if (code == SQLITE_ROW)
    return 1;
  if (code == SQLITE_DONE)
    return 0;
  lb_sql_fail (store, error);
  return -1;
}

gboolean
lb_sql (LbStore *store, GError **error, const char *sql, const char *types, ...)
{
  va_list arguments;
  g_autoptr (LbStatement) statement = NULL;
  int step = 1;

  va_start (arguments, types);
  statement = query (store, error, sql, types, arguments);
  va_end (arguments);
  if (statement == NULL)
    return FALSE;
  while (step == 1)
    step = lb_sql_step (store, statement, error);
  return step == 0;
}

gboolean
lb_sql_integer (LbStore *store, LbStatement *statement, gint64 fallback, gint64 *value,
                GError **error)
{
  int step = statement != NULL ? lb_sql_step (store, statement, error) : -1;

  *value = fallback;
  if (step == 1 && sqlite3_column_type (statement, 0) != SQLITE_NULL)
    *value = sqlite3_column_int64 (statement, 0);
  return step >= 0;
}

gboolean
lb_sql_begin (LbStore *store, GError **error)
{
  return lb_sql (store, error, "BEGIN IMMEDIATE", "");
}

gboolean
lb_sql_finish (LbStore *store, gboolean good, GError **error)
{
  if (good && lb_sql (store, error, "COMMIT", ""))
    return TRUE;
  /* SQLite has rolled back by itself after a full disk: a second time would be an error. */
  if (!sqlite3_get_autocommit (store->database))
    sqlite3_exec (store->database, "ROLLBACK", NULL, NULL, NULL);
  return FALSE;
}

const char *
lb_sql_text (LbStatement *statement, int column)
{
  return (const char *) sqlite3_column_text (statement, column);
}

double
lb_sql_real (LbStatement *statement, int column)
{
  return sqlite3_column_type (statement, column) == SQLITE_NULL
             ? (double) NAN
             : sqlite3_column_double (statement, column);
}
