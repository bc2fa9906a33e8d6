#include "piper-clause.h"

/* espeak-ng's terminators, as espeak_TextToPhonemesWithTerminator() of 1.52 gives them: pause,
 * intonation and kind of end in one number. */
#define INTONATION_COMMA 0x1000
#define INTONATION_QUESTION 0x2000
#define INTONATION_EXCLAMATION 0x3000
#define OPTIONAL_SPACE 0x8000 /* after the signs of Chinese and others */
#define KIND_CLAUSE 0x40000
#define KIND_SENTENCE 0x80000
#define KEPT_BITS 0xfffff

#define PERIOD (40 | KIND_SENTENCE)
#define COMMA (20 | INTONATION_COMMA | KIND_CLAUSE)
#define QUESTION (40 | INTONATION_QUESTION | KIND_SENTENCE)
#define EXCLAMATION (45 | INTONATION_EXCLAMATION | KIND_SENTENCE)
#define COLON (30 | KIND_CLAUSE)
#define SEMICOLON (30 | INTONATION_COMMA | KIND_CLAUSE)
#define PARAGRAPH (70 | KIND_SENTENCE)

#define ELLIPSIS_SIGN 0x2026

typedef struct {
  gunichar sign;
  int terminator;
} Sign;

/* clang-format off */
static const Sign signs[] = {
  { '.', PERIOD }, { '?', QUESTION }, { '!', EXCLAMATION },
  { ',', COMMA }, { ':', COLON }, { ';', SEMICOLON },
  { 0x037e, QUESTION },                     /* Greek question mark */
  { 0x0387, SEMICOLON },                    /* Greek ano teleia */
  { 0x0589, PERIOD },                       /* Armenian full stop */
  { 0x055d, COMMA },                        /* Armenian comma */
  { 0x05c3, PERIOD },                       /* Hebrew sof pasuq */
  { 0x060c, COMMA }, { 0x061b, SEMICOLON }, /* Arabic */
  { 0x061f, QUESTION }, { 0x06d4, PERIOD },
  { 0x0964, PERIOD | OPTIONAL_SPACE },      /* Devanagari danda, double danda */
  { 0x0965, PARAGRAPH },
  { 0x0df4, PERIOD | OPTIONAL_SPACE },      /* Sinhala */
  { 0x0f0d, PERIOD | OPTIONAL_SPACE },      /* Tibetan */
  { 0x10fb, PARAGRAPH },                    /* Georgian */
  { 0x1362, PERIOD }, { 0x1363, COMMA }, { 0x1364, SEMICOLON }, /* Ethiopic */
  { 0x1365, COLON }, { 0x1366, COLON }, { 0x1367, QUESTION }, { 0x1368, PARAGRAPH },
  { 0x2013, SEMICOLON }, { 0x2014, SEMICOLON }, /* dashes */
  { ELLIPSIS_SIGN, SEMICOLON | OPTIONAL_SPACE },
  { 0x203c, EXCLAMATION }, { 0x2047, QUESTION },
  { 0x00a1, SEMICOLON | OPTIONAL_SPACE }, { 0x00bf, SEMICOLON | OPTIONAL_SPACE },
  { 0x3001, COMMA | OPTIONAL_SPACE }, { 0x3002, PERIOD | OPTIONAL_SPACE }, /* Chinese, Japanese */
  { 0xff01, EXCLAMATION | OPTIONAL_SPACE }, { 0xff0c, COMMA | OPTIONAL_SPACE },
  { 0xff0e, PERIOD | OPTIONAL_SPACE }, { 0xff1a, COLON | OPTIONAL_SPACE },
  { 0xff1b, SEMICOLON | OPTIONAL_SPACE }, { 0xff1f, QUESTION | OPTIONAL_SPACE },
  { 0xff61, PERIOD }, { 0xff64, COMMA },
};
/* clang-format on */

static int
terminator_of (gunichar sign)
{
  for (guint i = 0; i < G_N_ELEMENTS (signs); i++)
    if (signs[i].sign == sign)
      return signs[i].terminator;
  return 0;
}

PiperEnd
piper_clause_from_terminator (int terminator)
{
  static const struct {
    int terminator;
    char mark;
  } marks[] = {
    { PERIOD, '.' }, { QUESTION, '?' }, { EXCLAMATION, '!' },
    { COMMA, ',' },  { COLON, ':' },    { SEMICOLON, ';' },
  };
  PiperEnd end = { 0, (terminator & KIND_SENTENCE) != 0 };

  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    if ((terminator & KEPT_BITS) == marks[i].terminator)
      end.mark = marks[i].mark;
  return end;
}

/* Of "?!" and ".," the first counts; three dots are an ellipsis. */
static int
terminator_at (const char *text, const char *end)
{
  const char *first = end;
  guint dots = 0;

  while (first > text)
    {
      const char *before = g_utf8_prev_char (first);

      if (terminator_of (g_utf8_get_char (before)) == 0)
        break;
      first = before;
    }
  if (first == end)
    return 0;
  for (const char *p = first; p < end && *p == '.'; p++)
    dots++;
  return terminator_of (dots >= 3 ? ELLIPSIS_SIGN : g_utf8_get_char (first));
}

static gboolean
has_letter (const char *text, const char *end)
{
  for (const char *p = text; p < end; p = g_utf8_next_char (p))
    if (g_unichar_isalnum (g_utf8_get_char (p)))
      return TRUE;
  return FALSE;
}

PiperEnd
piper_clause_end (const char *text, gsize length, gboolean last)
{
  const char *end = text + length;
  guint lines = 0;
  int terminator;

  while (end > text && g_unichar_isspace (g_utf8_get_char (g_utf8_prev_char (end))))
    {
      end = g_utf8_prev_char (end);
      lines += *end == '\n';
    }
  terminator = terminator_at (text, end);
  if (lines > 1)
    return (PiperEnd){ 0, TRUE }; /* a paragraph */
  if (terminator != 0 && (lines == 1 || has_letter (text, end)))
    return piper_clause_from_terminator (terminator);
  return (PiperEnd){ 0, last };
}
