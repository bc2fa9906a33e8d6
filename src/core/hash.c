#include "core/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include "core/error.h"
#include "core/text.h"

#define CHUNK_BYTES (1024 * 1024)

struct _LbHash {
  EVP_MD_CTX *context;
};

LbHash *
lb_hash_new (void)
{
  LbHash *hash = g_new0 (LbHash, 1);

  hash->context = EVP_MD_CTX_new ();
  if (hash->context == NULL || EVP_DigestInit_ex (hash->context, EVP_sha256 (), NULL) != 1)
    g_error ("OpenSSL has no SHA-256");
  return hash;
}

void
lb_hash_update (LbHash *hash, gconstpointer data, gsize bytes)
{
  if (EVP_DigestUpdate (hash->context, data, bytes) != 1)
    g_error ("SHA-256 failed");
}

char *
lb_hash_finish (LbHash *hash)
{
  guint8 digest[32];
  GString *text = g_string_sized_new (64);

  if (EVP_DigestFinal_ex (hash->context, digest, NULL) != 1)
    g_error ("SHA-256 failed");
  for (guint i = 0; i < sizeof digest; i++)
    g_string_append_printf (text, "%02x", digest[i]);
  EVP_MD_CTX_free (hash->context);
  g_free (hash);
  return g_string_free (text, FALSE);
}

char *
lb_hash_data (gconstpointer data, gsize bytes)
{
  LbHash *hash = lb_hash_new ();

  lb_hash_update (hash, data, bytes);
  return lb_hash_finish (hash);
}

char *
lb_hash_fd (int fd, GCancellable *cancellable, GError **error)
{
  g_autofree guint8 *chunk = g_malloc (CHUNK_BYTES);
  LbHash *hash = lb_hash_new ();
  goffset offset = 0;
  g_autofree char *unused = NULL;

  while (TRUE)
    {
      gssize got = pread (fd, chunk, CHUNK_BYTES, offset);

      if (got == 0)
        return lb_hash_finish (hash);
      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        lb_error_set_errno (error, errno, "can't read");
      if (got < 0 || g_cancellable_set_error_if_cancelled (cancellable, error))
        break;
      lb_hash_update (hash, chunk, (gsize) got);
      offset += got;
    }
  unused = lb_hash_finish (hash);
  return NULL;
}

char *
lb_hash_file (const char *path, GCancellable *cancellable, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  g_autofree char *shown = lb_text_escape (path);
  char *digest;

  if (fd < 0)
    {
      lb_error_set_errno (error, errno, "can't open \"%s\"", shown);
      return NULL;
    }
  digest = lb_hash_fd (fd, cancellable, error);
  if (digest == NULL)
    g_prefix_error (error, "\"%s\": ", shown);
  close (fd);
  return digest;
}
