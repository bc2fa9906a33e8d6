#include "cli/texts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "bench/plan.h"
#include "core/error.h"
#include "core/json.h"
#include "core/paths.h"
#include "core/text.h"

#define SCHEMA "llamaburn.texts/1"
#define BLOCK_BYTES 65536

const LbTextSource lb_texts = {
  .word = "text",
  .folder = "texts",
  .file_option = "text-file",
  .set_option = "text-set",
  .empty = "there is nothing in it to say",
  .max_characters = LB_TEXT_MAX_CHARACTERS,
};

const LbTextSource lb_prompts = {
  .word = "prompt",
  .folder = "prompts",
  .file_option = "prompt-file",
  .set_option = "prompt-set",
  .empty = "say what the music is to be",
  .max_characters = LB_PROMPT_MAX_CHARACTERS,
};

void
lb_subject_free (LbSubject *subject)
{
  g_free (subject->path);
  g_free (subject->text);
  g_free (subject->set);
  g_free (subject->name);
  g_free (subject->language);
  g_free (subject);
}

GPtrArray *
lb_subjects_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) lb_subject_free);
}

void
lb_subjects_add_file (GPtrArray *subjects, const char *path)
{
  LbSubject *subject = g_new0 (LbSubject, 1);

  subject->path = g_strdup (path);
  g_ptr_array_add (subjects, subject);
}

static gboolean
is_blank (const char *text)
{
  while (*text != '\0' && g_unichar_isspace (g_utf8_get_char (text)))
    text = g_utf8_next_char (text);
  return *text == '\0';
}

gboolean
lb_texts_check (const LbTextSource *source, const char *text, const char *where, GError **error)
{
  const char *end = NULL;
  glong characters;

  if (!g_utf8_validate (text, -1, &end))
    {
      g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                   "%s is no UTF-8: byte %zd is 0x%02X; convert it first, as with "
                   "'iconv -f ISO-8859-1 -t UTF-8'",
                   where, end - text + 1, (guint8) *end);
      return FALSE;
    }
  if (is_blank (text))
    {
      g_set_error (error, LB_ERROR, LB_ERROR_USAGE, "%s is empty: %s", where, source->empty);
      return FALSE;
    }
  characters = g_utf8_strlen (text, -1);
  if (characters > source->max_characters)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                   "%s has %ld characters, at most %ld are taken: cut it into several", where,
                   characters, source->max_characters);
      return FALSE;
    }
  return TRUE;
}

gboolean
lb_subjects_add_text (GPtrArray *subjects, const LbTextSource *source, const char *text,
                      const char *where, GError **error)
{
  LbSubject *subject;

  if (!lb_texts_check (source, text, where, error))
    return FALSE;
  subject = g_new0 (LbSubject, 1);
  subject->text = g_strdup (text);
  g_ptr_array_add (subjects, subject);
  return TRUE;
}

static gboolean
read_all (int fd, GByteArray *bytes, const char *shown, GError **error)
{
  gssize n = 1;

  while (n != 0)
    {
      guint before = bytes->len;

      g_byte_array_set_size (bytes, before + BLOCK_BYTES);
      n = read (fd, bytes->data + before, BLOCK_BYTES);
      g_byte_array_set_size (bytes, before + (guint) MAX (n, 0));
      if (n < 0 && errno != EINTR)
        return lb_error_set_errno (error, errno, "can't read %s", shown);
      if (bytes->len > LB_TEXT_FILE_MAX_BYTES)
        {
          g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                       "%s holds more than %d MiB: that is no list of texts", shown,
                       LB_TEXT_FILE_MAX_BYTES / 1024 / 1024);
          return FALSE;
        }
    }
  return TRUE;
}

static GByteArray *
read_file (const char *path, const char *shown, GError **error)
{
  gboolean standard = strcmp (path, "-") == 0;
  int fd = standard ? STDIN_FILENO : open (path, O_RDONLY | O_CLOEXEC);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  gboolean good;

  if (fd < 0)
    return lb_error_set_errno (error, errno, "can't read %s", shown), NULL;
  good = read_all (fd, bytes, shown, error);
  if (!standard)
    close (fd);
  return good ? g_steal_pointer (&bytes) : NULL;
}

/* What editors of other systems write: their two-byte characters have NULs everywhere. */
static gboolean
check_bytes (const GByteArray *bytes, const char *shown, GError **error)
{
  gboolean marked = bytes->len >= 2 && (memcmp (bytes->data, "\xff\xfe", 2) == 0 ||
                                        memcmp (bytes->data, "\xfe\xff", 2) == 0);

  if (!marked && memchr (bytes->data, 0, bytes->len) == NULL)
    return TRUE;
  g_set_error (error, LB_ERROR, LB_ERROR_USAGE, "%s is no text in UTF-8: %s", shown,
               marked ? "it is UTF-16; convert it, as with 'iconv -f UTF-16 -t UTF-8'"
                      : "there are NUL bytes in it");
  return FALSE;
}

static gboolean
add_line (GPtrArray *subjects, const LbTextSource *source, char *line, guint number,
          const char *shown, GError **error)
{
  g_autofree char *where = g_strdup_printf ("%s, line %u,", shown, number);
  gsize length = strlen (line);

  if (length > 0 && line[length - 1] == '\r')
    line[length - 1] = '\0';
  if (g_utf8_validate (line, -1, NULL) && is_blank (line))
    return TRUE;
  if (subjects->len >= LB_PLAN_MAX_CASES)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_USAGE, "%s holds more than %d %ss", shown,
                   LB_PLAN_MAX_CASES, source->word);
      return FALSE;
    }
  return lb_subjects_add_text (subjects, source, line, where, error);
}

gboolean
lb_subjects_add_lines (GPtrArray *subjects, const LbTextSource *source, const char *path,
                       GError **error)
{
  g_autofree char *name = lb_text_escape (path);
  g_autofree char *shown = strcmp (path, "-") == 0 ? g_strdup ("standard input")
                                                   : g_strdup_printf ("\"%s\"", name);
  g_autoptr (GByteArray) bytes = read_file (path, shown, error);
  guint before = subjects->len, number = 0;
  char *at, *end;

  if (bytes == NULL || !check_bytes (bytes, shown, error))
    return FALSE;
  g_byte_array_append (bytes, (const guint8 *) "", 1);
  at = (char *) bytes->data;
  if (g_str_has_prefix (at, "\xef\xbb\xbf"))
    at += 3;
  for (; at != NULL; at = end != NULL ? end + 1 : NULL)
    {
      end = strchr (at, '\n');
      if (end != NULL)
        *end = '\0';
      if (!add_line (subjects, source, at, ++number, shown, error))
        return FALSE;
    }
  if (subjects->len > before)
    return TRUE;
  g_set_error (error, LB_ERROR, LB_ERROR_USAGE, "%s holds no %s: a line each is wanted", shown,
               source->word);
  return FALSE;
}

static gboolean
add_set (GPtrArray *subjects, const LbTextSource *source, const json_t *set, const char *name,
         const char *path, GError **error)
{
  const json_t *texts = json_object_get (set, "texts");
  size_t index;
  json_t *it;

  if (strcmp (lb_json_string (set, "schema", ""), SCHEMA) != 0 || json_array_size (texts) == 0)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
                   "\"%s\" is no set of texts: its schema must be %s", path, SCHEMA);
      return FALSE;
    }
  json_array_foreach (texts, index, it)
    {
      g_autofree char *where = g_strdup_printf ("\"%s\", text %zu,", path, index);
      LbSubject *subject;

      if (!lb_subjects_add_text (subjects, source, lb_json_string (it, "text", ""), where,
                                 error))
        return FALSE;
      subject = g_ptr_array_index (subjects, subjects->len - 1);
      subject->set = g_strdup (name);
      subject->name = g_strdup (lb_json_string (it, "name", NULL));
      subject->language = g_strdup (lb_json_string (it, "language", NULL));
    }
  return TRUE;
}

gboolean
lb_subjects_add_set (GPtrArray *subjects, const LbTextSource *source, const char *name,
                     GError **error)
{
  g_auto (GStrv) folders = lb_paths_shared ();
  g_autofree char *file = g_strconcat (name, ".json", NULL);

  for (guint i = 0; folders[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename (folders[i], source->folder, file, NULL);
      g_autoptr (json_t) set = NULL;

      if (!g_file_test (path, G_FILE_TEST_EXISTS))
        continue;
      set = lb_json_read (path, error);
      return set != NULL && add_set (subjects, source, set, name, path, error);
    }
  g_set_error (error, LB_ERROR, LB_ERROR_NOT_FOUND,
               "the set of %ss \"%s\" is not there: LlamaBurn is not installed whole", source->word,
               name);
  return FALSE;
}
