/* Everything that the program says goes through here: standard output is the result,
 * standard error the chatter. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/private.h"
#include "core/text.h"

static int
write_all (int fd, const char *text, gsize length)
{
  while (length > 0)
    {
      gssize n = write (fd, text, length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return errno;
      text += n;
      length -= (gsize) n;
    }
  return 0;
}

void
lb_cli_wipe (LbCli *cli)
{
  if (cli->line_shown)
    write_all (STDERR_FILENO, "\r\033[K", 4);
  cli->line_shown = FALSE;
}

void
lb_cli_write_progress (LbCli *cli, const char *text)
{
  g_autofree char *line = g_strconcat ("\r", text, "\033[K", NULL);

  write_all (STDERR_FILENO, line, strlen (line));
  cli->line_shown = TRUE;
}

/* A message of one line: its subject may hold anything, so the whole of it is escaped. */
static void
say (LbCli *cli, const char *before, const char *message)
{
  g_autofree char *escaped = lb_text_escape (message);
  g_autofree char *line = g_strconcat (before, escaped, "\n", NULL);

  g_mutex_lock (&cli->lock);
  lb_cli_wipe (cli);
  write_all (STDERR_FILENO, line, strlen (line));
  g_mutex_unlock (&cli->lock);
}

void
lb_cli_print (const LbCli *cli, const char *text)
{
  LbCli *mutable = (LbCli *) cli;
  int failed;

  g_mutex_lock (&mutable->lock);
  lb_cli_wipe (mutable);
  failed = write_all (STDOUT_FILENO, text, strlen (text));
  g_mutex_unlock (&mutable->lock);
  if (failed == 0)
    return;
  if (failed != EPIPE)
    {
      g_autofree char *why = g_strconcat ("can't write to standard output: ", g_strerror (failed),
                                          NULL);

      say (mutable, "llamaburn: ", why);
    }
  exit (LB_EXIT_FAILED);
}

void
lb_cli_note (const LbCli *cli, const char *format, ...)
{
  va_list arguments;
  g_autofree char *message = NULL;

  if (lb_cli_quiet (cli))
    return;
  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  say ((LbCli *) cli, "", message);
}

void
lb_cli_warn (const LbCli *cli, const char *format, ...)
{
  va_list arguments;
  g_autofree char *message = NULL;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  say ((LbCli *) cli, "llamaburn: warning: ", message);
}

void
lb_cli_complain (LbCli *cli, const char *message)
{
  say (cli, "llamaburn: ", message);
}

static int
terminal_width (int fd)
{
  struct winsize size = { 0 };
  const char *columns = g_getenv ("COLUMNS");
  gint64 wanted = 0;

  if (columns != NULL && g_ascii_string_to_signed (columns, 10, 20, 1000, &wanted, NULL))
    return (int) wanted;
  if (ioctl (fd, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20)
    return size.ws_col;
  return 80;
}

/* NO_COLOR: set and not empty means no colour, whatever its value. */
void
lb_cli_look_around (LbCli *cli)
{
  const char *no_colour = g_getenv ("NO_COLOR");
  const char *terminal = g_getenv ("TERM");
  gboolean dumb = terminal == NULL || strcmp (terminal, "dumb") == 0;
  gboolean out = isatty (STDOUT_FILENO);

  cli->interactive = isatty (STDERR_FILENO) && !dumb;
  cli->width = out ? terminal_width (STDOUT_FILENO) : 0;
  cli->progress_width = cli->interactive ? terminal_width (STDERR_FILENO) : 0;
  cli->colour = out && !dumb && (no_colour == NULL || *no_colour == '\0') &&
                !lb_cli_flag (cli, "no-colour") && !lb_cli_flag (cli, "no-color");
}
