#include "scores/grounding.h"

#include <math.h>
#include <string.h>

#include "core/error.h"

static LbClaimWords *
read_words (void)
{
  g_autoptr (json_t) lists = lb_json_read (LB_WORDS, NULL);

  return lb_claim_words_new (lists, NULL);
}

static json_t *
parse (const char *text)
{
  json_t *value = text != NULL ? lb_json_parse (text, -1, NULL) : NULL;

  g_assert_true (text == NULL || value != NULL);
  return value;
}

typedef struct {
  const char *text, *features, *reference;
  int right, wrong, unchecked;
  int facts, told;
} Case;

#define SONG                                                                                     \
  "{\"tempo\": 120, \"key\": \"A minor\", \"vocals\": false, \"instruments\": [\"piano\", "      \
  "\"electric guitar\", \"violin\"], \"genre\": [\"jazz\"]}"
#define MEASURED                                                                                 \
  "{\"tempo\": {\"bpm\": 120.4, \"strength\": 0.7}, \"key\": {\"name\": \"A minor\", "           \
  "\"correlation\": 0.9, \"lead\": 0.1}}"
#define DOUBTFUL                                                                                 \
  "{\"tempo\": {\"bpm\": 120.4, \"strength\": 0.1}, \"key\": {\"name\": \"A minor\", "           \
  "\"correlation\": 0.9, \"lead\": 0.01}}"

/* clang-format off */
static const Case cases[] = {
  { "In A minor at 120 BPM: piano, electric guitar and violin; jazz, no vocals.", NULL, SONG,
    7, 0, 0, 7, 7 },
  { "In C major at 90 BPM: drums and flute, rock, with a singer.", NULL, SONG, 0, 6, 0, 7, 0 },
  { "At 124 bpm.", NULL, SONG, 1, 0, 0, 7, 1 },
  { "At 126 bpm.", NULL, SONG, 0, 1, 0, 7, 0 },
  { "At around 126 bpm.", NULL, SONG, 1, 0, 0, 7, 1 },
  { "At 115-118 bpm.", NULL, SONG, 1, 0, 0, 7, 1 },
  { "At 60 bpm.", NULL, SONG, 0, 1, 0, 7, 0 },
  { "half-time 60", NULL, SONG, 1, 0, 0, 7, 1 },
  { "double-time 60", NULL, SONG, 0, 1, 0, 7, 0 },
  { "not 90 bpm", NULL, SONG, 1, 0, 0, 7, 0 },
  { "In the key of A.", NULL, SONG, 1, 0, 0, 7, 1 },
  { "In a minor key.", NULL, SONG, 1, 0, 0, 7, 0 },
  { "In a major key.", NULL, SONG, 0, 1, 0, 7, 0 },
  { "A guitar.", NULL, SONG, 1, 0, 0, 7, 1 },
  { "Strings.", NULL, SONG, 1, 0, 0, 7, 1 },
  { "An acoustic guitar.", NULL, SONG, 0, 1, 0, 7, 0 },
  { "No drums, no piano.", NULL, SONG, 1, 1, 0, 7, 0 },
  { "Smooth jazz.", NULL, SONG, 1, 0, 0, 7, 1 },
  { "An instrumental.", NULL, SONG, 1, 0, 0, 7, 1 },
  { "Nothing is said.", NULL, SONG, 0, 0, 0, 7, 0 },
  { "In A minor at 60 BPM with a piano and no vocals.", MEASURED, NULL, 2, 0, 2, 2, 2 },
  { "In E minor at 90 BPM.", MEASURED, NULL, 0, 2, 0, 2, 0 },
  { "In A minor at 120 BPM.", DOUBTFUL, NULL, 0, 0, 2, 0, 0 },
  { "In A minor at 120 BPM.", NULL, NULL, 0, 0, 2, 0, 0 },
  { "At 60 bpm in A minor.", MEASURED, "{\"tempo\": 120}", 1, 1, 0, 2, 1 },
  { "60 bpm", MEASURED, "{\"tempo\": [120, 60]}", 1, 0, 0, 2, 1 },
  { "A piano.", NULL, "{\"instruments\": []}", 0, 1, 0, 0, 0 },
};
/* clang-format on */

static void
counts_claims_and_facts (void)
{
  g_autoptr (LbClaimWords) words = read_words ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const Case *it = &cases[i];
      g_autoptr (json_t) features = parse (it->features);
      g_autoptr (json_t) reference = parse (it->reference);
      g_autoptr (json_t) score = lb_grounding_score (words, it->text, features, reference);
      int checked = it->right + it->wrong;

      g_test_message ("%s", it->text);
      g_assert_cmpint (lb_json_integer (score, "right", -1), ==, it->right);
      g_assert_cmpint (lb_json_integer (score, "wrong", -1), ==, it->wrong);
      g_assert_cmpint (lb_json_integer (score, "unchecked", -1), ==, it->unchecked);
      g_assert_cmpint (lb_json_integer (score, "claims", -1), ==, checked + it->unchecked);
      g_assert_cmpint (lb_json_integer (score, "facts", -1), ==, it->facts);
      g_assert_cmpint (lb_json_integer (score, "facts_told", -1), ==, it->told);
      g_assert_cmpfloat (lb_json_real (score, "precision", -1), ==,
                         checked > 0 ? (double) it->right / checked : -1);
      g_assert_cmpfloat (lb_json_real (score, "recall", -1), ==,
                         it->facts > 0 ? (double) it->told / it->facts : -1);
    }
}

static void
lists_each_claim (void)
{
  g_autoptr (LbClaimWords) words = read_words ();
  g_autoptr (json_t) features = parse (MEASURED);
  g_autoptr (json_t) reference = parse ("{\"vocals\": true}");
  g_autoptr (json_t) score = lb_grounding_score (words, "Around 90 BPM, without vocals; a harp.",
                                                 features, reference);
  const json_t *list = json_object_get (score, "list");
  g_autofree char *text = lb_json_line (list);

  g_assert_cmpstr (
      text, ==,
      "[{\"kind\":\"tempo\",\"said\":\"90 "
      "BPM\",\"start_characters\":7,\"right\":false,\"against\":\"measured\","
      "\"truth\":120.40000000000001},"
      "{\"kind\":\"vocals\",\"said\":\"vocals\",\"start_characters\":23,\"negated\":true,"
      "\"right\":false,"
      "\"against\":\"reference\",\"truth\":true},"
      "{\"kind\":\"instrument\",\"said\":\"harp\",\"start_characters\":33,\"name\":\"harp\"}]");
}

static void
refuses_bad_references (void)
{
  static const struct {
    const char *reference, *words;
  } bad[] = {
    { "{}", "\"tempo\"" },
    { "[1]", "JSON object" },
    { "{\"bpm\": 3}", "\"tempo\"" },
    { "{\"tempo\": \"fast\"}", "\"tempo\" must" },
    { "{\"tempo\": []}", "\"tempo\" must" },
    { "{\"tempo\": [120, -1]}", "\"tempo\" must" },
    { "{\"key\": \"H minor\"}", "\"key\" must" },
    { "{\"key\": 3}", "\"key\" must" },
    { "{\"vocals\": \"no\"}", "\"vocals\" must" },
    { "{\"instruments\": \"piano\"}", "must be a list" },
    { "{\"instruments\": [\"contraption\"]}", "contraption" },
    { "{\"instruments\": [3]}", "must hold names" },
    { "{\"genre\": \"skiffle-core\"}", "skiffle-core" },
  };
  g_autoptr (LbClaimWords) words = read_words ();

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (json_t) reference = parse (bad[i].reference);
      g_autoptr (GError) error = NULL;

      g_assert_false (lb_grounding_check_reference (words, reference, &error));
      g_assert_error (error, LB_ERROR, LB_ERROR_BAD_INPUT);
      g_assert_nonnull (strstr (error->message, bad[i].words));
    }
}

static void
takes_good_references (void)
{
  static const char *const good[] = {
    SONG, "{\"tempo\": [120, 60.5]}", "{\"vocals\": true, \"title\": \"x\"}",
    "{\"genre\": \"R&B\", \"instruments\": [\"Grand pianos\", \"sax\"]}"
  };
  g_autoptr (LbClaimWords) words = read_words ();

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (json_t) reference = parse (good[i]);
      g_autoptr (GError) error = NULL;

      lb_grounding_check_reference (words, reference, &error);
      g_assert_no_error (error);
    }
}

/* Every parent is in its list, and no list is empty. */
static void
the_lists_hang_together (void)
{
  g_autoptr (json_t) lists = lb_json_read (LB_WORDS, NULL);
  g_autoptr (LbClaimWords) words = read_words ();

  for (const char *const *member = (const char *const[]){ "instruments", "genres", NULL };
       *member != NULL; member++)
    {
      json_t *entries = json_object_get (lists, *member), *entry;
      const char *name;

      g_assert_cmpuint (json_object_size (entries), >, 20);
      json_object_foreach (entries, name, entry)
        {
          const char *parent = lb_json_string (entry, "of", NULL);

          g_test_message ("%s", name);
          g_assert_true (parent == NULL || json_object_get (entries, parent) != NULL);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/grounding/counts-claims-and-facts", counts_claims_and_facts);
  g_test_add_func ("/grounding/lists-each-claim", lists_each_claim);
  g_test_add_func ("/grounding/refuses-bad-references", refuses_bad_references);
  g_test_add_func ("/grounding/takes-good-references", takes_good_references);
  g_test_add_func ("/grounding/the-lists-hang-together", the_lists_hang_together);
  return g_test_run ();
}
