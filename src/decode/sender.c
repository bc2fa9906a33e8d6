#include "decode/sender.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core/json.h"

struct _LbSender {
  int fd;
  gsize filled; /* samples */
  /* One write for head and body. */
  struct {
    LbWireHead head;
    float samples[LB_WIRE_MAX_PCM_SAMPLES];
  } block;
};

LbSender *
lb_sender_new (int fd)
{
  LbSender *sender = g_new0 (LbSender, 1);

  sender->fd = fd;
  return sender;
}

void
lb_sender_free (LbSender *sender)
{
  g_free (sender);
}

static gboolean
write_all (int fd, gconstpointer data, gsize bytes)
{
  const char *rest = data;

  while (bytes > 0)
    {
      gssize n = write (fd, rest, bytes);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;
      rest += n;
      bytes -= (gsize) n;
    }
  return TRUE;
}

gboolean
lb_sender_flush (LbSender *sender)
{
  gsize bytes = sender->filled * sizeof (float);

  if (sender->filled == 0)
    return TRUE;
  sender->block.head = (LbWireHead){ LB_WIRE_PCM, (guint32) bytes };
  sender->filled = 0;
  return write_all (sender->fd, &sender->block, sizeof (LbWireHead) + bytes);
}

gboolean
lb_sender_alive (LbSender *sender)
{
  LbWireHead head = { LB_WIRE_PCM, 0 };

  return lb_sender_flush (sender) && write_all (sender->fd, &head, sizeof head);
}

float *
lb_sender_room (LbSender *sender, guint channels, gsize *frames)
{
  *frames = (LB_WIRE_MAX_PCM_SAMPLES - sender->filled) / channels;
  if (*frames == 0)
    {
      if (!lb_sender_flush (sender))
        return NULL;
      *frames = LB_WIRE_MAX_PCM_SAMPLES / channels;
    }
  return sender->block.samples + sender->filled;
}

void
lb_sender_add (LbSender *sender, gsize samples)
{
  sender->filled += samples;
  g_assert (sender->filled <= LB_WIRE_MAX_PCM_SAMPLES);
}

gboolean
lb_sender_json (LbSender *sender, LbWireKind kind, const json_t *value)
{
  g_autofree char *line = lb_json_line (value);
  LbWireHead head = { kind, (guint32) strlen (line) };

  g_assert (head.bytes <= LB_WIRE_MAX_JSON_BYTES);
  return lb_sender_flush (sender) && write_all (sender->fd, &head, sizeof head) &&
         write_all (sender->fd, line, head.bytes);
}
