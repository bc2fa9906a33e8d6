#include "bench/pace.h"

#include "bench/validity.h"

#define LEAST_LETTERS 20
/* Read English has 12 to 16 letters a second, at half and double pace 6 to 32; letters that are
 * spelt come at 2 to 4. */
#define SLOWEST_LETTERS_PER_S 5.0
#define FASTEST_LETTERS_PER_S 40.0
#define MOST_OTHERS 0.1   /* of all characters: "1984" is four of them and five words */
#define MOST_CAPITALS 0.3 /* of all letters: abbreviations are spelt rightly */

/* Returns: how many letters; 0: the text can't be judged by them */
static guint
count_letters (const char *text)
{
  guint letters = 0, capitals = 0, others = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar one = g_utf8_get_char (p);

      if (g_unichar_iswide (one)) /* Han, kana, Hangul: a syllable and more each */
        return 0;
      letters += g_unichar_isalpha (one) != FALSE;
      capitals += g_unichar_isupper (one) != FALSE;
      others += !g_unichar_isalpha (one) && !g_unichar_isspace (one) && !g_unichar_ismark (one) &&
                !g_unichar_ispunct (one);
    }
  if (letters < LEAST_LETTERS || others > MOST_OTHERS * letters ||
      capitals > MOST_CAPITALS * letters)
    return 0;
  return letters;
}

json_t *
lb_pace_flag (const char *text, double spoken_s)
{
  guint letters = count_letters (text);
  double pace = letters / spoken_s;

  if (letters == 0 || !(spoken_s > 0) ||
      (pace >= SLOWEST_LETTERS_PER_S && pace <= FASTEST_LETTERS_PER_S))
    return NULL;
  return lb_flag_new ("odd-pace",
                      "listen to it (llamaburn play): a voice of another language may spell the "
                      "letters (some engines have --language), others leave words out or drone "
                      "on; --score wer tells",
                      "%.1f letters a second were spoken; people speak 10 to 20", pace);
}
