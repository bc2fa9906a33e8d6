#include "core/id.h"

#include <string.h>
#include <sys/random.h>

char *
lb_id_new (void)
{
  guint8 b[16];
  guint64 ms = (guint64) g_get_real_time () / 1000;

  if (getrandom (b, sizeof b, 0) != (gssize) sizeof b)
    for (guint i = 0; i < sizeof b; i++)
      b[i] = (guint8) g_random_int ();
  for (int i = 0; i < 6; i++)
    b[i] = (guint8) (ms >> (8 * (5 - i)));
  b[6] = (guint8) (0x70 | (b[6] & 0x0f));
  b[8] = (guint8) (0x80 | (b[8] & 0x3f));
  return g_strdup_printf ("%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
                          b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10],
                          b[11], b[12], b[13], b[14], b[15]);
}

gboolean
lb_id_is_valid (const char *text)
{
  if (strlen (text) != 36)
    return FALSE;
  for (int i = 0; i < 36; i++)
    {
      gboolean dash = i == 8 || i == 13 || i == 18 || i == 23;

      if (dash ? text[i] != '-' : !g_ascii_isxdigit (text[i]))
        return FALSE;
    }
  return TRUE;
}
