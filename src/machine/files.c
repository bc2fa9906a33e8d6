#include "machine/files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static char *
path_of (const char *root, const char *format, va_list arguments)
{
  g_autofree char *path = g_strdup_vprintf (format, arguments);

  return g_strconcat (root, path, NULL);
}

static char *
read_all (int fd)
{
  g_autoptr (GString) text = g_string_sized_new (4096);
  char chunk[4096];

  while (text->len < LB_FILE_MAX_BYTES)
    {
      gssize got = read (fd, chunk, sizeof chunk);

      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0 && text->len == 0)
        return NULL;
      if (got <= 0)
        break;
      g_string_append_len (text, chunk, got);
    }
  g_strchomp (text->str);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
lb_file_text (const char *root, const char *format, ...)
{
  g_autofree char *path = NULL;
  va_list arguments;
  char *text;
  int fd;

  va_start (arguments, format);
  path = path_of (root, format, arguments);
  va_end (arguments);
  fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0)
    return NULL;
  text = read_all (fd);
  close (fd);
  return text;
}

static gboolean
parse_number (const char *text, guint64 *value)
{
  char *end;
  guint64 parsed;

  if (!g_ascii_isdigit (*text))
    return FALSE;
  errno = 0;
  parsed = g_ascii_strtoull (text, &end, g_str_has_prefix (text, "0x") ? 16 : 10);
  if (errno != 0 || end == text)
    return FALSE;
  *value = parsed;
  return TRUE;
}

gboolean
lb_file_number (guint64 *value, const char *root, const char *format, ...)
{
  g_autofree char *path = NULL, *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  path = path_of ("", format, arguments);
  va_end (arguments);
  text = lb_file_text (root, "%s", path);
  return text != NULL && parse_number (text, value);
}

gboolean
lb_file_exists (const char *root, const char *format, ...)
{
  g_autofree char *path = NULL;
  va_list arguments;

  va_start (arguments, format);
  path = path_of (root, format, arguments);
  va_end (arguments);
  return access (path, F_OK) == 0;
}

char *
lb_file_link_name (const char *root, const char *format, ...)
{
  g_autofree char *path = NULL, *target = NULL;
  va_list arguments;

  va_start (arguments, format);
  path = path_of (root, format, arguments);
  va_end (arguments);
  target = g_file_read_link (path, NULL);
  return target != NULL ? g_path_get_basename (target) : NULL;
}

static int
by_length_then_bytes (gconstpointer a, gconstpointer b)
{
  const char *x = *(const char *const *) a, *y = *(const char *const *) b;
  gsize nx = strlen (x), ny = strlen (y);

  return nx != ny ? (nx > ny) - (nx < ny) : strcmp (x, y);
}

GPtrArray *
lb_file_list (const char *prefix, const char *root, const char *format, ...)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *path = NULL;
  g_autoptr (GDir) folder = NULL;
  va_list arguments;
  const char *name;

  va_start (arguments, format);
  path = path_of (root, format, arguments);
  va_end (arguments);
  folder = g_dir_open (path, 0, NULL);
  while (folder != NULL && names->len < LB_FOLDER_MAX_NAMES &&
         (name = g_dir_read_name (folder)) != NULL)
    if (g_str_has_prefix (name, prefix))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, by_length_then_bytes);
  return names;
}

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t';
}

char *
lb_file_field (const char *text, const char *key, char separator)
{
  gsize length = strlen (key);

  for (const char *line = text; line != NULL;)
    {
      const char *p = line + length;
      const char *end = strchr (line, '\n');

      if (strncmp (line, key, length) == 0)
        {
          while (is_blank (*p))
            p++;
          if (separator == ' ' ? p > line + length : *p == separator)
            {
              p += separator != ' ';
              return g_strstrip (end != NULL ? g_strndup (p, (gsize) (end - p)) : g_strdup (p));
            }
        }
      line = end != NULL ? end + 1 : NULL;
    }
  return NULL;
}

gboolean
lb_file_field_number (const char *text, const char *key, char separator, guint64 *value)
{
  g_autofree char *field = text != NULL ? lb_file_field (text, key, separator) : NULL;

  return field != NULL && parse_number (field, value);
}
