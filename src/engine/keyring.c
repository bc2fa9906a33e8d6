/* Source of the schema's form: the Secret Service API of freedesktop.org, "Lookup Attributes";
 * libsecret's documentation. */
#include "engine/keyring.h"

#include <string.h>

#ifdef LB_HAS_LIBSECRET
#include <libsecret/secret.h>
#endif

#define PATIENCE_MS 3000

void
lb_keyring_free (char *secret)
{
  if (secret != NULL)
    explicit_bzero (secret, strlen (secret));
  g_free (secret);
}

#ifdef LB_HAS_LIBSECRET

static const SecretSchema schema = {
  .name = "io.github.llamaburn.Key",
  .flags = SECRET_SCHEMA_DONT_MATCH_NAME, /* secret-tool writes a name of its own */
  .attributes = { { "service", SECRET_SCHEMA_ATTRIBUTE_STRING },
                  { "key", SECRET_SCHEMA_ATTRIBUTE_STRING },
                  { NULL, 0 } },
};

typedef struct {
  GCancellable *cancellable;
  GList *items;
  gboolean over, late;
} Search;

static void
on_found (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Search *search = user_data;
  g_autoptr (GError) error = NULL;

  search->items = secret_service_search_finish (NULL, result, &error);
  if (error != NULL)
    g_debug ("keyring: %s", error->message);
  search->over = TRUE;
}

static gboolean
on_late (gpointer user_data)
{
  Search *search = user_data;

  search->late = TRUE;
  g_cancellable_cancel (search->cancellable);
  return G_SOURCE_REMOVE;
}

/* GDBus would start a bus of its own on a machine without one. */
static gboolean
has_bus (void)
{
  g_autofree char *usual = g_build_filename (g_get_user_runtime_dir (), "bus", NULL);
  const char *address = g_getenv ("DBUS_SESSION_BUS_ADDRESS");

  return (address != NULL && *address != '\0') || g_file_test (usual, G_FILE_TEST_EXISTS);
}

static void
look_for (const char *name, Search *search)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GSource) timer = g_timeout_source_new (PATIENCE_MS);
  g_autoptr (GHashTable)
      attributes = secret_attributes_build (&schema, "service", "llamaburn", "key", name, NULL);

  search->cancellable = g_cancellable_new ();
  g_main_context_push_thread_default (context);
  g_source_set_callback (timer, on_late, search, NULL);
  g_source_attach (timer, context);
  secret_service_search (NULL, &schema, attributes,
                         SECRET_SEARCH_ALL | SECRET_SEARCH_LOAD_SECRETS, search->cancellable,
                         on_found, search);
  while (!search->over)
    g_main_context_iteration (context, TRUE);
  g_source_destroy (timer);
  g_main_context_pop_thread_default (context);
  g_object_unref (search->cancellable);
}

static char *
secret_of (SecretItem *item)
{
  SecretValue *value = secret_item_get_secret (item);
  const char *text = value != NULL ? secret_value_get_text (value) : NULL;
  char *copy = text != NULL && *text != '\0' ? g_strdup (text) : NULL;

  for (gsize n = copy != NULL ? strlen (copy) : 0; n > 0 && strchr ("\r\n", copy[n - 1]); n--)
    copy[n - 1] = '\0';
  if (value != NULL)
    secret_value_unref (value);
  return copy;
}

LbKeyringAnswer
lb_keyring_find (const char *name, char **secret)
{
  Search search = { 0 };
  LbKeyringAnswer answer = LB_KEYRING_NONE;

  *secret = NULL;
  if (!has_bus ())
    return LB_KEYRING_NONE;
  look_for (name, &search);
  for (GList *it = search.items; it != NULL && *secret == NULL; it = it->next)
    {
      *secret = secret_of (it->data);
      if (*secret == NULL && secret_item_get_locked (it->data))
        answer = LB_KEYRING_LOCKED;
    }
  g_list_free_full (search.items, g_object_unref);
  if (*secret != NULL)
    return LB_KEYRING_FOUND;
  return search.late ? LB_KEYRING_SILENT : answer;
}

#else

LbKeyringAnswer
lb_keyring_find (const char *name, char **secret)
{
  *secret = NULL;
  return LB_KEYRING_LEFT_OUT;
}

#endif

/* What is said where a key is asked for. */
static const char *const troubles[] = {
  [LB_KEYRING_FOUND] = NULL,
  [LB_KEYRING_NONE] = NULL,
  [LB_KEYRING_LOCKED] = "the keyring has it, but is locked: unlock it, then measure again",
  [LB_KEYRING_SILENT] = "the keyring gave no answer in 3 seconds",
  [LB_KEYRING_LEFT_OUT] = "but this LlamaBurn was built without libsecret, and reads no keyring",
};

static char **
add_gave (char **environment, const char *name)
{
  const char *before = g_environ_getenv (environment, LB_KEYRING_GAVE);
  g_autofree char *names = before != NULL ? g_strconcat (before, " ", name, NULL)
                                          : g_strdup (name);

  return g_environ_setenv (environment, LB_KEYRING_GAVE, names, TRUE);
}

char **
lb_keyring_fill (char **environment, const char *const *names)
{
  /* Of whoever started us: about other keys. */
  environment = g_environ_unsetenv (environment, LB_KEYRING_GAVE);
  environment = g_environ_unsetenv (environment, LB_KEYRING_TROUBLE);
  for (gsize i = 0; names != NULL && names[i] != NULL; i++)
    {
      const char *given = g_environ_getenv (environment, names[i]);
      LbKeyringAnswer answer;
      char *secret;

      if (given != NULL && *given != '\0')
        continue;
      answer = lb_keyring_find (names[i], &secret);
      if (secret != NULL)
        environment = add_gave (g_environ_setenv (environment, names[i], secret, TRUE), names[i]);
      else if (troubles[answer] != NULL)
        environment = g_environ_setenv (environment, LB_KEYRING_TROUBLE, troubles[answer], TRUE);
      lb_keyring_free (secret);
      if (answer == LB_KEYRING_SILENT) /* the next one would wait as long */
        break;
    }
  return environment;
}

void
lb_keyring_wipe (char **environment, const char *const *names)
{
  for (gsize i = 0; names != NULL && names[i] != NULL; i++)
    {
      const char *value = g_environ_getenv (environment, names[i]);

      if (value != NULL)
        explicit_bzero ((char *) value, strlen (value));
    }
}
