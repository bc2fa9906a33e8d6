/* A number in decimal digits while it is read: of any length, so no integer holds it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  GString *text;
  gboolean known;   /* whether there is one */
  gboolean is_text; /* digits that were put together, not counted */
} LbDigits;

void lb_digits_set (LbDigits *value, int number);
/** lb_digits_set_power: to 10^@exponent */
void lb_digits_set_power (LbDigits *value, int exponent);

/** lb_digits_are_zero: a counted nought */
gboolean lb_digits_are_zero (const LbDigits *value);
/** lb_digits_end_in_zeros: whether the last @places digits are nought */
gboolean lb_digits_end_in_zeros (const LbDigits *value, gsize places);

/** lb_digits_append: puts @digits behind the value; a counted nought gives way where
 * @replace_zero */
void lb_digits_append (LbDigits *value, const char *digits, gboolean replace_zero);
void lb_digits_append_number (LbDigits *value, int number);

/** lb_digits_add_small: adds a number below 10^places to a value that ends in as many noughts */
void lb_digits_add_small (LbDigits *value, int number);

/** lb_digits_multiply: by 10^@exponent, but only the last three digits: "two million five" ×
 * thousand is 2,005,000 */
void lb_digits_multiply (LbDigits *value, int exponent);
/** lb_digits_multiply_text: "2.5" × million. Returns: whether the value is a decimal number and
 * the product whole */
gboolean lb_digits_multiply_text (LbDigits *value, int exponent);

void lb_digits_drop_zeros (LbDigits *value); /* leading ones */

G_END_DECLS
