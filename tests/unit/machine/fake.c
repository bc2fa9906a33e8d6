#include "fake.h"

#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

Fake *
fake_new (void)
{
  Fake *fake = g_new0 (Fake, 1);

  fake->root = g_dir_make_tmp ("llamaburn-machine-XXXXXX", NULL);
  g_assert_nonnull (fake->root);
  return fake;
}

static int
remove_one (const char *path, const struct stat *about, int kind, struct FTW *where)
{
  return remove (path);
}

void
fake_free (Fake *fake)
{
  g_assert_cmpint (nftw (fake->root, remove_one, 16, FTW_DEPTH | FTW_PHYS), ==, 0);
  g_free (fake->root);
  g_free (fake);
}

static char *
make_path (Fake *fake, const char *path)
{
  char *whole = g_strconcat (fake->root, path, NULL);
  g_autofree char *folder = g_path_get_dirname (whole);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0755), ==, 0);
  return whole;
}

static void
put (Fake *fake, const char *path, const char *text, const char *mode)
{
  g_autofree char *whole = make_path (fake, path);
  FILE *file = fopen (whole, mode);

  g_assert_nonnull (file);
  g_assert_cmpuint (fwrite (text, 1, strlen (text), file), ==, strlen (text));
  g_assert_cmpint (fclose (file), ==, 0);
}

void
fake_write (Fake *fake, const char *path, const char *text)
{
  put (fake, path, text, "w");
}

void
fake_append (Fake *fake, const char *path, const char *text)
{
  put (fake, path, text, "a");
}

void
fake_link (Fake *fake, const char *path, const char *target)
{
  g_autofree char *whole = make_path (fake, path);

  g_assert_cmpint (symlink (target, whole), ==, 0);
}
