/* llamaburn-engine: hosts one native engine, or puts on the cage and becomes a worker's
 * command. */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <fcntl.h>

#include "core/error.h"
#include "core/text.h"
#include "engine/cage.h"
#include "engine/host.h"
#include "engine/protocol.h"

static int
become (char *const *command)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *shown = lb_text_escape (command[0]);

  execv (command[0], command);
  lb_error_set_errno (&error, errno, "can't start \"%s\"", shown);
  error->code = LB_ERROR_ENGINE_MISSING;
  return lb_host_refuse (error);
}

static gboolean
is_worker (const LbManifest *manifest)
{
  return json_object_get (manifest->json, "command") != NULL ||
         json_object_get (manifest->json, "python") != NULL;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LbManifest) manifest = NULL;

  setlocale (LC_ALL, "");
  setlocale (LC_NUMERIC, "C");
  if (argc < 2 || fcntl (LB_FD_DEATH, F_GETFD) < 0)
    {
      fputs ("llamaburn-engine is started by llamaburn, with its descriptors: see "
             "docs/PROTOCOL.md\n",
             stderr);
      return 2;
    }
  manifest = lb_manifest_read (argv[1], &error);
  if (manifest == NULL || !lb_cage_put_on (manifest->network, &error))
    return lb_host_refuse (error);
  if (argc > 2 && is_worker (manifest))
    return become (argv + 2);
  if (manifest->command != NULL)
    return become (manifest->command);
  signal (SIGPIPE, SIG_IGN);
  return lb_host_serve (manifest, argc > 2 ? argv[2] : NULL);
}
