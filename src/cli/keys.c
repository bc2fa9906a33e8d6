/* llamaburn keys list, set, remove: keys of servers in the user's keyring. */
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cli/private.h"
#include "core/error.h"
#include "core/text.h"
#include "engine/keyring.h"
#include "report/style.h"

#define MAX_KEY_BYTES 4096

/* Returns: (transfer full): names of keys → engines that take them, in the order of the engines.
 */
static json_t *
known_keys (LbCli *cli, GError **error)
{
  LbRegistry *registry = lb_cli_registry (cli, error);
  const GPtrArray *all = registry != NULL ? lb_registry_all (registry) : NULL;
  json_t *known = registry != NULL ? json_object () : NULL;

  for (guint i = 0; all != NULL && i < all->len; i++)
    {
      const LbManifest *manifest = g_ptr_array_index (all, i);

      for (char **name = manifest->keys; name != NULL && *name != NULL; name++)
        {
          if (json_object_get (known, *name) == NULL)
            lb_json_set (known, *name, json_array ());
          json_array_append_new (json_object_get (known, *name), json_string (manifest->id));
        }
    }
  return known;
}

/* Returns: (nullable): the name that was typed, if an engine takes such a key. */
static const char *
typed_name (LbCli *cli, GError **error)
{
  const char *name = lb_cli_arguments (cli)[0];
  g_autofree char *shown = lb_text_escape (name);
  g_autoptr (json_t) known = known_keys (cli, error);
  g_autoptr (GString) all = g_string_new (NULL);
  const char *one;
  json_t *engines;

  if (known == NULL)
    return NULL;
  if (json_object_get (known, name) != NULL)
    return name;
  json_object_foreach (known, one, engines)
    g_string_append_printf (all, "%s%s", all->len > 0 ? ", " : "", one);
  g_set_error (error, LB_ERROR, LB_ERROR_USAGE, "no engine takes a key \"%s\": there are %s",
               shown, all->str);
  return NULL;
}

/* ---- list ---- */

static const char *
state_of (const char *name)
{
  static const char *const words[] = {
    [LB_KEYRING_FOUND] = "yes",          [LB_KEYRING_NONE] = "no",
    [LB_KEYRING_LOCKED] = "locked",      [LB_KEYRING_SILENT] = "no answer",
    [LB_KEYRING_LEFT_OUT] = "not built",
  };
  char *secret;
  LbKeyringAnswer answer = lb_keyring_find (name, &secret);

  lb_keyring_free (secret);
  return words[answer];
}

static json_t *
list_keys (const json_t *known)
{
  json_t *list = json_array (), *engines;
  const char *name, *state = "";

  json_object_foreach ((json_t *) known, name, engines)
    {
      const char *given = g_getenv (name);

      if (strcmp (state, "no answer") != 0) /* the next one would be waited for as long */
        state = state_of (name);
      json_array_append_new (list, json_pack ("{s:s, s:b, s:s, s:O}", "name", name, "environment",
                                              given != NULL && *given != '\0', "keyring", state,
                                              "engines", engines));
    }
  return list;
}

static void
append_table (LbCli *cli, GString *out, const json_t *list)
{
  static const char *const titles[] = { "KEY", "ENVIRONMENT", "KEYRING", "ENGINES", NULL };
  g_autoptr (LbTable) table = lb_table_new (titles, "llll");
  LbReportStyle style = lb_cli_style (cli);
  size_t index, at;
  json_t *one, *engine;

  json_array_foreach ((json_t *) list, index, one)
    {
      g_autoptr (GString) engines = g_string_new (NULL);
      const char *cells[] = { lb_json_string (one, "name", ""),
                              lb_json_boolean (one, "environment", FALSE) ? "yes" : "no",
                              lb_json_string (one, "keyring", ""), NULL, NULL };

      json_array_foreach (json_object_get (one, "engines"), at, engine)
        g_string_append_printf (engines, "%s%s", at > 0 ? ", " : "", json_string_value (engine));
      cells[3] = engines->str;
      lb_table_row (table, cells);
    }
  lb_table_print (table, out, &style);
}

static int
run_list (LbCli *cli, GError **error)
{
  g_autoptr (json_t) known = known_keys (cli, error);
  g_autoptr (json_t) list = known != NULL ? list_keys (known) : NULL;
  g_autoptr (GString) out = g_string_new (NULL);

  if (list == NULL)
    return LB_EXIT_FAILED;
  if (strcmp (lb_cli_text (cli, "format", "table"), "json") == 0)
    {
      g_autofree char *text = lb_json_pretty (list);

      g_string_append (out, text);
    }
  else
    append_table (cli, out, list);
  lb_cli_print (cli, out->str);
  return LB_EXIT_OK;
}

/* clang-format off */
static const LbCliOption list_options[] = {
  { 0, "format", LB_CLI_CHOICE, "FORMAT", "how to write it (default table)", "table,json" },
  { 0 },
};
/* clang-format on */

const LbCliCommand lb_command_keys_list = {
  .name = "keys list",
  .arguments = "",
  .summary = "list keys of servers, and where each is",
  .description =
      "Lists the keys that engines send to servers, and whether each is in the "
      "environment or in the keyring. The environment's is taken first. A keyring that "
      "is locked stays so. No key is ever shown.",
  .options = list_options,
  .run = run_list,
};

/* ---- set ---- */

static void
on_interrupt (int number)
{
}

/* @mask: of signals while it waits. Returns: as read() */
static gssize
read_byte (char *byte, const sigset_t *mask)
{
  struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };

  return ppoll (&input, 1, NULL, mask) == 1 ? read (STDIN_FILENO, byte, 1) : -1;
}

/* One line, at most @size bytes with its NUL. Returns: −1: interrupted, or it can't be read. */
static gssize
read_line (char *line, gsize size, const sigset_t *mask)
{
  gsize length = 0;
  gssize n = 1;

  while (length < size - 1 && (n = read_byte (line + length, mask)) == 1 && line[length] != '\n')
    length++;
  line[length] = '\0';
  if (length > 0 && line[length - 1] == '\r')
    line[--length] = '\0';
  return n < 0 ? -1 : (gssize) length;
}

/* What is typed isn't shown, and Ctrl-C gives the terminal back as it was: it is let in only
 * while a byte is waited for, so that none is missed. */
static gssize
read_unseen (const char *name, char *line, gsize size)
{
  const struct sigaction noticed = { .sa_handler = on_interrupt };
  g_autofree char *prompt = g_strdup_printf ("%s: ", name);
  struct sigaction before;
  sigset_t interrupt, mask;
  struct termios usual, unseen;
  gssize length = -1;

  if (tcgetattr (STDIN_FILENO, &usual) != 0)
    return -1;
  unseen = usual;
  unseen.c_lflag &= ~(tcflag_t) ECHO;
  sigemptyset (&interrupt);
  sigaddset (&interrupt, SIGINT);
  pthread_sigmask (SIG_BLOCK, &interrupt, &mask);
  sigaction (SIGINT, &noticed, &before);
  if (tcsetattr (STDIN_FILENO, TCSAFLUSH, &unseen) == 0 &&
      write (STDERR_FILENO, prompt, strlen (prompt)) > 0)
    length = read_line (line, size, &mask);
  tcsetattr (STDIN_FILENO, TCSAFLUSH, &usual);
  sigaction (SIGINT, &before, NULL);
  pthread_sigmask (SIG_SETMASK, &mask, NULL);
  if (write (STDERR_FILENO, "\n", 1) != 1)
    return -1;
  return length;
}

static gboolean
check_key (const char *key, gssize length, GError **error)
{
  gssize graphs = 0;

  if (length < 0)
    g_set_error_literal (error, LB_ERROR, LB_ERROR_CANCELLED, "cancelled: nothing was changed");
  else if (length == 0)
    g_set_error_literal (error, LB_ERROR, LB_ERROR_USAGE,
                         "no key came: type it, or give it on standard input");
  else
    {
      while (g_ascii_isgraph (key[graphs]))
        graphs++;
      if (graphs == length && length <= MAX_KEY_BYTES)
        return TRUE;
      g_set_error_literal (error, LB_ERROR, LB_ERROR_USAGE,
                           "that is no key: it holds a space or another odd character, or is too "
                           "long");
    }
  return FALSE;
}

static int
run_set (LbCli *cli, GError **error)
{
  const char *name = typed_name (cli, error);
  char key[MAX_KEY_BYTES + 2] = "";
  gssize length;
  gboolean fine;

  if (name == NULL)
    return LB_EXIT_USAGE;
  length = isatty (STDIN_FILENO) ? read_unseen (name, key, sizeof key)
                                 : read_line (key, sizeof key, NULL);
  fine = check_key (key, length, error) && lb_keyring_store (name, key, error);
  explicit_bzero (key, sizeof key);
  if (!fine)
    return LB_EXIT_FAILED;
  lb_cli_note (cli, "%s: in the keyring", name);
  if (g_getenv (name) != NULL && *g_getenv (name) != '\0')
    lb_cli_warn (cli, "%s is in the environment too, which comes first", name);
  return LB_EXIT_OK;
}

const LbCliCommand lb_command_keys_set = {
  .name = "keys set",
  .arguments = "KEY",
  .summary = "keep a key of a server in the keyring",
  .description =
      "Asks for the key, without showing it, or reads a line of standard input, and keeps it in "
      "the user's keyring (GNOME Keyring, KWallet, KeePassXC): the item with the attributes "
      "service=llamaburn and key=KEY, as 'secret-tool store --label=LlamaBurn service llamaburn "
      "key KEY' does.\n\n"
      "KEY is a name that 'keys list' shows, such as GEMINI_API_KEY. An engine that takes it "
      "gets "
      "it where the environment has none.",
  .min_arguments = 1,
  .max_arguments = 1,
  .completion = "keys",
  .run = run_set,
};

/* ---- remove ---- */

static int
run_remove (LbCli *cli, GError **error)
{
  const char *name = typed_name (cli, error);

  if (name == NULL)
    return LB_EXIT_USAGE;
  if (!lb_keyring_remove (name, error))
    return LB_EXIT_FAILED;
  lb_cli_note (cli, "%s: no longer in the keyring", name);
  return LB_EXIT_OK;
}

const LbCliCommand lb_command_keys_remove = {
  .name = "keys remove",
  .arguments = "KEY",
  .summary = "remove a key of a server from the keyring",
  .description = "Removes every item of the keyring with the attributes service=llamaburn and "
                 "key=KEY. What is in the environment stays.",
  .min_arguments = 1,
  .max_arguments = 1,
  .completion = "keys",
  .run = run_remove,
};
