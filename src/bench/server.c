#include "bench/server.h"

#include "bench/validity.h"

static void
note_network (LbResult *result, const LbCase *it, const char *host, gboolean local)
{
  const LbPlanInput *input = g_ptr_array_index (it->inputs, 0);
  json_t *network = json_object ();

  lb_json_set_string (network, "host", host);
  lb_json_set_boolean (network, "local", local);
  if (!local)
    lb_json_set_boolean (network, "allowed", TRUE);
  lb_json_set (lb_result_record (result), "network", network);
  lb_result_add_flag (
      result,
      lb_flag_new ("remote", "compare it with results of servers only, or with the engine itself",
                   "timed is the work of the server \"%s\" and the way there and back; "
                   "memory, processor time and threads are not the server's",
                   host));
  if (!local)
    lb_result_add_flag (result, lb_flag_new ("sent", "leave out --allow-network",
                                             "the %s was sent to \"%s\"",
                                             input->path != NULL ? "sound" : "text", host));
}

void
lb_server_note (LbResult *result, const LbCase *it, const LbSessionLoaded *loaded)
{
  const json_t *server = json_object_get (loaded->info, "server");
  const char *host = lb_json_string (server, "host", NULL);
  const char *model = lb_json_string (server, "model", NULL);
  json_t *record = lb_result_record (result);

  if (host == NULL)
    return;
  if (json_object_get (record, "network") == NULL)
    note_network (result, it, host, lb_json_boolean (server, "local", FALSE));
  if (model != NULL && json_object_get (record, "model") == NULL)
    lb_result_set_model (result, json_pack ("{s:s, s:b}", "id", model, "remote", TRUE));
}

void
lb_server_check (LbResult *result, const json_t *output)
{
  gint64 retries = lb_json_integer (output, "retries", 0);

  if (retries > 0)
    lb_result_add_flag (
        result, lb_flag_new ("retried", "run it when less is asked of the server, or --retries 0",
                             "the server had too much to do and was asked %lld times; %.1f s of "
                             "waiting are in the wall time, engine_s has the last try alone",
                             (long long) retries + 1,
                             lb_json_real (json_object_get (output, "phases"), "wait_s", 0)));
}
