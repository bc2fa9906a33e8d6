#include "decode/tail.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE_HEAD_BYTES 27
/* Head, 255 lengths, 255 × 255 bytes. */
#define MAX_PAGE_BYTES (PAGE_HEAD_BYTES + 255 + 255 * 255)

/* Returns: the length of the page at @page as its head says it, or more than @bytes when the head
 * itself is cut */
static gsize
page_bytes (const guint8 *page, gsize bytes)
{
  gsize length;

  if (bytes < PAGE_HEAD_BYTES || bytes < PAGE_HEAD_BYTES + (gsize) page[26])
    return bytes + 1;
  length = PAGE_HEAD_BYTES + (gsize) page[26];
  for (guint i = 0; i < page[26]; i++)
    length += page[PAGE_HEAD_BYTES + i];
  return length;
}

gboolean
lb_tail_is_cut (int fd)
{
  g_autofree guint8 *tail = g_malloc (MAX_PAGE_BYTES);
  guint8 magic[4];
  struct stat status;
  gssize bytes;

  if (pread (fd, magic, 4, 0) != 4 || memcmp (magic, "OggS", 4) != 0 || fstat (fd, &status) != 0)
    return FALSE;
  bytes = pread (fd, tail, MAX_PAGE_BYTES, MAX (status.st_size - MAX_PAGE_BYTES, 0));
  for (gssize at = bytes - 4; at >= 0; at--)
    if (memcmp (tail + at, "OggS", 4) == 0)
      return page_bytes (tail + at, (gsize) (bytes - at)) > (gsize) (bytes - at);
  return FALSE;
}
