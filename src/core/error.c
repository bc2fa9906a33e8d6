#include "core/error.h"

#include <errno.h>

static const char *const kinds[] = {
  [LB_ERROR_FAILED] = "failed",
  [LB_ERROR_USAGE] = "usage",
  [LB_ERROR_NOT_FOUND] = "not-found",
  [LB_ERROR_NOT_PERMITTED] = "not-permitted",
  [LB_ERROR_BAD_INPUT] = "bad-input",
  [LB_ERROR_EMPTY_REFERENCE] = "empty-reference",
  [LB_ERROR_BAD_MODEL] = "bad-model",
  [LB_ERROR_MODEL_MISSING] = "model-missing",
  [LB_ERROR_ENGINE_MISSING] = "engine-missing",
  [LB_ERROR_ENGINE] = "engine",
  [LB_ERROR_CRASHED] = "crashed",
  [LB_ERROR_TIMEOUT] = "timeout",
  [LB_ERROR_MEMORY] = "memory",
  [LB_ERROR_PROTOCOL] = "protocol",
  [LB_ERROR_NETWORK] = "network",
  [LB_ERROR_CHECKSUM] = "checksum",
  [LB_ERROR_NO_SPACE] = "no-space",
  [LB_ERROR_STORE] = "store",
  [LB_ERROR_CANCELLED] = "cancelled",
};

GQuark
lb_error_quark (void)
{
  return g_quark_from_static_string ("lb-error-quark");
}

const char *
lb_error_kind (const GError *error)
{
  if (error->domain != LB_ERROR || error->code < 0 || error->code >= (int) G_N_ELEMENTS (kinds))
    return kinds[LB_ERROR_FAILED];
  return kinds[error->code];
}

static LbError
code_of_errno (int saved_errno)
{
  switch (saved_errno)
    {
    case ENOENT:
    case ENOTDIR:
      return LB_ERROR_NOT_FOUND;
    case ENOSPC:
    case EDQUOT:
      return LB_ERROR_NO_SPACE;
    case EACCES:
    case EPERM:
    case EROFS:
      return LB_ERROR_NOT_PERMITTED;
    default:
      return LB_ERROR_FAILED;
    }
}

gboolean
lb_error_set (GError **error, LbError code, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_propagate_error (error, g_error_new_valist (LB_ERROR, code, format, arguments));
  va_end (arguments);
  return FALSE;
}

gboolean
lb_error_set_errno (GError **error, int saved_errno, const char *format, ...)
{
  va_list arguments;
  g_autofree char *what = NULL;

  va_start (arguments, format);
  what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, LB_ERROR, code_of_errno (saved_errno), "%s: %s", what,
               g_strerror (saved_errno));
  return FALSE;
}
