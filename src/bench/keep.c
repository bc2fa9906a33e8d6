#include "bench/keep.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "audio/write.h"
#include "bench/validity.h"
#include "core/error.h"
#include "core/text.h"

#define FLAC_MAX_CHANNELS 8
#define FLAC_MAX_RATE_HZ 655350
#define MAX_NAME 100

/* FLAC has whole numbers up to full scale: what goes beyond stays whole only in a float file. */
static const char *
suffix_of (const LbSettings *settings, const LbSound *sound)
{
  gboolean fits = !sound->levels.beyond && lb_pcm_channels (sound->pcm) <= FLAC_MAX_CHANNELS &&
                  lb_pcm_rate_hz (sound->pcm) <= FLAC_MAX_RATE_HZ;

  return settings->flac && fits ? "flac" : "wav";
}

/* Letters, digits, "-" and "_" of @text; others become "-". */
static char *
plain_name (const char *text)
{
  char *name = g_strndup (text != NULL ? text : "", MAX_NAME);

  g_strcanon (name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-", '-');
  return name;
}

/* "audio.wav", "audio-2.wav" for the second output; "vocals.wav" for a stem. */
static char *
name_of (const LbSettings *settings, gboolean stems, const LbSound *sound, guint output)
{
  g_autofree char *stem = plain_name (stems ? sound->stem : "audio");
  const char *base = *stem != '\0' ? stem : "stem";

  if (output == 0)
    return g_strdup_printf ("%s.%s", base, suffix_of (settings, sound));
  return g_strdup_printf ("%s-%u.%s", base, output + 1, suffix_of (settings, sound));
}

void
lb_keep_flag (LbResult *result, const char *id, const char *what, const GError *error)
{
  gboolean full = g_error_matches (error, LB_ERROR, LB_ERROR_NO_SPACE);

  lb_result_add_flag (
      result,
      lb_flag_new (id,
                   full ? "make room on that disk (llamaburn history remove frees what was "
                          "kept), then run it again"
                        : "see what it says; the figures are kept",
                   "%s: %s", what, error->message));
}

/* Written beside its place, then made the run's. Returns: (transfer full) (nullable): its
 * absolute path */
static char *
keep_one (LbStore *store, const LbSettings *settings, gboolean stems, const LbSound *sound,
          guint output, LbResult *result, guint64 *bytes, GError **error)
{
  const char *id = lb_result_id (result);
  g_autofree char *name = name_of (settings, stems, sound, output);
  g_autofree char *draft = g_strconcat (".new-", name, NULL);
  g_autofree char *folder = g_build_filename (lb_store_folder (store), "runs", id, NULL);
  g_autofree char *source = g_build_filename (folder, draft, NULL);
  json_t *artifact;

  if (!lb_audio_write (sound->pcm, source, error))
    return NULL;
  artifact = lb_store_add_artifact (store, id, stems ? "stem" : "audio", name, source, error);
  if (artifact == NULL)
    {
      unlink (source);
      return NULL;
    }
  *bytes += (guint64) lb_json_integer (artifact, "bytes", 0);
  json_array_append_new (json_object_get (lb_result_record (result), "artifacts"), artifact);
  return g_build_filename (folder, name, NULL);
}

static guint64
keep (LbStore *store, const LbPlan *plan, gboolean stems, guint output, LbResult *result,
      const GPtrArray *sounds)
{
  guint64 bytes = 0;
  json_t *into = lb_result_last_output (result);

  for (guint i = 0; i < sounds->len; i++)
    {
      const LbSound *sound = g_ptr_array_index (sounds, i);
      g_autoptr (GError) error = NULL;
      g_autofree char *path = keep_one (store, &plan->settings, stems, sound, output, result,
                                        &bytes, &error);

      if (path == NULL)
        {
          lb_keep_flag (result, "not-kept", "the sound could not be kept", error);
          return bytes;
        }
      if (!stems)
        {
          lb_json_set_path (into, "audio", path);
          continue;
        }
      if (json_object_get (into, "stems") == NULL)
        lb_json_set (into, "stems", json_object ());
      lb_json_set_path (json_object_get (into, "stems"), sound->stem, path);
    }
  return bytes;
}

/* ---- settings.save, settings.click ---- */

static gboolean
is_file_of_plan (const LbPlan *plan, const char *path)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);

  for (guint c = 0; c < plan->cases->len; c++)
    for (guint i = 0; i < lb_plan_case (plan, c)->inputs->len; i++)
      {
        const LbPlanInput *input = g_ptr_array_index (lb_plan_case (plan, c)->inputs, i);
        g_autofree char *its = input->path != NULL ? g_canonicalize_filename (input->path, NULL)
                                                   : NULL;

        if (g_strcmp0 (absolute, its) == 0)
          return TRUE;
      }
  return FALSE;
}

static gboolean
check_file (const LbPlan *plan, const char *path, gboolean is_sound, GError **error)
{
  g_autofree char *shown = lb_text_escape (path);
  g_autofree char *folder = g_path_get_dirname (path);
  const char *why = NULL;

  if (is_sound && !g_str_has_suffix (path, ".wav") && !g_str_has_suffix (path, ".flac"))
    why = "its name must end in .wav or .flac";
  else if (g_file_test (path, G_FILE_TEST_EXISTS) && !g_file_test (path, G_FILE_TEST_IS_REGULAR))
    why = "something that is no file has that name";
  else if (is_file_of_plan (plan, path))
    why = "it is an input: name another file";
  if (why == NULL)
    return access (folder, W_OK | X_OK) == 0 ||
           lb_error_set_errno (error, errno, "can't save as \"%s\"", shown);
  g_set_error (error, LB_ERROR, LB_ERROR_USAGE, "can't save as \"%s\": %s", shown, why);
  return FALSE;
}

/* @several: files are to go there, so that it must be a folder; so does "name/". */
static gboolean
check_target (const LbPlan *plan, const char *path, gboolean several, gboolean is_sound,
              GError **error)
{
  g_autofree char *shown = path != NULL ? lb_text_escape (path) : NULL;

  if (path == NULL)
    return TRUE;
  if (!several && !g_str_has_suffix (path, "/") && !g_file_test (path, G_FILE_TEST_IS_DIR))
    return check_file (plan, path, is_sound, error);
  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
                   "sounds are to be saved in \"%s\", which is no folder: make it (mkdir), or name "
                   "another",
                   shown);
      return FALSE;
    }
  return access (path, W_OK | X_OK) == 0 ||
         lb_error_set_errno (error, errno, "can't save sounds in the folder \"%s\"", shown);
}

static gboolean
check_click (const LbPlan *plan, GError **error)
{
  const LbSettings *settings = &plan->settings;
  const char *why = NULL;

  if (settings->click == NULL)
    return TRUE;
  for (guint i = 0; i < plan->cases->len; i++)
    if (strcmp (lb_plan_case (plan, i)->mode, "beats") != 0)
      why = "plan: settings.click is for cases of beats only";
  if (g_strcmp0 (settings->click, settings->save) == 0 &&
      !g_file_test (settings->click, G_FILE_TEST_IS_DIR))
    why = "--click and --save name the same file: give each its own";
  if (why == NULL)
    return check_target (plan, settings->click, plan->cases->len > 1, TRUE, error);
  g_set_error_literal (error, LB_ERROR, LB_ERROR_USAGE, why);
  return FALSE;
}

gboolean
lb_keep_check (const LbPlan *plan, GError **error)
{
  LbModeSound sound = lb_mode_sound (lb_plan_case (plan, 0)->mode);
  gboolean several = plan->cases->len > 1 || sound == LB_MODE_STEMS;

  return check_target (plan, plan->settings.save, several, sound != LB_MODE_NO_SOUND, error) &&
         check_click (plan, error);
}

char *
lb_keep_path (const LbPlan *plan, guint case_index, const char *target, const char *what,
              const char *suffix)
{
  g_autofree char *engine = plain_name (lb_plan_case (plan, case_index)->engine);
  g_autofree char *name = NULL;

  if (!g_file_test (target, G_FILE_TEST_IS_DIR))
    return g_strdup (target);
  name = g_strdup_printf ("%02u-%s-%s.%s", case_index + 1, engine, what, suffix);
  return g_build_filename (target, name, NULL);
}

/* In a folder: "01-piper-en_US-joe-medium.wav", and the stem's name where there are several. */
static char *
save_name (const LbPlan *plan, guint case_index, gboolean stems, const LbSound *sound)
{
  const LbCase *it = lb_plan_case (plan, case_index);
  g_autofree char *engine = plain_name (it->engine);
  g_autofree char *model = plain_name (it->model);
  g_autofree char *stem = plain_name (stems ? sound->stem : "");
  const char *suffix = suffix_of (&plan->settings, sound);

  return g_strdup_printf ("%02u-%s%s%s%s%s.%s", case_index + 1, engine, *model != '\0' ? "-" : "",
                          model, *stem != '\0' ? "-" : "", stem, suffix);
}

static void
save (const LbPlan *plan, guint case_index, gboolean stems, LbResult *result,
      const GPtrArray *sounds)
{
  for (guint i = 0; i < sounds->len; i++)
    {
      const LbSound *sound = g_ptr_array_index (sounds, i);
      g_autofree char *name = save_name (plan, case_index, stems, sound);
      g_autofree char *path = g_strdup (plan->settings.save);
      g_autoptr (GError) error = NULL;

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        {
          g_free (path);
          path = g_build_filename (plan->settings.save, name, NULL);
        }
      if (!lb_audio_write (sound->pcm, path, &error))
        lb_keep_flag (result, "not-saved", "the sound could not be saved", error);
    }
}

guint64
lb_keep_sounds (LbStore *store, const LbPlan *plan, guint case_index, LbResult *result,
                const GPtrArray *sounds)
{
  const LbSettings *settings = &plan->settings;
  gboolean stems = lb_mode_sound (lb_plan_case (plan, case_index)->mode) == LB_MODE_STEMS;
  guint output;
  guint64 bytes = 0;

  if (!lb_result_output_is_new (result, &output))
    return 0;
  if (store != NULL && settings->keep != LB_KEEP_NONE &&
      (output == 0 || settings->keep == LB_KEEP_ALL))
    bytes = keep (store, plan, stems, output, result, sounds);
  if (settings->save != NULL && output == 0)
    save (plan, case_index, stems, result, sounds);
  return bytes;
}
