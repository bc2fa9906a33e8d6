/* llamaburn play */
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/past.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/text.h"

#define TAIL_BYTES 4096 /* of what a player complains */

/* The first that is there plays; the path of the sound, which is absolute, comes last. */
static const struct {
  const char *program;
  const char *arguments[5];
  gboolean wav_only;
  const char *failure; /* what it says when it could not, and yet exits with 0; or NULL */
} players[] = {
  { "pw-play", { NULL } },
  { "paplay", { NULL } },
  { "aplay", { "-q", NULL }, .wav_only = TRUE },
  { "ffplay",
    { "-nodisp", "-autoexit", "-loglevel", "error", NULL },
    .failure = "audio open failed" },
  { "play", { "-q", NULL } },
  { "gst-play-1.0", { "--no-interactive", NULL } },
};

static gboolean
is_sound (const json_t *artifact)
{
  const char *path = lb_json_string (artifact, "path", "");

  return g_str_has_suffix (path, ".wav") || g_str_has_suffix (path, ".flac");
}

/* "vocals", "vocals.wav" or the role. */
static gboolean
is_called (const json_t *artifact, const char *name)
{
  g_autofree char *base = g_path_get_basename (lb_json_string (artifact, "path", ""));
  g_autofree char *stem = g_strndup (base, (gsize) (strrchr (base, '.') != NULL
                                                        ? strrchr (base, '.') - base
                                                        : (gssize) strlen (base)));

  return strcmp (base, name) == 0 || strcmp (stem, name) == 0 ||
         strcmp (lb_json_string (artifact, "role", ""), name) == 0;
}

static char *
list_names (const json_t *artifacts)
{
  g_autoptr (GString) names = g_string_new (NULL);
  size_t index;
  json_t *it;

  json_array_foreach ((json_t *) artifacts, index, it)
    {
      g_autofree char *base = g_path_get_basename (lb_json_string (it, "path", ""));
      g_autofree char *shown = lb_text_escape (base);

      if (is_sound (it))
        g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", shown);
    }
  return g_string_free (g_steal_pointer (&names), FALSE);
}

/* Without a name: the only sound, or the first that is the run's audio. */
static const json_t *
choose (const json_t *artifacts, const char *name)
{
  const json_t *only = NULL;
  guint sounds = 0;
  size_t index;
  json_t *it;

  json_array_foreach ((json_t *) artifacts, index, it)
    {
      if (!is_sound (it))
        continue;
      if (is_called (it, name != NULL ? name : "audio"))
        return it;
      only = it;
      sounds++;
    }
  return name == NULL && sounds == 1 ? only : NULL;
}

static const json_t *
find_artifact (const json_t *record, const char *name, GError **error)
{
  const json_t *artifacts = json_object_get (record, "artifacts");
  const json_t *found = choose (artifacts, name);
  gint64 number = lb_json_integer (record, "number", 0);
  g_autofree char *names = list_names (artifacts);
  g_autofree char *shown = lb_text_escape (name != NULL ? name : "");

  if (found != NULL)
    return found;
  if (*names == '\0')
    g_set_error (error, LB_ERROR, LB_ERROR_NOT_FOUND,
                 "run %" G_GINT64_FORMAT
                 " kept no sound: modes that give sound keep one unless --keep none was given",
                 number);
  else if (name != NULL)
    g_set_error (error, LB_ERROR, LB_ERROR_NOT_FOUND,
                 "run %" G_GINT64_FORMAT " kept no sound named \"%s\": it has %s", number, shown,
                 names);
  else
    g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                 "run %" G_GINT64_FORMAT " kept several sounds: name one of %s", number, names);
  return NULL;
}

/* A record may come from elsewhere: only what lies in the history's own folders is played. */
static char *
locate (LbStore *store, const json_t *artifact, GError **error)
{
  const char *path = lb_json_string (artifact, "path", "");
  g_autofree char *shown = lb_text_escape (path);

  if (lb_store_is_own_path (path))
    return g_canonicalize_filename (path, lb_store_folder (store));
  g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
               "the record names \"%s\", which is no file of the history: it isn't played",
               shown);
  return NULL;
}

static gboolean
fail_file (const char *path, const char *why, GError **error)
{
  g_autofree char *shown = lb_text_escape (path);

  g_set_error (error, LB_ERROR, LB_ERROR_NOT_FOUND, "the sound \"%s\" %s", shown, why);
  return FALSE;
}

static gboolean
verify_open (int fd, const char *path, const char *hash, GError **error)
{
  g_autofree char *found = NULL;
  struct stat about;

  if (fstat (fd, &about) != 0 || !S_ISREG (about.st_mode))
    return fail_file (path, "is no regular file: it isn't what was kept", error);
  found = lb_hash_fd (fd, NULL, error);
  if (found == NULL)
    return FALSE;
  return strcmp (found, hash) == 0 ||
         fail_file (path,
                    "has changed since it was kept (its SHA-256 is another): it isn't played",
                    error);
}

static gboolean
verify (const char *path, const json_t *artifact, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  int saved_errno = errno;
  gboolean good;

  if (fd < 0 && saved_errno == ENOENT)
    return fail_file (path, "is gone: it was removed, by hand or to make room for newer ones",
                      error);
  if (fd < 0)
    return lb_error_set_errno (error, saved_errno, "can't read the sound \"%s\"", path);
  good = verify_open (fd, path, lb_json_string (artifact, "sha256", ""), error);
  close (fd);
  return good;
}

static GPtrArray *
find_player (const char *path, GError **error)
{
  gboolean wav = g_str_has_suffix (path, ".wav");

  for (guint i = 0; i < G_N_ELEMENTS (players); i++)
    {
      g_autofree char *program = g_find_program_in_path (players[i].program);
      GPtrArray *argv;

      if (program == NULL || (players[i].wav_only && !wav))
        continue;
      argv = g_ptr_array_new_with_free_func (g_free);
      g_ptr_array_add (argv, g_steal_pointer (&program));
      for (guint j = 0; players[i].arguments[j] != NULL; j++)
        g_ptr_array_add (argv, g_strdup (players[i].arguments[j]));
      g_ptr_array_add (argv, g_strdup (path));
      g_ptr_array_add (argv, NULL);
      return argv;
    }
  g_set_error_literal (error, LB_ERROR, LB_ERROR_NOT_FOUND,
                       "there is no program that plays sound: install one of pw-play, paplay, "
                       "aplay, ffplay, play (of sox), gst-play-1.0; --print-path says where the "
                       "sound is");
  return NULL;
}

/* The end of what comes, at most TAIL_BYTES of it. */
static char *
read_tail (GInputStream *stream)
{
  g_autoptr (GString) tail = g_string_new (NULL);
  char block[TAIL_BYTES];
  gssize n;

  while ((n = g_input_stream_read (stream, block, sizeof block, NULL, NULL)) > 0)
    {
      g_string_append_len (tail, block, n);
      if (tail->len > TAIL_BYTES)
        g_string_erase (tail, 0, (gssize) (tail->len - TAIL_BYTES));
    }
  return g_string_free (g_steal_pointer (&tail), FALSE);
}

static char *
last_line (const char *text)
{
  g_autofree char *stripped = g_strchomp (g_strdup (text));
  const char *newline = strrchr (stripped, '\n');

  return lb_text_escape (newline != NULL ? newline + 1 : stripped);
}

static gboolean
says_failure (const char *name, const char *tail)
{
  for (guint i = 0; i < G_N_ELEMENTS (players); i++)
    if (strcmp (players[i].program, name) == 0)
      return players[i].failure != NULL && strstr (tail, players[i].failure) != NULL;
  return FALSE;
}

static gboolean
play (const char *path, GError **error)
{
  g_autoptr (GPtrArray) argv = find_player (path, error);
  g_autoptr (GSubprocess) player = NULL;
  g_autofree char *tail = NULL, *line = NULL, *name = NULL;

  if (argv == NULL)
    return FALSE;
  player = g_subprocess_newv ((const char *const *) argv->pdata,
                              G_SUBPROCESS_FLAGS_STDIN_INHERIT |
                                  G_SUBPROCESS_FLAGS_STDOUT_SILENCE |
                                  G_SUBPROCESS_FLAGS_STDERR_PIPE,
                              error);
  if (player == NULL)
    return FALSE;
  tail = read_tail (g_subprocess_get_stderr_pipe (player));
  if (!g_subprocess_wait (player, NULL, error))
    return FALSE;
  name = g_path_get_basename (g_ptr_array_index (argv, 0));
  if (g_subprocess_get_successful (player) && !says_failure (name, tail))
    return TRUE;
  line = last_line (tail);
  g_set_error (error, LB_ERROR, LB_ERROR_FAILED,
               "%s could not play it%s%s: is there a sound device that can be opened? "
               "--print-path says where the sound is",
               name, *line != '\0' ? ": " : "", line);
  return FALSE;
}

static int
run_play (LbCli *cli, GError **error)
{
  const char *const *words = lb_cli_arguments (cli);
  g_autoptr (LbStore) store = lb_past_open (cli, error);
  g_autoptr (json_t) record = store != NULL ? lb_past_load (store, words[0], error) : NULL;
  const json_t *artifact = record != NULL ? find_artifact (record, words[1], error) : NULL;
  g_autofree char *path = artifact != NULL ? locate (store, artifact, error) : NULL;

  if (path == NULL || !verify (path, artifact, error))
    return LB_EXIT_FAILED;
  if (lb_cli_flag (cli, "print-path"))
    {
      lb_cli_print (cli, path);
      lb_cli_print (cli, "\n");
      return LB_EXIT_OK;
    }
  if (lb_json_boolean (json_object_get (record, "model"), "synthetic", FALSE))
    lb_cli_note (cli, "This was made with random weights: expect noise.");
  return play (path, error) ? LB_EXIT_OK : LB_EXIT_FAILED;
}

static const LbCliOption options[] = {
  { 0, "print-path", LB_CLI_FLAG, NULL, "only print where the sound is" },
  { 0 },
};

const LbCliCommand lb_command_play = {
  .name = "play",
  .arguments = "RUN [NAME]",
  .summary = "play the sound that a run kept",
  .description =
      "Plays a sound that is kept with RUN, after a look whether it is still what was kept, with "
      "the first of pw-play, paplay, aplay, ffplay, play (of sox) and gst-play-1.0 that is "
      "there.\n\n"
      "A run is named by its number in 'llamaburn history', by 'last', 'last~1' or by the end of "
      "its id. Where it kept several sounds NAME says which: a role (audio), or the name of a "
      "file "
      "with or without its ending (vocals).",
  .options = options,
  .min_arguments = 1,
  .max_arguments = 2,
  .completion = "runs",
  .run = run_play,
};
