#include "bench/validity.h"

#include <string.h>

/* What only tells. Everything else makes a result not valid. */
static const char *const tells[] = {
  "governor",        /* a slower machine than it could be, but this is the machine */
  "truncated-input", /* what was there was measured */
  "nan-samples",     "repaired-text", "threads-differ", /* the number used is in the record */
  "clipped-output",  "odd-pace", /* so it sounds: its speed is what it is */
  "not-kept",        "not-saved",     "not-scored",     "not-judged", "frequency-changed",
  "on-battery",                    /* this is how the machine was used: it is in the record */
  "remote",          "sent",       /* what was timed is a server's work, and that is said */
  "token-limit",     "part-heard", /* so much was worked on: its speed is what it is */
};

json_t *
lb_flag_new (const char *id, const char *cure, const char *evidence_format, ...)
{
  json_t *flag = json_object ();
  va_list arguments;
  g_autofree char *evidence = NULL;

  va_start (arguments, evidence_format);
  evidence = g_strdup_vprintf (evidence_format, arguments);
  va_end (arguments);
  lb_json_set_string (flag, "id", id);
  lb_json_set_string (flag, "evidence", evidence);
  lb_json_set_string (flag, "cure", cure);
  return flag;
}

gboolean
lb_flag_invalidates (const char *id)
{
  for (guint i = 0; i < G_N_ELEMENTS (tells); i++)
    if (strcmp (id, tells[i]) == 0)
      return FALSE;
  return TRUE;
}

static json_t *
find (json_t *flags, const char *id)
{
  size_t index;
  json_t *flag;

  json_array_foreach (flags, index, flag)
    if (strcmp (lb_json_string (flag, "id", ""), id) == 0)
      return flag;
  return NULL;
}

json_t *
lb_validity (json_t *flags)
{
  json_t *validity = json_object ();
  json_t *joined = json_array ();
  gboolean valid = TRUE;
  size_t index;
  json_t *flag;

  json_array_foreach (flags, index, flag)
    {
      const char *id = lb_json_string (flag, "id", "");
      json_t *twin = find (joined, id);

      valid = valid && !lb_flag_invalidates (id);
      if (twin == NULL)
        json_array_append_new (joined, json_copy (flag));
      else
        lb_json_set_integer (twin, "times", lb_json_integer (twin, "times", 1) + 1);
    }
  json_decref (flags);
  lb_json_set_boolean (validity, "valid", valid);
  lb_json_set (validity, "flags", joined);
  return validity;
}
