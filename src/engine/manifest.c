#include "engine/manifest.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "core/error.h"
#include "core/paths.h"
#include "core/text.h"
#include "engine/decoding.h"
#include "engine/member.h"
#include "engine/python.h"

#define MAX_BYTES (4 * 1024 * 1024)
#define MAX_OPTIONS 256
#define RANK 100
#define RANK_MOST 1000000

static const char *const modes[] = { "stt",    "tts",   "separation", "transcription", "beats",
                                     "chords", "genre", "generation", "analysis",
                                     "quality", /* hidden: judges of what others made */
                                     "embedding",
                                     NULL };

static const char *const kinds[] = {
  [LB_OPTION_BOOL] = "bool",     [LB_OPTION_INT] = "int",
  [LB_OPTION_DOUBLE] = "double", [LB_OPTION_ENUM] = "enum",
  [LB_OPTION_TEXT] = "text",     [LB_OPTION_FILE] = "file",
  [LB_OPTION_LIST] = "list",     NULL,
};

static gboolean
is_mode (const char *text)
{
  return g_strv_contains (modes, text);
}

static void
option_free (gpointer data)
{
  LbOption *option = data;

  g_free (option->name);
  g_free (option->help);
  g_strfreev (option->choices);
  json_decref (option->fallback);
  g_free (option);
}

static gboolean
read_bound (const LbMemberPlace *place, const json_t *object, const char *member,
            const LbOption *option, double *bound, GError **error)
{
  const json_t *given = json_object_get (object, member);

  if (given == NULL)
    return TRUE;
  if (option->kind != LB_OPTION_INT && option->kind != LB_OPTION_DOUBLE)
    return lb_member_refuse (place, member, "left out: only an int or a double has a range",
                             error);
  if (!json_is_number (given))
    return lb_member_refuse (place, member, "a number", error);
  *bound = json_number_value (given);
  return TRUE;
}

static gboolean
read_kind (const LbMemberPlace *place, const json_t *object, LbOption *option, GError **error)
{
  const char *kind = lb_json_string (object, "kind", "");

  for (guint i = 0; kinds[i] != NULL; i++)
    if (g_str_equal (kinds[i], kind))
      {
        option->kind = i;
        return TRUE;
      }
  return lb_member_refuse (place, "kind", "one of: bool, int, double, enum, text, file, list",
                           error);
}

static gboolean
read_default (const LbMemberPlace *place, const json_t *object, LbOption *option, GError **error)
{
  json_t *fallback = json_object_get (object, "default");

  if (fallback == NULL || json_is_null (fallback))
    return TRUE;
  if (!lb_option_check (option, fallback, NULL))
    return lb_member_refuse (place, "default", "a value that the option itself allows", error);
  option->fallback = json_incref (fallback);
  return TRUE;
}

static gboolean
read_option (LbManifest *manifest, const json_t *object, GError **error)
{
  LbOption *option = g_new0 (LbOption, 1);
  LbMemberPlace place = { manifest->path, NULL };

  g_ptr_array_add (manifest->options, option);
  option->min = -INFINITY;
  option->max = INFINITY;
  option->work = TRUE;
  if (!json_is_object (object))
    return lb_member_refuse (&place, "options", "a list of objects", error);
  if (!lb_member_read_text (&place, object, "name", lb_member_is_option_name,
                            "an option's name: small letters, digits and -, a letter first", TRUE,
                            &option->name, error))
    return FALSE;
  place.option = option->name;
  for (guint i = 0; i + 1 < manifest->options->len; i++)
    if (g_str_equal (((LbOption *) manifest->options->pdata[i])->name, option->name))
      return lb_member_refuse (&place, "name", "given once only", error);
  if (!read_kind (&place, object, option, error) ||
      !read_bound (&place, object, "min", option, &option->min, error) ||
      !read_bound (&place, object, "max", option, &option->max, error) ||
      !lb_member_read_names (&place, object, "choices", lb_member_is_word,
                             "a list of texts, at least one", option->kind == LB_OPTION_ENUM,
                             &option->choices, error) ||
      !lb_member_read_text (&place, object, "help", lb_member_is_help, "one line of text", TRUE,
                            &option->help, error) ||
      !lb_member_read_boolean (&place, object, "work", &option->work, error))
    return FALSE;
  if (option->min > option->max)
    return lb_member_refuse (&place, "min", "at most \"max\"", error);
  return read_default (&place, object, option, error);
}

static gboolean
read_options (LbManifest *manifest, GError **error)
{
  const LbMemberPlace place = { manifest->path, NULL };
  const json_t *list = json_object_get (manifest->json, "options");
  size_t i;
  json_t *item;

  if (list == NULL)
    return TRUE;
  if (!json_is_array (list) || json_array_size (list) > MAX_OPTIONS)
    return lb_member_refuse (&place, "options", "a list of at most 256 objects", error);
  json_array_foreach (list, i, item)
    if (!read_option (manifest, item, error))
      return FALSE;
  return TRUE;
}

static gboolean
read_inputs (LbManifest *manifest, GError **error)
{
  const LbMemberPlace place = { manifest->path, NULL };
  const json_t *list = json_object_get (manifest->json, "inputs");
  g_autoptr (json_t) roles = json_array ();
  g_autoptr (json_t) holder = json_object ();
  size_t i;
  json_t *input;

  if (!json_is_array (list) || json_array_size (list) == 0 || json_array_size (list) > 16)
    return lb_member_refuse (&place, "inputs", "a list of objects {role, kind}, at least one",
                             error);
  json_array_foreach (list, i, input)
    {
      const char *kind = lb_json_string (input, "kind", "");
      const json_t *its_modes = json_object_get (input, "modes");

      if (its_modes != NULL && !json_is_array (its_modes))
        return lb_member_refuse (&place, "inputs", "a list of objects whose \"modes\" is a list",
                                 error);
      if (!g_str_equal (kind, "pcm") && !g_str_equal (kind, "text"))
        return lb_member_refuse (&place, "inputs",
                                 "a list of objects whose \"kind\" is pcm or text", error);
      json_array_append (roles, json_object_get (input, "role"));
      if (json_array_size (roles) != i + 1)
        return lb_member_refuse (&place, "inputs", "a list of objects, each with a \"role\"",
                                 error);
    }
  json_object_set (holder, "inputs", roles);
  return lb_member_read_names (&place, holder, "inputs", lb_member_is_option_name,
                               "a list of objects whose \"role\" is a name", TRUE,
                               &manifest->roles, error);
}

static gboolean
read_modes (LbManifest *manifest, GError **error)
{
  const LbMemberPlace place = { manifest->path, NULL };
  static const char must[] = "among: stt, tts, separation, transcription, beats, chords, "
                             "genre, generation, analysis";
  g_autofree char *mode = NULL;

  if (json_object_get (manifest->json, "modes") != NULL)
    return lb_member_read_names (&place, manifest->json, "modes", is_mode, must, TRUE,
                                 &manifest->modes, error);
  if (!lb_member_read_text (&place, manifest->json, "mode", is_mode, must, TRUE, &mode, error))
    return FALSE;
  manifest->modes = g_new0 (char *, 2);
  manifest->modes[0] = g_steal_pointer (&mode);
  return TRUE;
}

/* What is missing, with the manifest's own word on how to get it. */
static char *
describe_missing (const LbManifest *manifest)
{
  const json_t *need = json_array_get (json_object_get (manifest->json, "needs"), 0);
  g_autofree char *get = lb_text_escape (lb_json_string (need, "get", ""));

  if (*get == '\0' && manifest->command != NULL)
    return g_strdup_printf ("the engine \"%s\" isn't installed: llamaburn engines install %s",
                            manifest->id, manifest->id);
  if (*get == '\0')
    return g_strdup_printf ("the engine \"%s\" isn't built here", manifest->id);
  return g_strdup_printf ("the engine \"%s\" isn't %s here: %s", manifest->id,
                          manifest->command != NULL ? "installed" : "built", get);
}

static gboolean
find_module (LbManifest *manifest, GError **error)
{
  const LbMemberPlace place = { manifest->path, NULL };
  g_autofree char *name = NULL;
  g_autofree char *file = NULL;
  g_auto (GStrv) folders = lb_paths_modules ();

  if (!lb_member_read_text (
          &place, manifest->json, "module", lb_member_is_id,
          "a file's name without folder and without .so: small letters, digits and . _ -", FALSE,
          &name, error))
    return FALSE;
  if (name == NULL)
    name = g_strdelimit (g_strdup (manifest->id), ".", '-');
  file = g_strconcat (name, ".so", NULL);
  for (guint i = 0; folders[i] != NULL && manifest->module == NULL; i++)
    {
      g_autofree char *path = g_build_filename (folders[i], file, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
        manifest->module = g_canonicalize_filename (path, NULL);
    }
  if (manifest->module == NULL)
    manifest->missing = describe_missing (manifest);
  return TRUE;
}

/* A worker's program: "venv/bin/python" lies in the manifest's folder, "python3" is
 * looked up in PATH. */
static gboolean
find_command (LbManifest *manifest, GError **error)
{
  const LbMemberPlace place = { manifest->path, NULL };
  g_autofree char *program = NULL;

  if (json_object_get (manifest->json, "module") != NULL)
    return lb_member_refuse (&place, "command", "left out where there is a \"module\"", error);
  if (!lb_member_read_names (&place, manifest->json, "command", lb_member_is_word,
                             "a list of texts, at least one", TRUE, &manifest->command, error))
    return FALSE;
  if (strchr (manifest->command[0], '/') != NULL)
    program = g_canonicalize_filename (manifest->command[0], manifest->folder);
  else
    program = g_find_program_in_path (manifest->command[0]);
  if (program == NULL || !g_file_test (program, G_FILE_TEST_IS_EXECUTABLE) ||
      g_file_test (program, G_FILE_TEST_IS_DIR))
    {
      manifest->missing = describe_missing (manifest);
      return TRUE;
    }
  g_free (manifest->command[0]);
  manifest->command[0] = g_steal_pointer (&program);
  return TRUE;
}

static gboolean
check_needs (const LbManifest *manifest, GError **error)
{
  const LbMemberPlace place = { manifest->path, NULL };
  const json_t *needs = json_object_get (manifest->json, "needs");
  size_t i;
  json_t *need;

  if (needs == NULL)
    return TRUE;
  if (!json_is_array (needs) || json_array_size (needs) > LB_MEMBER_MAX_LIST)
    return lb_member_refuse (&place, "needs", "a list of objects", error);
  json_array_foreach (needs, i, need)
    {
      const char *get = lb_json_string (need, "get", NULL);

      if (!json_is_object (need) ||
          (json_object_get (need, "get") != NULL && (get == NULL || !lb_member_is_help (get))))
        return lb_member_refuse (&place, "needs",
                                 "a list of objects whose \"get\" is one line of text", error);
    }
  return TRUE;
}

static gboolean
read_rank (LbManifest *manifest, GError **error)
{
  const LbMemberPlace place = { manifest->path, NULL };
  const json_t *rank = json_object_get (manifest->json, "rank");

  if (rank != NULL && (!json_is_integer (rank) || json_integer_value (rank) < 0 ||
                       json_integer_value (rank) > RANK_MOST))
    return lb_member_refuse (&place, "rank", "a whole number from 0 to 1000000", error);
  manifest->rank = rank != NULL ? (int) json_integer_value (rank) : RANK;
  return TRUE;
}

static gboolean
read_members (LbManifest *manifest, GError **error)
{
  const LbMemberPlace place = { manifest->path, NULL };
  const json_t *json = manifest->json;

  return lb_member_read_text (&place, json, "id", lb_member_is_id,
                              "a name: small letters, digits and . _ -, a letter or digit first",
                              TRUE, &manifest->id, error) &&
         lb_member_read_text (&place, json, "title", lb_member_is_title,
                              "a text of at most 200 bytes", TRUE, &manifest->title, error) &&
         read_modes (manifest, error) && read_inputs (manifest, error) &&
         lb_member_read_names (&place, json, "models", lb_member_is_id,
                               "a list of names of model variants", FALSE, &manifest->variants,
                               error) &&
         lb_member_read_names (&place, json, "outputs", lb_member_is_option_name,
                               "a list of names", TRUE, &manifest->outputs, error) &&
         lb_member_read_names (&place, json, "backends", lb_member_is_id, "a list of names",
                               FALSE, &manifest->backends, error) &&
         lb_member_read_names (&place, json, "keys", lb_member_is_key,
                               "a list of names of environment variables", FALSE, &manifest->keys,
                               error) &&
         lb_member_read_boolean (&place, json, "network", &manifest->network, error) &&
         lb_member_read_boolean (&place, json, "hidden", &manifest->hidden, error) &&
         read_rank (manifest, error) && check_needs (manifest, error) &&
         read_options (manifest, error) && lb_decoding_read (manifest, error);
}

static gboolean
find_program (LbManifest *manifest, GError **error)
{
  if (json_object_get (manifest->json, "python") != NULL)
    return lb_python_read (manifest, error);
  if (json_object_get (manifest->json, "command") != NULL)
    return find_command (manifest, error);
  return find_module (manifest, error);
}

/* Folders of engines are read at every start: a pipe, a device or a heap of data would hold up
 * all. */
static gboolean
is_readable (const char *path, GError **error)
{
  g_autofree char *shown = lb_text_escape (path);
  GStatBuf status;

  if (g_stat (path, &status) != 0)
    return lb_error_set_errno (error, errno, "can't read \"%s\"", shown);
  if (S_ISREG (status.st_mode) && status.st_size <= MAX_BYTES)
    return TRUE;
  g_set_error (error, LB_ERROR, LB_ERROR_BAD_INPUT,
               "\"%s\" must be a file of at most %d MiB: mend it, or take its folder away", shown,
               MAX_BYTES / (1024 * 1024));
  return FALSE;
}

LbManifest *
lb_manifest_read (const char *path, GError **error)
{
  g_autoptr (LbManifest) manifest = g_new0 (LbManifest, 1);
  const LbMemberPlace place = { path, NULL };

  manifest->options = g_ptr_array_new_with_free_func (option_free);
  manifest->environments = g_ptr_array_new_with_free_func ((GDestroyNotify) lb_environment_free);
  manifest->path = g_canonicalize_filename (path, NULL);
  manifest->folder = g_path_get_dirname (manifest->path);
  manifest->json = is_readable (path, error) ? lb_json_read (path, error) : NULL;
  if (manifest->json == NULL)
    return NULL;
  if (!json_is_object (manifest->json))
    {
      lb_member_refuse (&place, "{}", "all of it: one object", error);
      return NULL;
    }
  if (!read_members (manifest, error))
    return NULL;
  if (!find_program (manifest, error))
    return NULL;
  return g_steal_pointer (&manifest);
}

void
lb_manifest_free (LbManifest *manifest)
{
  if (manifest == NULL)
    return;
  g_free (manifest->id);
  g_free (manifest->title);
  g_strfreev (manifest->modes);
  g_strfreev (manifest->variants);
  g_strfreev (manifest->roles);
  g_strfreev (manifest->outputs);
  g_strfreev (manifest->backends);
  g_strfreev (manifest->keys);
  g_ptr_array_unref (manifest->options);
  g_ptr_array_unref (manifest->environments);
  json_decref (manifest->json);
  g_free (manifest->path);
  g_free (manifest->folder);
  g_free (manifest->module);
  g_strfreev (manifest->command);
  g_free (manifest->missing);
  g_free (manifest);
}

static gboolean
holds_text (const json_t *list, const char *text)
{
  size_t i;
  json_t *item;

  json_array_foreach ((json_t *) list, i, item)
    if (g_strcmp0 (json_string_value (item), text) == 0)
      return TRUE;
  return FALSE;
}

const json_t *
lb_manifest_input (const LbManifest *manifest, const char *mode, const char *role)
{
  size_t i;
  json_t *input;

  json_array_foreach (json_object_get (manifest->json, "inputs"), i, input)
    {
      const json_t *its_modes = json_object_get (input, "modes");

      if ((its_modes == NULL || holds_text (its_modes, mode)) &&
          (role == NULL || g_str_equal (lb_json_string (input, "role", ""), role)))
        return input;
    }
  return NULL;
}

gboolean
lb_manifest_can (const LbManifest *manifest, const char *capability)
{
  return holds_text (json_object_get (manifest->json, "capabilities"), capability);
}

const LbOption *
lb_manifest_option (const LbManifest *manifest, const char *name)
{
  for (guint i = 0; i < manifest->options->len; i++)
    {
      const LbOption *option = manifest->options->pdata[i];

      if (g_str_equal (option->name, name))
        return option;
    }
  return NULL;
}
