/* What a running benchmark says. Command line, window and store listen; nothing below them
 * prints.
 *
 * An event is a JSON object {"event": NAME, "run": ID, …}; written as lines its first is
 * {"schema": "llamaburn.event/1"}. Names and members: plan       {cases, runs: [{id, mode,
 * engine, model, device, input {path,…}}]} waiting    {holder}: another benchmark holds the
 * machine run-begin  {run, record}: the record as far as it is known: a case begins info {run,
 * duration_s, …}: what is known of the input now loading-model {run, session, model, load_cache}
 * model-loaded {run, session, load_s} session    {run, record: its sessions[] element}: from here
 * on the run has this session warmup     {run, index, of, iteration {…}}          iteration {run,
 * index, of (absent: auto), iteration {…}, median_rtf} started    {run, what
 * "load|warmup|iteration", index}: a step begins (untimed part) partial    {run, text} progress
 * {run, fraction}: from the engine, as it works (a listener that does not keep up misses both)
 * output     {run, record: the element of its outputs[], new or with one more iteration} error
 * {run, kind, phase, message}: the case failed; the next one goes on run-end    {run, record}:
 * the whole record, with summary, scores, validity pruned     {removed_bytes, limit_bytes}:
 * sounds of the oldest runs that were removed done       {status}: exit status of the plan
 */
#pragma once

#include "core/json.h"

G_BEGIN_DECLS

#define LB_EVENT_SCHEMA "llamaburn.event/1"

/** LbEventHandler: @event is the emitter's; called in the runner's thread */
typedef void (*LbEventHandler) (const json_t *event, gpointer user_data);

G_END_DECLS
