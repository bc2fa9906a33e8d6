#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "audio/write.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/paths.h"
#include "core/text.h"
#include "decode/decode.h"
#include "render.h"
#include "samples.h"

#define MOST_STEMS 8
#define MANIFEST "manifest.json"

typedef struct {
  const json_t *set;
  char *root;    /* all samples */
  char *folder;  /* the set's */
  json_t *files; /* of the manifest, made so far */
  LbSamplesTick tick;
  gpointer user_data;
} Pull;

json_t *
lb_samples_recipe (GError **error)
{
  g_auto (GStrv) folders = lb_paths_shared ();

  for (guint i = 0; folders[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename (folders[i], "samples.json", NULL);

      if (g_file_test (path, G_FILE_TEST_EXISTS))
        return lb_json_read (path, error);
    }
  g_set_error_literal (error, LB_ERROR, LB_ERROR_NOT_FOUND,
                       "samples.json is in none of the data folders: install LlamaBurn again");
  return NULL;
}

char *
lb_samples_folder (GError **error)
{
  g_autofree char *data = lb_paths_data (error);

  return data != NULL ? g_build_filename (data, "samples", NULL) : NULL;
}

char *
lb_samples_lacks (const json_t *set)
{
  GString *packages = g_string_new (NULL);
  size_t index;
  json_t *need;

  json_array_foreach (json_object_get (set, "needs"), index, need)
    {
      const char *program = lb_json_string (need, "program", NULL);
      const char *file = lb_json_string (need, "file", NULL);
      g_autofree char *found = program != NULL ? g_find_program_in_path (program) : NULL;

      if ((program != NULL && found == NULL) ||
          (file != NULL && !g_file_test (file, G_FILE_TEST_EXISTS)))
        g_string_append_printf (packages, "%s%s", packages->len > 0 ? " " : "",
                                lb_json_string (need, "package", ""));
    }
  return g_string_free (packages, packages->len == 0);
}

static json_t *
read_manifest (const char *root)
{
  g_autofree char *path = g_build_filename (root, MANIFEST, NULL);
  json_t *manifest = lb_json_read (path, NULL);

  return manifest != NULL ? manifest : json_object ();
}

gboolean
lb_samples_is_here (const json_t *set)
{
  g_autofree char *root = lb_samples_folder (NULL);
  g_autoptr (json_t) manifest = root != NULL ? read_manifest (root) : json_object ();
  const json_t *files = json_object_get (
      json_object_get (manifest, lb_json_string (set, "name", "")), "files");
  size_t index;
  json_t *file;

  json_array_foreach ((json_t *) files, index, file)
    {
      g_autofree char *path = g_build_filename (root, lb_json_string (file, "path", ""), NULL);
      GStatBuf about;

      if (g_stat (path, &about) != 0 || about.st_size != lb_json_integer (file, "bytes", -1))
        return FALSE;
    }
  return json_array_size (files) > 0;
}

/* ---- files ---- */

/* The file at @path is whole: into the manifest. */
static gboolean
note_file (Pull *pull, const char *path, GError **error)
{
  g_autofree char *sha256 = lb_hash_file (path, NULL, error);
  GStatBuf about;
  json_t *file = json_object ();

  json_array_append_new (pull->files, file);
  if (sha256 == NULL)
    return FALSE;
  lb_json_set_string (file, "path", path + strlen (pull->root) + 1);
  lb_json_set_string (file, "sha256", sha256);
  if (g_stat (path, &about) == 0)
    lb_json_set_integer (file, "bytes", about.st_size);
  return TRUE;
}

static gboolean
write_bytes (Pull *pull, const char *name, const char *suffix, const char *data, gsize length,
             GError **error)
{
  g_autofree char *file = g_strconcat (name, suffix, NULL);
  g_autofree char *path = g_build_filename (pull->folder, file, NULL);
  GError *local = NULL;

  if (g_file_set_contents (path, data, (gssize) length, &local))
    return note_file (pull, path, error);
  g_set_error (error, LB_ERROR, LB_ERROR_FAILED, "%s", local->message);
  g_error_free (local);
  return FALSE;
}

/* @name: may begin with a folder, which is made */
static gboolean
write_sound (Pull *pull, const char *name, const LbPcm *pcm, GError **error)
{
  const char *suffix = lb_json_string (pull->set, "format", "flac");
  g_autofree char *file = g_strconcat (name, ".", suffix, NULL);
  g_autofree char *path = g_build_filename (pull->folder, file, NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  if (g_mkdir_with_parents (folder, 0755) != 0)
    return lb_error_set_errno (error, errno, "can't make the folder \"%s\"", folder);
  return lb_audio_write (pcm, path, error) && note_file (pull, path, error);
}

/* The mix, and its stems in a folder of its name. */
static gboolean
write_mix (Pull *pull, const char *name, LbPcm *const *stems, const char *const *names, guint n,
           GError **error)
{
  g_autoptr (LbPcm) mix = render_sum (stems, n, error);

  if (mix == NULL || !write_sound (pull, name, mix, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *stem = g_build_filename (name, names[i], NULL);

      if (!write_sound (pull, stem, stems[i], error))
        return FALSE;
    }
  return TRUE;
}

/* ---- kinds of sets ---- */

static gboolean
write_truth (Pull *pull, const char *name, const Song *song, GError **error)
{
  g_autoptr (GBytes) midi = render_midi (song, -1, error);
  g_autoptr (json_t) beats = json_object ();
  g_autofree char *text = NULL;
  json_t *times = json_array ();
  gsize length;
  const char *data = midi != NULL ? g_bytes_get_data (midi, &length) : NULL;

  lb_json_set_real (beats, "bpm", song->bpm);
  lb_json_set (beats, "beats", times);
  for (guint i = 0; i < song->beats->len; i++)
    json_array_append_new (times, json_real (g_array_index (song->beats, double, i)));
  text = lb_json_pretty (beats);
  return data != NULL && write_bytes (pull, name, ".mid", data, length, error) &&
         write_bytes (pull, name, ".beats", text, strlen (text), error) &&
         write_bytes (pull, name, ".lab", song->lab->str, song->lab->len, error);
}

static gboolean
make_song (Pull *pull, const json_t *recipe, GError **error)
{
  const char *name = lb_json_string (recipe, "name", "song");
  const char *soundfont = lb_json_string (pull->set, "soundfont", "");
  g_auto (Song) song = { 0 };
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func ((GDestroyNotify) lb_pcm_free);
  const char *names[SONG_PARTS];

  if (!song_compose (recipe, &song, error))
    return FALSE;
  for (guint i = 0; i < SONG_PARTS; i++)
    {
      LbPcm *part = render_part (&song, i, soundfont, pull->folder, error);

      if (part == NULL)
        return FALSE;
      names[i] = song_stem (i);
      g_ptr_array_add (parts, part);
    }
  return write_truth (pull, name, &song, error) &&
         write_mix (pull, name, (LbPcm *const *) parts->pdata, names, SONG_PARTS, error);
}

/* {"name", "stems": {STEM: file}}: sounds of a package, decoded as any other. */
static gboolean
make_recorded (Pull *pull, const json_t *recipe, GError **error)
{
  const char *name = lb_json_string (recipe, "name", "song");
  const char *folder = lb_json_string (pull->set, "folder", "");
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func ((GDestroyNotify) lb_pcm_free);
  const char *names[MOST_STEMS], *stem;
  json_t *file;

  json_object_foreach (json_object_get (recipe, "stems"), stem, file)
    {
      g_autofree char *path = g_build_filename (folder, json_string_value (file), NULL);
      LbDecodeRange range = { lb_json_real (recipe, "start_s", 0),
                              lb_json_real (recipe, "duration_s", 0), 0 };
      LbPcm *part = parts->len < MOST_STEMS ? lb_decode (path, &range, NULL, NULL, NULL, error)
                                            : NULL;

      if (part == NULL)
        return FALSE;
      names[parts->len] = stem;
      g_ptr_array_add (parts, part);
    }
  return parts->len > 0 &&
         write_mix (pull, name, (LbPcm *const *) parts->pdata, names, parts->len, error);
}

/* {"name", "text"}: NAME.wav of the package, and what is said in it. */
static gboolean
make_clip (Pull *pull, const json_t *recipe, GError **error)
{
  const char *name = lb_json_string (recipe, "name", "clip");
  const char *text = lb_json_string (recipe, "text", "");
  g_autofree char *file = g_strconcat (name, ".wav", NULL);
  g_autofree char *path = g_build_filename (lb_json_string (pull->set, "folder", ""), file, NULL);
  g_autofree char *data = NULL;
  gsize length;

  return g_file_get_contents (path, &data, &length, error) &&
         write_bytes (pull, name, ".wav", data, length, error) &&
         write_bytes (pull, name, ".txt", text, strlen (text), error);
}

static const struct {
  const char *kind, *list;
  gboolean (*make) (Pull *pull, const json_t *recipe, GError **error);
} kinds[] = {
  { "songs", "songs", make_song },
  { "recorded", "songs", make_recorded },
  { "speech", "clips", make_clip },
};

static gboolean
make_all (Pull *pull, GError **error)
{
  const char *kind = lb_json_string (pull->set, "kind", "");
  size_t index;
  json_t *recipe;

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (kinds[i].kind, kind) == 0)
      {
        json_array_foreach (json_object_get (pull->set, kinds[i].list), index, recipe)
          {
            if (pull->tick != NULL)
              pull->tick (lb_json_string (recipe, "name", ""), pull->user_data);
            if (!kinds[i].make (pull, recipe, error))
              return FALSE;
          }
        return TRUE;
      }
  g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT, "samples.json: no set can be of kind \"%s\"",
               kind);
  return FALSE;
}

static gboolean
write_manifest (const Pull *pull, GError **error)
{
  g_autoptr (json_t) manifest = read_manifest (pull->root);
  g_autofree char *path = g_build_filename (pull->root, MANIFEST, NULL), *text = NULL;
  json_t *own = json_object ();

  lb_json_set_string (own, "licence", lb_json_string (pull->set, "licence", ""));
  lb_json_set (own, "files", json_incref (pull->files));
  lb_json_set (manifest, lb_json_string (pull->set, "name", ""), own);
  text = lb_json_pretty (manifest);
  return g_file_set_contents (path, text, -1, error);
}

gboolean
lb_samples_pull (const json_t *set, LbSamplesTick tick, gpointer user_data, GError **error)
{
  g_autofree char *lacks = lb_samples_lacks (set), *root = lb_samples_folder (error);
  g_autofree char *folder = NULL;
  g_autoptr (json_t) files = json_array ();
  Pull pull = { set, root, NULL, files, tick, user_data };

  if (root == NULL)
    return FALSE;
  if (lacks != NULL)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_NOT_FOUND,
                   "the samples \"%s\" are made of packages that aren't installed: apt install "
                   "%s",
                   lb_json_string (set, "name", ""), lacks);
      return FALSE;
    }
  folder = g_build_filename (root, lb_json_string (set, "name", ""), NULL);
  pull.folder = folder;
  if (g_mkdir_with_parents (folder, 0755) != 0)
    return lb_error_set_errno (error, errno, "can't make the folder \"%s\"", folder);
  return make_all (&pull, error) && write_manifest (&pull, error);
}
