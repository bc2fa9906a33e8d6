/* Source of the schema's form: the Secret Service API of freedesktop.org, "Lookup Attributes";
 * libsecret's documentation. */
#include "engine/keyring.h"

#include <string.h>

#include "core/error.h"

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

/* What is said where a key is asked for. */
static const char *const troubles[] = {
  [LB_KEYRING_FOUND] = NULL,
  [LB_KEYRING_NONE] = NULL,
  [LB_KEYRING_LOCKED] = "the keyring has it, but is locked: unlock it, then measure again",
  [LB_KEYRING_SILENT] = "the keyring gave no answer in 3 seconds",
  [LB_KEYRING_LEFT_OUT] = "but this LlamaBurn was built without libsecret, and reads no keyring",
};

#ifdef LB_HAS_LIBSECRET

static const SecretSchema schema = {
  .name = "io.github.llamaburn.Key",
  .flags = SECRET_SCHEMA_DONT_MATCH_NAME, /* secret-tool writes a name of its own */
  .attributes = { { "service", SECRET_SCHEMA_ATTRIBUTE_STRING },
                  { "key", SECRET_SCHEMA_ATTRIBUTE_STRING },
                  { NULL, 0 } },
};

/* Questions to the keyring, one after the other, which together have three seconds. */
typedef struct {
  GMainContext *context;
  GCancellable *cancellable;
  GSource *timer;
  GAsyncResult *answer;
  gboolean late;
} Talk;

static void
on_answer (GObject *source, GAsyncResult *answer, gpointer user_data)
{
  ((Talk *) user_data)->answer = g_object_ref (answer);
}

static gboolean
on_late (gpointer user_data)
{
  Talk *talk = user_data;

  talk->late = TRUE;
  g_cancellable_cancel (talk->cancellable);
  return G_SOURCE_REMOVE;
}

static void
talk_begin (Talk *talk)
{
  talk->context = g_main_context_new ();
  talk->cancellable = g_cancellable_new ();
  talk->timer = g_timeout_source_new (PATIENCE_MS);
  g_source_set_callback (talk->timer, on_late, talk, NULL);
  g_source_attach (talk->timer, talk->context);
  g_main_context_push_thread_default (talk->context);
}

/* Returns: (transfer full): what came of the question that was just asked. */
static GAsyncResult *
talk_wait (Talk *talk)
{
  while (talk->answer == NULL)
    g_main_context_iteration (talk->context, TRUE);
  return g_steal_pointer (&talk->answer);
}

static void
talk_end (Talk *talk)
{
  g_main_context_pop_thread_default (talk->context);
  g_source_destroy (talk->timer);
  g_source_unref (talk->timer);
  g_main_context_unref (talk->context);
  g_object_unref (talk->cancellable);
}

/* GDBus would start a bus of its own on a machine without one. */
static gboolean
has_bus (void)
{
  g_autofree char *usual = g_build_filename (g_get_user_runtime_dir (), "bus", NULL);
  const char *address = g_getenv ("DBUS_SESSION_BUS_ADDRESS");

  return (address != NULL && *address != '\0') || g_file_test (usual, G_FILE_TEST_EXISTS);
}

static GHashTable *
attributes_of (const char *name)
{
  return secret_attributes_build (&schema, "service", "llamaburn", "key", name, NULL);
}

/* Returns: (transfer full): items, whose secrets are there where they aren't locked. */
static GList *
look_for (Talk *talk, const char *name, GError **error)
{
  g_autoptr (GHashTable) attributes = attributes_of (name);
  g_autoptr (GAsyncResult) answer = NULL;

  secret_service_search (NULL, &schema, attributes,
                         SECRET_SEARCH_ALL | SECRET_SEARCH_LOAD_SECRETS, talk->cancellable,
                         on_answer, talk);
  answer = talk_wait (talk);
  return secret_service_search_finish (NULL, answer, error);
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
  Talk talk = { 0 };
  g_autoptr (GError) error = NULL;
  LbKeyringAnswer answer = LB_KEYRING_NONE;
  GList *items;

  *secret = NULL;
  if (!has_bus ())
    return LB_KEYRING_NONE;
  talk_begin (&talk);
  items = look_for (&talk, name, &error);
  talk_end (&talk);
  if (error != NULL)
    g_debug ("keyring: %s", error->message);
  for (GList *it = items; it != NULL && *secret == NULL; it = it->next)
    {
      *secret = secret_of (it->data);
      if (*secret == NULL && secret_item_get_locked (it->data))
        answer = LB_KEYRING_LOCKED;
    }
  g_list_free_full (items, g_object_unref);
  if (*secret != NULL)
    return LB_KEYRING_FOUND;
  return talk.late ? LB_KEYRING_SILENT : answer;
}

/* ---- changes ---- */

static gboolean
fail (const Talk *talk, GError *cause, GError **error)
{
  g_autoptr (GError) owned = cause;

  if (talk->late)
    g_set_error (error, LB_ERROR, LB_ERROR_TIMEOUT, "%s", troubles[LB_KEYRING_SILENT]);
  else
    {
      g_dbus_error_strip_remote_error (cause);
      g_set_error (error, LB_ERROR, LB_ERROR_FAILED, "the keyring can't be used: %s",
                   cause->message);
    }
  return FALSE;
}

static gboolean
fail_locked (GError **error)
{
  g_set_error_literal (error, LB_ERROR, LB_ERROR_NOT_PERMITTED,
                       "the keyring is locked: unlock it, then try again");
  return FALSE;
}

static gboolean
check_bus (GError **error)
{
  if (has_bus ())
    return TRUE;
  g_set_error_literal (error, LB_ERROR, LB_ERROR_NOT_FOUND,
                       "there is no keyring, for there is no D-Bus session here");
  return FALSE;
}

/* A service would ask the user for what is missing, and a terminal alone can't answer. */
static gboolean
check_collection (Talk *talk, GError **error)
{
  g_autoptr (GAsyncResult) answer = NULL;
  g_autoptr (SecretCollection) collection = NULL;
  GError *cause = NULL;

  secret_collection_for_alias (NULL, SECRET_COLLECTION_DEFAULT, SECRET_COLLECTION_NONE,
                               talk->cancellable, on_answer, talk);
  answer = talk_wait (talk);
  collection = secret_collection_for_alias_finish (answer, &cause);
  if (cause != NULL)
    return fail (talk, cause, error);
  if (collection != NULL)
    return !secret_collection_get_locked (collection) || fail_locked (error);
  g_set_error_literal (error, LB_ERROR, LB_ERROR_NOT_FOUND,
                       "the keyring has no default collection: make one, in Passwords and Keys "
                       "or KWalletManager");
  return FALSE;
}

/* As secret-tool does it, without a schema's name: so each replaces the other's. */
static gboolean
put (Talk *talk, const char *name, const char *secret, GError **error)
{
  g_autoptr (GHashTable) attributes = attributes_of (name);
  g_autoptr (SecretValue) value = secret_value_new (secret, -1, "text/plain");
  g_autofree char *label = g_strdup_printf ("LlamaBurn: %s", name);
  g_autoptr (GAsyncResult) answer = NULL;
  GError *cause = NULL;

  secret_service_store (NULL, NULL, attributes, SECRET_COLLECTION_DEFAULT, label, value,
                        talk->cancellable, on_answer, talk);
  answer = talk_wait (talk);
  return secret_service_store_finish (NULL, answer, &cause) || fail (talk, cause, error);
}

gboolean
lb_keyring_store (const char *name, const char *secret, GError **error)
{
  Talk talk = { 0 };
  gboolean fine;

  if (!check_bus (error))
    return FALSE;
  talk_begin (&talk);
  fine = check_collection (&talk, error) && put (&talk, name, secret, error);
  talk_end (&talk);
  return fine;
}

static gboolean delete (Talk *talk, SecretItem *item, GError **error)
{
  g_autoptr (GAsyncResult) answer = NULL;
  GError *cause = NULL;

  if (secret_item_get_locked (item))
    return fail_locked (error);
  secret_item_delete (item, talk->cancellable, on_answer, talk);
  answer = talk_wait (talk);
  return secret_item_delete_finish (item, answer, &cause) || fail (talk, cause, error);
}

gboolean
lb_keyring_remove (const char *name, GError **error)
{
  Talk talk = { 0 };
  GError *cause = NULL;
  GList *items;
  gboolean fine;

  if (!check_bus (error))
    return FALSE;
  talk_begin (&talk);
  items = look_for (&talk, name, &cause);
  fine = cause == NULL || fail (&talk, cause, error);
  if (fine && items == NULL)
    {
      g_set_error (error, LB_ERROR, LB_ERROR_NOT_FOUND, "the keyring has no %s", name);
      fine = FALSE;
    }
  for (GList *it = items; it != NULL && fine; it = it->next)
    fine = delete (&talk, it->data, error);
  talk_end (&talk);
  g_list_free_full (items, g_object_unref);
  return fine;
}

#else

LbKeyringAnswer
lb_keyring_find (const char *name, char **secret)
{
  *secret = NULL;
  return LB_KEYRING_LEFT_OUT;
}

static gboolean
fail_left_out (const char *name, GError **error)
{
  g_set_error (error, LB_ERROR, LB_ERROR_FAILED,
               "this LlamaBurn was built without libsecret, and has no keyring: set %s in the "
               "environment",
               name);
  return FALSE;
}

gboolean
lb_keyring_store (const char *name, const char *secret, GError **error)
{
  return fail_left_out (name, error);
}

gboolean
lb_keyring_remove (const char *name, GError **error)
{
  return fail_left_out (name, error);
}

#endif

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
