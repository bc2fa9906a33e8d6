#include "bench/keep-files.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "audio/midi.h"
#include "bench/keep.h"
#include "bench/musical-output.h"
#include "core/error.h"

/* ---- notes ---- */

static GBytes *
make_midi (const json_t *output, GError **error)
{
  const json_t *given = json_object_get (output, "midi_settings");
  LbMidiSettings settings = { lb_json_real (given, "tempo_bpm", 0),
                              (int) lb_json_integer (given, "program", 0),
                              lb_json_boolean (given, "split", FALSE) };
  g_autoptr (GArray) notes = lb_output_notes (output);

  return lb_midi_write ((const LbMidiNote *) (gpointer) notes->data, notes->len, &settings,
                        error);
}

static void
append_real (GString *text, double value, char after)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (digits, sizeof digits, "%.6f", value);
  g_string_append (text, digits);
  g_string_append_c (text, after);
}

static GBytes *
make_notes_csv (const json_t *output, GError **error)
{
  GString *text = g_string_new ("start_s,end_s,pitch,velocity\n");
  g_autoptr (GArray) notes = lb_output_notes (output);

  for (guint i = 0; i < notes->len; i++)
    {
      const LbMidiNote *note = &g_array_index (notes, LbMidiNote, i);

      append_real (text, note->start_s, ',');
      append_real (text, note->end_s, ',');
      g_string_append_printf (text, "%d,%d\n", note->pitch, note->velocity);
    }
  return g_string_free_to_bytes (text);
}

/* ---- chords, beats ---- */

static GBytes *
make_lab (const json_t *output, GError **error)
{
  GString *text = g_string_new (NULL);
  size_t index;
  json_t *one;

  json_array_foreach (json_object_get (output, "chords"), index, one)
    {
      append_real (text, lb_json_real (one, "start_s", 0), '\t');
      append_real (text, lb_json_real (one, "end_s", 0), '\t');
      g_string_append_printf (text, "%s\n", lb_json_string (one, "label", "X"));
    }
  return g_string_free_to_bytes (text);
}

/* As .beats: where the bars are known, the count in the bar follows the time. */
static GBytes *
make_beats (const json_t *output, GError **error)
{
  const json_t *downbeats = json_object_get (output, "downbeats");
  GString *text = g_string_new (NULL);
  guint count = 0;
  size_t index;
  json_t *beat;

  json_array_foreach (json_object_get (output, "beats"), index, beat)
    {
      double at_s = json_number_value (beat);

      count = lb_is_downbeat (downbeats, at_s) ? 1 : count > 0 ? count + 1 : 0;
      append_real (text, at_s, count > 0 ? '\t' : '\n');
      if (count > 0)
        g_string_append_printf (text, "%u\n", count);
    }
  return g_string_free_to_bytes (text);
}

/* ---- descriptions ---- */

/* As the model wrote it, and a line's end. */
static GBytes *
make_description (const json_t *output, GError **error)
{
  const char *text = lb_json_string (output, "text", "");
  GString *lines = g_string_new (text);

  if (!g_str_has_suffix (text, "\n"))
    g_string_append_c (lines, '\n');
  return g_string_free_to_bytes (lines);
}

/* ---- what can be counted ---- */

static int
compare_edges (gconstpointer a, gconstpointer b)
{
  const double *x = a, *y = b;

  return x[0] != y[0] ? (x[0] < y[0] ? -1 : 1) : (x[1] > y[1]) - (x[1] < y[1]);
}

/* How many notes sound at once, at most. */
static gint64
count_voices (const GArray *notes)
{
  g_autoptr (GArray) edges = g_array_new (FALSE, FALSE, 2 * sizeof (double));
  double now = 0, most = 0;

  for (guint i = 0; i < notes->len; i++)
    {
      const LbMidiNote *note = &g_array_index (notes, LbMidiNote, i);
      const double both[] = { note->start_s, 1, note->end_s, -1 };

      g_array_append_vals (edges, both, 2);
    }
  g_array_sort (edges, compare_edges);
  for (guint i = 0; i < edges->len; i++)
    {
      now += ((const double *) (gpointer) edges->data)[2 * i + 1];
      most = MAX (most, now);
    }
  return (gint64) most;
}

static void
count_notes (json_t *output, double duration_s)
{
  g_autoptr (GArray) notes = lb_output_notes (output);
  json_t *counts = json_object ();
  int lowest = 127, highest = 0;

  lb_json_set_integer (counts, "notes", notes->len);
  for (guint i = 0; i < notes->len; i++)
    {
      lowest = MIN (lowest, g_array_index (notes, LbMidiNote, i).pitch);
      highest = MAX (highest, g_array_index (notes, LbMidiNote, i).pitch);
    }
  if (duration_s > 0)
    lb_json_set_real (counts, "notes_per_s", notes->len / duration_s);
  if (notes->len > 0)
    {
      lb_json_set_integer (counts, "lowest_pitch", lowest);
      lb_json_set_integer (counts, "highest_pitch", highest);
      lb_json_set_integer (counts, "most_at_once", count_voices (notes));
    }
  lb_json_set (output, "counts", counts);
}

static void
count_list (json_t *output, const char *list)
{
  json_t *counts = json_object ();

  lb_json_set_integer (counts, list, (gint64) json_array_size (json_object_get (output, list)));
  lb_json_set (output, "counts", counts);
}

static void
count_chords (json_t *output, double duration_s)
{
  count_list (output, "chords");
}

static void
count_beats (json_t *output, double duration_s)
{
  count_list (output, "beats");
}

static const struct {
  const char *mode;
  void (*count) (json_t *output, double duration_s);
} counters[] = {
  { "transcription", count_notes },
  { "chords", count_chords },
  { "beats", count_beats },
};

/* ---- files ---- */

typedef struct {
  const char *mode;
  const char *list; /* the output's member that it is made of */
  const char *role; /* of the artifact, and the output's member with its path */
  const char *name, *suffix;
  gboolean saved; /* what --save copies */
  GBytes *(*make) (const json_t *output, GError **error);
} File;

static const File files[] = {
  { "transcription", "notes", "midi", "notes", "mid", TRUE, make_midi },
  { "transcription", "notes", "notes_csv", "notes", "csv", FALSE, make_notes_csv },
  { "chords", "chords", "lab", "chords", "lab", TRUE, make_lab },
  { "beats", "beats", "beats_txt", "beats", "txt", TRUE, make_beats },
  { "analysis", "text", "description", "description", "txt", TRUE, make_description },
};

static gboolean
write_whole (const char *path, GBytes *bytes, GError **error)
{
  GError *local = NULL;
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);

  if (g_file_set_contents_full (path, data != NULL ? data : "", (gssize) length,
                                G_FILE_SET_CONTENTS_CONSISTENT, 0644, &local))
    return TRUE;
  g_set_error (error, LB_ERROR,
               g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOSPC) ? LB_ERROR_NO_SPACE
                                                                         : LB_ERROR_FAILED,
               "%s", local->message);
  g_error_free (local);
  return FALSE;
}

static void
flag_failure (LbResult *result, const char *id, const File *file, const GError *error)
{
  g_autofree char *what = g_strdup_printf ("the %s file could not be written", file->suffix);

  lb_keep_flag (result, id, what, error);
}

static guint64
keep (LbStore *store, const File *file, guint output, LbResult *result, GBytes *bytes,
      GError **error)
{
  const char *id = lb_result_id (result);
  g_autofree char *name = output == 0 ? g_strdup_printf ("%s.%s", file->name, file->suffix)
                                      : g_strdup_printf ("%s-%u.%s", file->name, output + 1,
                                                         file->suffix);
  g_autofree char *folder = g_build_filename (lb_store_folder (store), "runs", id, NULL);
  g_autofree char *draft = g_strconcat (folder, "/.new-", name, NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  json_t *artifact = write_whole (draft, bytes, error)
                         ? lb_store_add_artifact (store, id, file->role, name, draft, error)
                         : NULL;

  if (artifact == NULL)
    {
      unlink (draft);
      return 0;
    }
  lb_json_set_path (lb_result_last_output (result), file->role, path);
  json_array_append_new (json_object_get (lb_result_record (result), "artifacts"), artifact);
  return g_bytes_get_size (bytes);
}

static void
save (const LbPlan *plan, guint case_index, const File *file, LbResult *result, GBytes *bytes)
{
  g_autofree char *path = lb_keep_path (plan, case_index, plan->settings.save, file->name,
                                        file->suffix);
  g_autoptr (GError) error = NULL;

  if (!write_whole (path, bytes, &error))
    flag_failure (result, "not-saved", file, error);
}

static guint64
do_file (LbStore *store, const LbPlan *plan, guint case_index, const File *file, guint output,
         LbResult *result)
{
  const LbSettings *settings = &plan->settings;
  gboolean keeps = store != NULL && settings->keep != LB_KEEP_NONE &&
                   (output == 0 || settings->keep == LB_KEEP_ALL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = file->make (lb_result_last_output (result), &error);
  guint64 kept = 0;

  if (bytes != NULL && keeps)
    kept = keep (store, file, output, result, bytes, &error);
  if (error != NULL)
    flag_failure (result, "not-kept", file, error);
  if (bytes != NULL && settings->save != NULL && output == 0 && file->saved)
    save (plan, case_index, file, result, bytes);
  return kept;
}

guint64
lb_keep_files (LbStore *store, const LbPlan *plan, guint case_index, LbResult *result)
{
  const char *mode = lb_plan_case (plan, case_index)->mode;
  json_t *output = lb_result_last_output (result);
  double duration_s = lb_json_real (json_object_get (lb_result_record (result), "input"),
                                    "processed_s", NAN);
  guint64 bytes = 0;
  guint number;

  if (!lb_result_output_is_new (result, &number))
    return 0;
  for (guint i = 0; i < G_N_ELEMENTS (counters); i++)
    if (strcmp (counters[i].mode, mode) == 0)
      counters[i].count (output, duration_s);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    if (strcmp (files[i].mode, mode) == 0 && json_object_get (output, files[i].list) != NULL)
      bytes += do_file (store, plan, case_index, &files[i], number, result);
  return bytes;
}
