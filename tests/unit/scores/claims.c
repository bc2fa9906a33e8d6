/* Sentences and what they claim: "~" about, "-" that it is not so, "/2" half-time, "*2"
 * double-time. */
#include "scores/claims.h"

#include <string.h>

typedef struct {
  const char *text, *claims;
} Case;

static LbClaimWords *
read_words (void)
{
  g_autoptr (json_t) lists = lb_json_read (LB_WORDS, NULL);
  LbClaimWords *words = lb_claim_words_new (lists, NULL);

  g_assert_nonnull (words);
  return words;
}

static void
append_key (GString *out, const LbClaim *claim)
{
  static const char *const notes[] = { "C",  "C#", "D",  "D#", "E",  "F",
                                       "F#", "G",  "G#", "A",  "A#", "B" };
  static const char *const modes[] = { "", " major", " minor" };

  g_string_append_printf (out, "key %s%s", claim->tonic >= 0 ? notes[claim->tonic] : "?",
                          modes[claim->mode]);
}

static void
append_claim (GString *out, const LbClaim *claim)
{
  g_string_append (out, out->len > 0 ? "; " : "");
  g_string_append (out, claim->negated ? "-" : "");
  if (claim->kind == LB_CLAIM_KEY)
    append_key (out, claim);
  else if (claim->kind == LB_CLAIM_VOCALS)
    g_string_append (out, "vocals");
  else if (claim->kind != LB_CLAIM_TEMPO)
    g_string_append (out, claim->name);
  else if (claim->low_bpm == claim->high_bpm)
    g_string_append_printf (out, "%s%g%s", claim->about ? "~" : "", claim->low_bpm,
                            claim->level < 0   ? "/2"
                            : claim->level > 0 ? "*2"
                                               : "");
  else
    g_string_append_printf (out, "%g..%g", claim->low_bpm, claim->high_bpm);
}

static void
check_all (const Case *cases, gsize n)
{
  g_autoptr (LbClaimWords) words = read_words ();

  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GArray) claims = lb_claims_find (words, cases[i].text);
      g_autoptr (GString) found = g_string_new (NULL);

      for (guint k = 0; k < claims->len; k++)
        append_claim (found, &g_array_index (claims, LbClaim, k));
      if (strcmp (found->str, cases[i].claims) != 0)
        g_test_message ("\"%s\"", cases[i].text);
      g_assert_cmpstr (found->str, ==, cases[i].claims);
    }
}

/* clang-format off */
static const Case tempo[] = {
  { "The tempo is 120 BPM.", "120" },
  { "It runs at around 120 bpm", "~120" },
  { "a tempo of approximately 96.5 beats per minute", "~96.5" },
  { "between 120 and 130 bpm", "120..130" },
  { "120-130 BPM", "120..130" },
  { "120 – 130 bpm", "120..130" },
  { "**Tempo:** 98", "98" },
  { "Tempo: approximately 98 beats a minute.", "~98" },
  { "BPM: 140", "140" },
  { "~90bpm", "~90" },
  { "It feels like half-time 60.", "60/2" },
  { "a half-time feel at 70 bpm", "70/2" },
  { "double time at 160 bpm", "160*2" },
  { "The tempo is not 120 bpm.", "-120" },
  { "It lasts 120 seconds.", "" },
  { "The tempo changes after 60 seconds.", "" },
  { "a tempo of 120 bars", "" },
  { "recorded in 1999 at 100 percent", "" },
  { "440 Hz, 12 bpm, 999 bpm", "" },
  { "The tempo is moderate. 120 people danced.", "" },
  { "120 bpm, yes, 120 BPM", "120" },
};

static const Case key[] = {
  { "It is in A minor.", "key A minor" },
  { "A minor issue is the mix.", "" },
  { "There is a minor issue, a major problem and a minor change.", "" },
  { "A minor is the key.", "key A minor" },
  { "A minor, 90 bpm.", "key A minor; 90" },
  { "in the key of F sharp", "key F#" },
  { "in the key of F# minor", "key F# minor" },
  { "in the key of f sharp major", "key F# major" },
  { "in B♭ major", "key A# major" },
  { "in Bb major, then Eb minor", "key A# major; key D# minor" },
  { "The key is D-flat major", "key C# major" },
  { "Key: Am", "key A minor" },
  { "Key: F#m", "key F# minor" },
  { "key: C", "key C" },
  { "in the key of a minor", "key A minor" },
  { "the key of a song", "" },
  { "The key is a bit unclear", "" },
  { "written in a minor key", "key ? minor" },
  { "a major scale run", "key ? major" },
  { "a minor key change", "" },
  { "an E minor chord and a major third", "" },
  { "C major (relative A minor)", "key C major" },
  { "G Major or E Minor", "key G major; key E minor" },
  { "It is not in C major.", "-key C major" },
  { "Am I wrong? I am not.", "" },
  { "the key of D dorian", "key D" },
  { "A major achievement with A major sound", "key A major" },
};

static const Case vocals[] = {
  { "A singer with a deep voice sings.", "vocals" },
  { "There are no vocals.", "-vocals" },
  { "It is purely instrumental.", "-vocals" },
  { "It is not instrumental.", "vocals" },
  { "an instrumental break leads into the chorus", "" },
  { "Instrumental in nature", "" },
  { "Vocals: none", "-vocals" },
  { "Vocals: a choir", "vocals" },
  { "Vocals are absent.", "-vocals" },
  { "The vocals are not only soft but warm.", "vocals" },
  { "The track lacks vocals entirely", "-vocals" },
  { "a vocal-free groove", "-vocals" },
  { "a vocal-like lead", "" },
  { "devoid of any singing", "-vocals" },
  { "No doubt the vocals shine.", "vocals" },
};

static const Case named[] = {
  { "Piano and drums.", "piano; drums" },
  { "no drums", "-drums" },
  { "without drums, guitars or vocals", "-drums; -guitar; -vocals" },
  { "no drums, a piano and strings", "-drums; piano; strings" },
  { "no drums, but a piano", "-drums; piano" },
  { "There isn't any piano, nor a flute", "-piano; -flute" },
  { "not only drums but also bass", "drums; bass" },
  { "Not just piano", "piano" },
  { "instead of drums, a tambourine", "-drums; tambourine" },
  { "The drums are missing", "-drums" },
  { "The bass isn't present", "-bass" },
  { "drums don't stop", "-drums" }, /* fooled: said in the docs */
  { "drum and bass with a deep bass line", "drum and bass; bass" },
  { "an electric guitar, a nylon-string guitar and guitars",
    "electric guitar; acoustic guitar; guitar" },
  { "a guitar-like synth", "synthesizer" },
  { "violins, cellos and a saxophonist", "violin; cello; saxophone" },
  { "bass-heavy techno", "techno" },
  { "heavy metal with metal drums", "metal; drums" },
  { "Jazz, jazz and JAZZ", "jazz" },
  { "a solid rock beat in this house", "rock" },
  { "organic, basic, recorder-free", "-recorder" },
  { "hip-hop; R&B; lo-fi", "hip hop; r&b; lo fi" },
  { "", "" },
  { "…!?", "" },
};
/* clang-format on */

static void
finds_tempi (void)
{
  check_all (tempo, G_N_ELEMENTS (tempo));
}

static void
finds_keys (void)
{
  check_all (key, G_N_ELEMENTS (key));
}

static void
finds_vocals (void)
{
  check_all (vocals, G_N_ELEMENTS (vocals));
}

static void
finds_instruments_and_genres (void)
{
  check_all (named, G_N_ELEMENTS (named));
}

static void
says_where (void)
{
  g_autoptr (LbClaimWords) words = read_words ();
  const char *text = "Größe: „Ein Klavier“, around 120 bpm with grand pianos";
  g_autoptr (GArray) claims = lb_claims_find (words, text);
  const char *const said[] = { "120 bpm", "grand pianos" };

  g_assert_cmpuint (claims->len, ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      const LbClaim *claim = &g_array_index (claims, LbClaim, i);
      g_autofree char *piece = g_strndup (text + claim->start, claim->end - claim->start);

      g_assert_cmpstr (piece, ==, said[i]);
    }
}

static void
bears_long_texts (void)
{
  g_autoptr (LbClaimWords) words = read_words ();
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GArray) claims = NULL;

  while (text->len < 3 * 1024 * 1024)
    g_string_append (text, "no drums, or a minor key of no ");
  claims = lb_claims_find (words, text->str);
  g_assert_cmpuint (claims->len, ==, 2);
}

static void
reads_keys (void)
{
  static const struct {
    const char *text;
    int tonic;
    LbKeyMode mode;
  } keys[] = { { "A minor", 9, LB_KEY_MODE_MINOR },
               { "F# major", 6, LB_KEY_MODE_MAJOR },
               { "Bbm", 10, LB_KEY_MODE_MINOR },
               { "E flat", 3, LB_KEY_MODE_ANY },
               { "c", 0, LB_KEY_MODE_ANY } };
  static const char *const none[] = { "", "H minor", "A minor!? no", "minor", "7", "A B" };
  LbKeyMode mode;
  int tonic;

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_assert_true (lb_claims_read_key (keys[i].text, &tonic, &mode));
      g_assert_cmpint (tonic, ==, keys[i].tonic);
      g_assert_cmpint (mode, ==, keys[i].mode);
    }
  for (guint i = 0; i < G_N_ELEMENTS (none); i++)
    g_assert_false (lb_claims_read_key (none[i], &tonic, &mode));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/claims/finds-tempi", finds_tempi);
  g_test_add_func ("/claims/finds-keys", finds_keys);
  g_test_add_func ("/claims/finds-vocals", finds_vocals);
  g_test_add_func ("/claims/finds-instruments-and-genres", finds_instruments_and_genres);
  g_test_add_func ("/claims/says-where", says_where);
  g_test_add_func ("/claims/bears-long-texts", bears_long_texts);
  g_test_add_func ("/claims/reads-keys", reads_keys);
  return g_test_run ();
}
