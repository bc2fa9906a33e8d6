#include <glib/gi18n.h>
#include <locale.h>

#include "gui/application.h"

/* Numbers always have a point, as in the command line and in what is copied from one to the
 * other. GTK would set the whole locale. */
static void
set_language (void)
{
  const char *translations = g_getenv ("LLAMABURN_LOCALE"); /* that are not installed */

  setlocale (LC_ALL, "");
  setlocale (LC_NUMERIC, "C");
  gtk_disable_setlocale ();
  bindtextdomain ("llamaburn", translations != NULL ? translations : LB_LOCALE_DIR);
  bind_textdomain_codeset ("llamaburn", "UTF-8");
  textdomain ("llamaburn");
}

int
main (int argc, char **argv)
{
  g_autoptr (LbApplication) application = NULL;

  set_language ();
  application = lb_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
