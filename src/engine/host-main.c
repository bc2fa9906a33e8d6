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
become (const LbManifest *manifest)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *shown = lb_text_escape (manifest->command[0]);

  execv (manifest->command[0], manifest->command);
  lb_error_set_errno (&error, errno, "can't start \"%s\"", shown);
  return lb_host_refuse (error);
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
  if (manifest->command != NULL)
    return become (manifest);
  signal (SIGPIPE, SIG_IGN);
  return lb_host_serve (manifest, argc > 2 ? argv[2] : NULL);
}
