/* The grammar of Harte et al. (2005), "Symbolic representation of musical chords":
 *   N | X | root [:quality] [:(degrees)] [/degree]; a quality may be followed by (degrees)
 * without a colon */
#include "scores/chord-label.h"

#include <string.h>

typedef struct {
  const char *text; /* what is still to be read */
} Reader;

/* An added or, with a star, left out degree, as it was written */
typedef struct {
  const char *text;
  gsize length;
  gboolean left_out;
  int semitones;
} Degree;

static const struct {
  const char *name;
  const char *notes; /* of an octave from the root on: x sounds */
} qualities[] = {
  { "maj", "x...x..x...." },     { "min", "x..x...x...." },   { "dim", "x..x..x....." },
  { "aug", "x...x...x..." },     { "1", "x..........." },     { "5", "x......x...." },
  { "sus2", "x.x....x...." },    { "sus4", "x....x.x...." },  { "maj6", "x...x..x.x.." },
  { "min6", "x..x...x.x.." },    { "7", "x...x..x..x." },     { "maj7", "x...x..x...x" },
  { "min7", "x..x...x..x." },    { "dim7", "x..x..x..x.." },  { "hdim7", "x..x..x...x." },
  { "minmaj7", "x..x...x...x" }, { "aug7", "x...x...x.x." },  { "9", "x...x..x..x." },
  { "maj9", "x...x..x...x" },    { "min9", "x..x...x..x." },  { "11", "x...x..x..x." },
  { "maj11", "x...x..x...x" },   { "min11", "x..x...x..x." }, { "13", "x...x..x..x." },
  { "maj13", "x...x..x...x" },   { "min13", "x..x...x..x." },
};

static gboolean
accept (Reader *reader, char c)
{
  if (*reader->text != c)
    return FALSE;
  reader->text++;
  return TRUE;
}

/* Sharps, or flats. Returns: the semitones that they add */
static int
read_accidentals (Reader *reader)
{
  char kind = *reader->text;
  int n = 0;

  if (kind != '#' && kind != 'b')
    return 0;
  while (accept (reader, kind))
    n++;
  return kind == '#' ? n : -n;
}

static guint16
notes_of (const char *pattern)
{
  guint16 notes = 0;

  for (guint i = 0; i < 12; i++)
    if (pattern[i] == 'x')
      notes |= (guint16) (1u << i);
  return notes;
}

guint16
lb_chord_quality (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (qualities); i++)
    if (strcmp (qualities[i].name, name) == 0)
      return notes_of (qualities[i].notes);
  return 0;
}

static gboolean
read_root (Reader *reader, int *semitones)
{
  static const char letters[] = "C.D.EF.G.A.B";
  const char *letter = *reader->text == '\0' || *reader->text == '.'
                           ? NULL
                           : strchr (letters, *reader->text);

  if (letter == NULL)
    return FALSE;
  reader->text++;
  *semitones = (((int) (letter - letters) + read_accidentals (reader)) % 12 + 12) % 12;
  return TRUE;
}

/* [accidentals] 1 … 13 */
static gboolean
read_degree (Reader *reader, int *semitones)
{
  static const int degrees[] = { 0, 2, 4, 5, 7, 9, 11, 12, 14, 16, 17, 19, 21 };
  int accidentals = read_accidentals (reader), degree;

  if (*reader->text < '1' || *reader->text > '9')
    return FALSE;
  degree = *reader->text++ - '0';
  if (degree == 1 && *reader->text >= '0' && *reader->text <= '3')
    degree = 10 + *reader->text++ - '0';
  *semitones = degrees[degree - 1] + accidentals;
  return TRUE;
}

static gboolean
is_written_before (const Degree *degrees, guint n)
{
  for (guint i = 0; i < n; i++)
    if (degrees[i].length == degrees[n].length &&
        strncmp (degrees[i].text, degrees[n].text, degrees[n].length) == 0)
      return TRUE;
  return FALSE;
}

/* "[*]degree,[*]degree…)": each adds 1 to its note or takes 1 away; one that is written twice
 * counts once. */
static gboolean
read_degrees (Reader *reader, int counts[12])
{
  Degree degrees[LB_CHORD_MAX_LABEL];
  guint n = 0;

  do
    {
      Degree *it = &degrees[n];

      it->text = reader->text;
      it->left_out = accept (reader, '*');
      if (!read_degree (reader, &it->semitones))
        return FALSE;
      it->length = (gsize) (reader->text - it->text);
      if (it->semitones < 12 && !is_written_before (degrees, n))
        counts[(it->semitones % 12 + 12) % 12] += it->left_out ? -1 : 1;
      n++;
    }
  while (accept (reader, ','));
  return accept (reader, ')');
}

/* ":quality", ":quality(degrees)", ":(degrees)", or nothing: major */
static gboolean
read_quality (Reader *reader, int counts[12])
{
  char name[8] = "maj";
  gboolean colon = accept (reader, ':');
  gsize length = strcspn (reader->text, "(/");
  guint16 notes;

  if (colon)
    {
      if (length >= sizeof name)
        return FALSE;
      g_strlcpy (name, reader->text, length + 1);
      reader->text += length;
    }
  notes = lb_chord_quality (name);
  if (notes == 0 && *reader->text != '(')
    return FALSE;
  if (notes == 0 && length > 0)
    return FALSE;
  for (guint i = 0; i < 12; i++)
    counts[i] = i == 0 || (notes >> i) & 1;
  return !colon || !accept (reader, '(') || read_degrees (reader, counts);
}

gboolean
lb_chord_parse (const char *label, LbChord *chord)
{
  Reader reader = { label };
  int root, bass = 0, counts[12];

  g_return_val_if_fail (label != NULL && chord != NULL, FALSE);

  if (strcmp (label, "N") == 0 || strcmp (label, "X") == 0)
    {
      *chord = (LbChord){ -1, -1, 0, *label == 'N' };
      return TRUE;
    }
  if (strlen (label) > LB_CHORD_MAX_LABEL || !read_root (&reader, &root) ||
      !read_quality (&reader, counts))
    return FALSE;
  if (accept (&reader, '/') && !read_degree (&reader, &bass))
    return FALSE;
  if (*reader.text != '\0')
    return FALSE;
  bass = (bass % 12 + 12) % 12;
  *chord = (LbChord){ (gint8) root, (gint8) bass, (guint16) (1u << bass), TRUE };
  for (guint i = 0; i < 12; i++)
    if (counts[i] > 0)
      chord->notes |= (guint16) (1u << i);
  return TRUE;
}
