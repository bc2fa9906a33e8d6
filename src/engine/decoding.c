#include "engine/decoding.h"

#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "engine/member.h"

#define BEAM "beam"
#define BEAM_PREFIX "beam:"
#define BEAMS "N" /* in a mapping: the number of beams */
#define BEAMS_MOST 64

static const json_t *
find_mapping (const LbManifest *manifest, const char *kind)
{
  return json_object_get (json_object_get (manifest->json, "decoding"), kind);
}

static gboolean
is_beams (const json_t *value)
{
  return g_strcmp0 (json_string_value (value), BEAMS) == 0;
}

static gboolean
fits (const LbManifest *manifest, const char *kind, const char *name, const json_t *value)
{
  const LbOption *option = lb_manifest_option (manifest, name);

  if (option == NULL)
    return FALSE;
  if (is_beams (value) && option->kind == LB_OPTION_INT)
    return g_str_equal (kind, BEAM);
  return lb_option_check (option, value, NULL);
}

gboolean
lb_decoding_read (const LbManifest *manifest, GError **error)
{
  const LbMemberPlace place = { manifest->path, NULL };
  json_t *decoding = json_object_get (manifest->json, "decoding");
  const char *kind, *name;
  json_t *mapping, *value;

  if (decoding != NULL && !json_is_object (decoding))
    return lb_member_refuse (&place, "decoding", "an object with \"greedy\" or \"beam\"", error);
  json_object_foreach (decoding, kind, mapping)
    {
      if (!json_is_object (mapping) ||
          (!g_str_equal (kind, LB_DECODING_GREEDY) && !g_str_equal (kind, BEAM)))
        return lb_member_refuse (&place, "decoding",
                                 "an object whose \"greedy\" and \"beam\" are objects", error);
      json_object_foreach (mapping, name, value)
        if (!fits (manifest, kind, name, value))
          return lb_member_refuse (&place, "decoding",
                                   "made of the engine's own options, each with a value that it "
                                   "allows (or \"N\", the number of beams, of an int)",
                                   error);
    }
  return TRUE;
}

/* Returns: the N of "beam:N", 2 or more; 0: it is none */
static gint64
count_beams (const char *decoding)
{
  guint64 beams = 0;

  if (g_str_has_prefix (decoding, BEAM_PREFIX))
    g_ascii_string_to_unsigned (decoding + strlen (BEAM_PREFIX), 10, 2, BEAMS_MOST, &beams, NULL);
  return (gint64) beams;
}

gboolean
lb_decoding_check (const char *decoding, GError **error)
{
  g_autofree char *shown = lb_text_escape (decoding);

  if (g_str_equal (decoding, LB_DECODING_ENGINE) || g_str_equal (decoding, LB_DECODING_GREEDY) ||
      count_beams (decoding) > 0)
    return TRUE;
  g_set_error (error, LB_ERROR, LB_ERROR_USAGE,
               "--decoding takes greedy, beam:N (N from 2 to %d) or engine, not \"%s\"",
               BEAMS_MOST, shown);
  return FALSE;
}

static const char *
kind_of (const char *decoding)
{
  return count_beams (decoding) > 0 ? BEAM : decoding;
}

gboolean
lb_decoding_has (const LbManifest *manifest, const char *decoding)
{
  return g_str_equal (decoding, LB_DECODING_ENGINE) ||
         find_mapping (manifest, kind_of (decoding)) != NULL;
}

/* The value of @name in a mapping, for so many beams. Returns: (transfer full) */
static json_t *
value_for (const json_t *value, gint64 beams)
{
  return is_beams (value) ? json_integer (beams) : json_incref ((json_t *) value);
}

json_t *
lb_decoding_options (const LbManifest *manifest, const char *decoding, GError **error)
{
  gint64 beams = count_beams (decoding);
  g_autoptr (json_t) options = json_object ();
  json_t *mapping = (json_t *) find_mapping (manifest, kind_of (decoding));
  const char *name;
  json_t *value;

  if (!lb_decoding_has (manifest, decoding))
    {
      g_set_error (
          error, LB_ERROR, LB_ERROR_USAGE,
          "engine \"%s\" has no decoding \"%s\": --decoding engine leaves each engine its "
          "own",
          manifest->id, decoding);
      return NULL;
    }
  json_object_foreach (mapping, name, value)
    {
      json_object_set_new (options, name, value_for (value, beams));
      if (lb_option_check (lb_manifest_option (manifest, name), json_object_get (options, name),
                           error))
        continue;
      g_prefix_error (error, "engine \"%s\", --decoding %s: ", manifest->id, decoding);
      return NULL;
    }
  return g_steal_pointer (&options);
}

static gint64
read_beams (const LbManifest *manifest, const json_t *options)
{
  const char *name;
  json_t *value;

  json_object_foreach ((json_t *) find_mapping (manifest, BEAM), name, value)
    if (is_beams (value))
      return lb_json_integer (options, name, 1);
  return 1;
}

static gboolean
is_same (const json_t *a, const json_t *b)
{
  if (json_is_number (a) && json_is_number (b))
    return !(json_number_value (a) < json_number_value (b)) &&
           !(json_number_value (a) > json_number_value (b));
  return json_equal (a, b);
}

static char *
show (const json_t *value)
{
  if (json_is_boolean (value))
    return g_strdup (json_is_true (value) ? "yes" : "no");
  if (json_is_real (value))
    return g_strdup_printf ("%.6g", json_real_value (value));
  return lb_json_line (value);
}

char *
lb_decoding_describe (const LbManifest *manifest, const json_t *options, json_t **meant)
{
  gint64 beams = read_beams (manifest, options);
  g_autofree char *decoding = beams > 1 ? g_strdup_printf (BEAM_PREFIX "%" G_GINT64_FORMAT, beams)
                                        : g_strdup (LB_DECODING_GREEDY);
  const char *separator = ", but ", *name;
  GString *text;
  json_t *value;

  *meant = lb_decoding_has (manifest, decoding) ? lb_decoding_options (manifest, decoding, NULL)
                                                : NULL;
  if (*meant == NULL)
    return NULL;
  text = g_string_new (decoding);
  json_object_foreach (*meant, name, value)
    {
      const json_t *used = json_object_get (options, name);
      g_autofree char *shown = used != NULL && !is_same (used, value) ? show (used) : NULL;

      if (shown == NULL)
        continue;
      g_string_append_printf (text, "%s%s %s", separator, name, shown);
      separator = ", ";
    }
  return g_string_free (text, FALSE);
}
