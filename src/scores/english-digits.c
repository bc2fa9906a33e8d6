#include "scores/english-digits.h"

#include <string.h>

void
lb_digits_set (LbDigits *value, int number)
{
  g_string_printf (value->text, "%d", number);
  value->known = TRUE;
  value->is_text = FALSE;
}

gboolean
lb_digits_are_zero (const LbDigits *value)
{
  return value->known && !value->is_text && strcmp (value->text->str, "0") == 0;
}

void
lb_digits_append (LbDigits *value, const char *digits, gboolean replace_zero)
{
  if (!value->known || (replace_zero && lb_digits_are_zero (value)))
    g_string_truncate (value->text, 0);
  g_string_append (value->text, digits);
  value->known = value->is_text = TRUE;
}

void
lb_digits_append_number (LbDigits *value, int number)
{
  char digits[16];

  g_snprintf (digits, sizeof digits, "%d", number);
  lb_digits_append (value, digits, FALSE);
}

gboolean
lb_digits_end_in_zeros (const LbDigits *value, gsize places)
{
  const GString *text = value->text;

  if (lb_digits_are_zero (value))
    return TRUE;
  return text->len > places && strspn (text->str + text->len - places, "0") == places;
}

void
lb_digits_add_small (LbDigits *value, int number)
{
  char digits[16];
  int n = g_snprintf (digits, sizeof digits, "%d", number);

  if (lb_digits_are_zero (value))
    g_string_truncate (value->text, 0);
  else
    g_string_truncate (value->text, value->text->len - (gsize) n);
  g_string_append (value->text, digits);
}

/* value += number × 10^exponent, in decimal digits */
static void
add_at (GString *text, int number, int exponent)
{
  gsize place = (gsize) exponent;

  for (; number > 0; number /= 10, place++)
    {
      int carry = number % 10;

      for (gsize p = place; carry > 0; p++)
        {
          while (text->len <= p)
            g_string_prepend_c (text, '0');
          carry += text->str[text->len - 1 - p] - '0';
          text->str[text->len - 1 - p] = (char) ('0' + carry % 10);
          carry /= 10;
        }
    }
}

void
lb_digits_drop_zeros (LbDigits *value)
{
  GString *text = value->text;
  gsize zeros = strspn (text->str, "0");

  g_string_erase (text, 0, (gssize) MIN (zeros, text->len - (text->len > 0)));
}

void
lb_digits_multiply (LbDigits *value, int exponent)
{
  GString *text = value->text;
  gsize low = MIN (text->len, 3);
  int residue = (int) g_ascii_strtoll (text->str + text->len - low, NULL, 10);

  memset (text->str + text->len - low, '0', low);
  add_at (text, residue, exponent);
  lb_digits_drop_zeros (value);
}

/* Decimal digits of any script as 0 to 9. Returns: (transfer full) */
static char *
as_ascii (const char *text)
{
  GString *out = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_isdigit (g_utf8_get_char (p)))
      g_string_append_c (out, (char) ('0' + g_unichar_digit_value (g_utf8_get_char (p))));
    else
      g_string_append_unichar (out, g_utf8_get_char (p));
  return g_string_free (out, FALSE);
}

gboolean
lb_digits_multiply_text (LbDigits *value, int exponent)
{
  GString *text = value->text;
  g_autofree char *ascii = as_ascii (text->str);
  gsize whole = strspn (ascii, "0123456789"), part = 0;
  const char *rest = ascii + whole;

  if (*rest == '.')
    part = strspn (++rest, "0123456789");
  if (rest[part] != '\0' || whole + part == 0)
    return FALSE;
  while (part > 0 && rest[part - 1] == '0')
    part--;
  if (part > (gsize) exponent)
    return FALSE;
  g_string_truncate (g_string_assign (text, ascii), (gsize) (rest - ascii) + part);
  if (rest > ascii + whole)
    g_string_erase (text, (gssize) whole, 1);
  for (gsize i = part; i < (gsize) exponent; i++)
    g_string_append_c (text, '0');
  lb_digits_drop_zeros (value);
  value->is_text = FALSE;
  return TRUE;
}

void
lb_digits_set_power (LbDigits *value, int exponent)
{
  g_string_assign (value->text, "1");
  for (int i = 0; i < exponent; i++)
    g_string_append_c (value->text, '0');
  value->known = TRUE;
  value->is_text = FALSE;
}
