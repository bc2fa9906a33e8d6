#include "engine/temporary.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/error.h"
#include "core/text.h"

#define PREFIX "llamaburn-engine-"
#define OPEN_FOLDERS 16
#define SETTLED_S 60 /* a younger one may be about to be locked by the program that made it */

static int
remove_one (const char *path, const struct stat *facts, int kind, struct FTW *where)
{
  remove (path);
  return 0;
}

/* Links are removed, not followed; another file system isn't entered. */
static void
remove_tree (const char *path)
{
  nftw (path, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

/* Nobody's any more: ours by owner, settled, and its lock is free. */
static void
sweep_one (const char *path)
{
  struct stat facts;
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

  if (fd < 0)
    return;
  if (fstat (fd, &facts) == 0 && facts.st_uid == geteuid () &&
      time (NULL) - facts.st_mtime > SETTLED_S && flock (fd, LOCK_EX | LOCK_NB) == 0)
    remove_tree (path);
  close (fd);
}

static void
sweep (const char *parent)
{
  g_autoptr (GDir) folder = g_dir_open (parent, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    if (g_str_has_prefix (name, PREFIX))
      {
        g_autofree char *path = g_build_filename (parent, name, NULL);

        sweep_one (path);
      }
}

gboolean
lb_temporary_make (LbTemporary *temporary, GError **error)
{
  const char *parent = g_get_tmp_dir ();
  g_autofree char *path = g_build_filename (parent, PREFIX "XXXXXX", NULL);
  g_autofree char *shown = lb_text_escape (parent);

  sweep (parent);
  if (g_mkdtemp (path) == NULL)
    return lb_error_set_errno (error, errno, "can't make a folder in \"%s\" (TMPDIR)", shown);
  temporary->lock_fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (temporary->lock_fd >= 0)
    flock (temporary->lock_fd, LOCK_EX | LOCK_NB);
  temporary->path = g_steal_pointer (&path);
  return TRUE;
}

void
lb_temporary_remove (LbTemporary *temporary)
{
  if (temporary->path == NULL)
    return;
  remove_tree (temporary->path);
  if (temporary->lock_fd >= 0)
    close (temporary->lock_fd);
  g_clear_pointer (&temporary->path, g_free);
}
