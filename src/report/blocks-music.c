/* Rows of a result's block that only music has. */
#include <math.h>

#include "core/text.h"
#include "report/blocks-say.h"
#include "report/field.h"
#include "report/style.h"

#define SHOWN_CHORDS 16
#define SHOWN_GENRES 3

char *
lb_say_notes (const json_t *record)
{
  const json_t *counts = lb_field_at (record, "/output/counts");
  g_autofree char *notes = lb_say ("notes", record);
  GString *line = g_string_new (notes);

  if (!lb_says ("notes", record))
    return g_string_free (line, FALSE);
  lb_say_append (line, record, "notes_per_s", ", ", " a second");
  if (json_object_get (counts, "lowest_pitch") != NULL)
    g_string_append_printf (line,
                            ", MIDI %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT
                            ", at most %" G_GINT64_FORMAT " at once",
                            lb_json_integer (counts, "lowest_pitch", 0),
                            lb_json_integer (counts, "highest_pitch", 0),
                            lb_json_integer (counts, "most_at_once", 0));
  return g_string_free (line, FALSE);
}

char *
lb_say_beats (const json_t *record)
{
  g_autofree char *beats = lb_say ("beats", record);
  GString *line = g_string_new (beats);

  if (lb_says ("beats", record))
    lb_say_append (line, record, "bpm", ", ", " bpm");
  return g_string_free (line, FALSE);
}

/* The first chords, as many as a line holds. */
char *
lb_say_chords (const json_t *record)
{
  const json_t *chords = lb_field_at (record, "/output/chords");
  GString *line = g_string_new (NULL);
  size_t index;
  json_t *one;

  if (json_array_size (chords) == 0)
    return g_string_free (g_string_append (line, LB_ABSENT), FALSE);
  json_array_foreach ((json_t *) chords, index, one)
    {
      g_autofree char *label = lb_text_escape (lb_json_string (one, "label", ""));

      if (index < SHOWN_CHORDS)
        g_string_append_printf (line, "%s%s", index > 0 ? " " : "", label);
    }
  if (json_array_size (chords) > SHOWN_CHORDS)
    g_string_append_printf (line, " … (%zu)", json_array_size (chords));
  lb_say_append (line, record, "key", "; key ", "");
  return g_string_free (line, FALSE);
}

char *
lb_say_genre (const json_t *record)
{
  const json_t *genres = lb_field_at (record, "/output/genre");
  GString *line = g_string_new (NULL);
  size_t index;
  json_t *one;

  if (json_array_size (genres) == 0)
    return g_string_free (g_string_append (line, LB_ABSENT), FALSE);
  json_array_foreach ((json_t *) genres, index, one)
    {
      g_autofree char *label = lb_text_escape (lb_json_string (one, "label", ""));

      if (index < SHOWN_GENRES)
        g_string_append_printf (line, "%s%s %.1f %%", index > 0 ? ", " : "", label,
                                100 * lb_json_real (one, "score", 0));
    }
  return g_string_free (line, FALSE);
}

char *
lb_say_stems (const json_t *record)
{
  const json_t *sounds = lb_field_at (record, "/output/sounds");
  double difference = lb_json_real (json_object_get (record, "output"), "sum_difference_rms",
                                    NAN);
  GString *line = g_string_new (NULL);
  const char *name;
  json_t *sound;

  if (json_object_size (sounds) == 0)
    return g_string_free (g_string_append (line, LB_ABSENT), FALSE);
  json_object_foreach ((json_t *) sounds, name, sound)
    {
      g_autofree char *shown = lb_text_escape (name);

      g_string_append_printf (line, "%s%s", line->len > 0 ? ", " : "", shown);
      if (json_object_get (sound, "loudness_lufs") != NULL)
        g_string_append_printf (line, " (%.1f LUFS)", lb_json_real (sound, "loudness_lufs", 0));
    }
  if (isfinite (difference))
    g_string_append_printf (line, "; their sum is off the mix by %.1f dBFS",
                            20 * log10 (MAX (difference, 1e-10)));
  return g_string_free (line, FALSE);
}

char *
lb_say_stem_score (const json_t *record)
{
  static const char *const parts[][2] = {
    { "si_sdr_db", "SI-SDR" }, { "whole_sdr_db", "SDR of the whole" },
    { "sir_db", "SIR" },       { "sar_db", "SAR" },
    { "isr_db", "ISR" },       { NULL }
  };
  const json_t *stems = lb_field_at (record, "/scores/sdr/stems");
  g_autofree char *mean = lb_say ("sdr_db", record);
  GString *line = g_string_new (mean);
  const char *name;
  json_t *stem;

  if (stems == NULL)
    return g_string_free (line, FALSE);
  json_object_foreach ((json_t *) stems, name, stem)
    {
      g_autofree char *shown = lb_text_escape (name);

      if (json_object_get (stem, "sdr_db") != NULL)
        g_string_append_printf (line, ", %s %.2f", shown, lb_json_real (stem, "sdr_db", 0));
    }
  g_string_append (line, " dB");
  for (guint i = 0; parts[i][0] != NULL; i++)
    {
      g_autofree char *before = g_strdup_printf ("; %s ", parts[i][1]);

      lb_say_append (line, record, parts[i][0], before, "");
    }
  return g_string_free (line, FALSE);
}

/* The main figure of a score, and a few of its parts. */
static char *
say_score (const json_t *record, const char *main, const char *const parts[][2])
{
  g_autofree char *value = lb_say (main, record);
  GString *line = g_string_new (value);

  if (!lb_says (main, record))
    return g_string_free (line, FALSE);
  for (guint i = 0; parts[i][0] != NULL; i++)
    {
      g_autofree char *before = g_strdup_printf (", %s ", parts[i][1]);

      lb_say_append (line, record, parts[i][0], before, "");
    }
  return g_string_free (line, FALSE);
}

char *
lb_say_note_score (const json_t *record)
{
  static const char *const parts[][2] = { { "note_precision", "precision" },
                                          { "note_recall", "recall" },
                                          { "note_offset_f1", "with offset" },
                                          { "note_frame_f1", "frames" },
                                          { NULL } };

  return say_score (record, "note_f1", parts);
}

char *
lb_say_beat_score (const json_t *record)
{
  static const char *const parts[][2] = {
    { "beat_cml_t", "CMLt" }, { "beat_aml_t", "AMLt" }, { "tempo_p", "tempo" }, { NULL }
  };

  return say_score (record, "beat_f", parts);
}

char *
lb_say_chord_score (const json_t *record)
{
  static const char *const parts[][2] = { { "chord_root", "root" },
                                          { "chord_sevenths", "sevenths" },
                                          { "chord_mirex", "mirex" },
                                          { NULL } };

  return say_score (record, "chord_majmin", parts);
}

char *
lb_say_genre_score (const json_t *record)
{
  static const char *const parts[][2] = { { "genre_place", "place of the right one" }, { NULL } };

  return say_score (record, "genre_top1", parts);
}

/* Where the files are. */
char *
lb_say_files (const json_t *record)
{
  static const char *const names[] = { "midi", "lab", "beats_txt", "click", "description" };
  GString *line = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (lb_says (names[i], record))
      {
        g_autofree char *path = lb_field_show (lb_field (names[i]), record, TRUE);

        g_string_append_printf (line, "%s%s", line->len > 0 ? ", " : "", path);
      }
  return g_string_free (line->len > 0 ? line : g_string_append (line, LB_ABSENT), FALSE);
}
