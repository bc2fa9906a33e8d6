/* Which Python fits what a manifest asks for. */
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "workers/private.h"

#define PARTS 3

/* "3.11.2" → {3, 11, 2}; *@given: how many parts it has. */
static void
read_version (const char *text, long parts[PARTS], int *given)
{
  g_auto (GStrv) words = g_strsplit (text, ".", PARTS + 1);

  *given = 0;
  for (int i = 0; i < PARTS; i++)
    parts[i] = 0;
  for (int i = 0; i < PARTS && words[i] != NULL; i++)
    parts[(*given)++] = strtol (words[i], NULL, 10);
}

static int
compare (const long a[PARTS], const long b[PARTS], int parts)
{
  for (int i = 0; i < parts; i++)
    if (a[i] != b[i])
      return a[i] < b[i] ? -1 : 1;
  return 0;
}

static gboolean
fits_one (const long version[PARTS], const char *rule)
{
  gsize signs = strspn (rule, "<>=!");
  long wanted[PARTS];
  int given, order;

  read_version (rule + signs, wanted, &given);
  /* Equality is that of the parts that were written: ==3.11 takes 3.11.2. */
  order = compare (version, wanted, rule[0] == '=' || rule[0] == '!' ? given : PARTS);
  switch (rule[0])
    {
    case '>':
      return signs == 2 ? order >= 0 : order > 0;
    case '<':
      return signs == 2 ? order <= 0 : order < 0;
    case '!':
      return order != 0;
    default:
      return order == 0;
    }
}

gboolean
lb_workers_version_fits (const char *version, const char *versions)
{
  g_auto (GStrv) rules = g_strsplit (versions, ",", -1);
  long parts[PARTS];
  int given;

  read_version (version, parts, &given);
  for (guint i = 0; rules[i] != NULL; i++)
    if (!fits_one (parts, rules[i]))
      return FALSE;
  return given > 0;
}

static char *
ask_version (const char *python)
{
  const char *argv[] = { python, "-I", "-c",
                         "import sys; print('%d.%d.%d' % sys.version_info[:3])", NULL };
  g_autofree char *said = NULL;
  int status;

  if (!g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &said,
                     NULL, &status, NULL) ||
      status != 0 || said == NULL)
    return NULL;
  return g_strdup (g_strstrip (said));
}

char *
lb_workers_find_python (const char *versions, GError **error)
{
  g_autoptr (GString) seen = g_string_new (NULL);

  for (int minor = 15; minor >= 7; minor--)
    {
      g_autofree char *name = minor > 7 ? g_strdup_printf ("python3.%d", minor)
                                        : g_strdup ("python3");
      g_autofree char *path = g_find_program_in_path (name);
      g_autofree char *version = path != NULL ? ask_version (path) : NULL;

      if (version != NULL && lb_workers_version_fits (version, versions))
        return g_steal_pointer (&path);
      if (version != NULL)
        g_string_append_printf (seen, "%s%s", seen->len > 0 ? ", " : "", version);
    }
  g_set_error (error, LB_ERROR, LB_ERROR_NOT_FOUND,
               "no Python %s is here (%s): install one, or uv, which fetches it", versions,
               seen->len > 0 ? seen->str : "none at all");
  return NULL;
}
