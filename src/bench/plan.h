/* What is to be measured: a list of cases and the settings that they share. From the command
 * line, a file (schema "llamaburn.plan/1") or the window. Plain data: nothing here looks at
 * engines or files. */
#pragma once

#include "core/json.h"

G_BEGIN_DECLS

#define LB_PLAN_SCHEMA "llamaburn.plan/1"
#define LB_PLAN_MAX_CASES 100000

typedef struct {
  char *role;       /* "audio", "text"… */
  char *path;       /* (type filename) of a file, any bytes; or NULL */
  char *text;       /* or the input itself */
  char *set, *name; /* (nullable) of a text: the built-in set that it is of, and its name there */
} LbPlanInput;

typedef struct {
  char *id; /* of the run that it becomes: UUIDv7 */
  char *mode;
  char *engine;
  char *model; /* as typed; NULL: the engine takes none */
  char *device;
  GPtrArray *inputs; /* of LbPlanInput; the first is the one that is measured */
  char *reference;   /* (type filename) (nullable) what the output should be */
  json_t *options;   /* {name: typed value} */
  char *decoding;    /* of stt: "greedy", "beam:5", "engine"; NULL: the plan's usual one */
} LbCase;

typedef enum {
  LB_ORDER_SEQUENTIAL,
  LB_ORDER_INTERLEAVED,
} LbOrder;

/* Which sounds that came out stay, in the folder of the run. */
typedef enum {
  LB_KEEP_FIRST, /* the first output's */
  LB_KEEP_ALL,   /* one for each different output */
  LB_KEEP_NONE,
} LbKeep;

typedef struct {
  int iterations; /* 0: auto */
  int warmups;
  int threads; /* 0: as many as this process may use */
  LbOrder order;
  gboolean warm_load;     /* unload and load again, measured */
  gboolean wait;          /* for the machine's lock */
  gboolean allow_network; /* engines that ask a server may send the input to another machine */
  gint64 seed;
  double start_s, duration_s; /* of each sound; duration 0: to the end */
  double time_limit_s;        /* of a load or a run; 0: the defaults */
  guint64 memory_limit_bytes; /* of an engine; 0: nine tenths of what is available */
  guint64 pcm_memory_bytes;   /* 0: a quarter of what is available */
  gboolean random_weights;    /* seeded weights of the true size: speed without quality */
  LbKeep keep;
  gboolean flac; /* kept as FLAC, not as WAV */
  char *save;    /* (type filename) (nullable): where a copy of what came out goes */
  char *click;   /* (type filename) (nullable): of beats: where the song with clicks goes */
  json_t *score; /* (nullable): [{name "wer", engine, model}] */
  json_t *judge; /* (nullable): {engine, model, url}: a language model that reads the answers */
} LbSettings;

typedef struct {
  char *group; /* UUIDv7 that the runs share */
  LbSettings settings;
  GPtrArray *cases; /* of LbCase */
} LbPlan;

/** lb_plan_new: Returns: (transfer full): no cases, default settings, a new group */
LbPlan *lb_plan_new (void);
void lb_plan_free (LbPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LbPlan, lb_plan_free)

/** lb_plan_add_case: Returns: (transfer none): a new case of @plan with a new id, no inputs, no
 * options */
LbCase *lb_plan_add_case (LbPlan *plan, const char *mode, const char *engine, const char *model,
                          const char *device);
void lb_case_add_file (LbCase *it, const char *role, const char *path);
void lb_case_add_text (LbCase *it, const char *role, const char *text);

/** lb_case_name_text: the text that was added last is @name of the built-in @set (both nullable)
 */
void lb_case_name_text (LbCase *it, const char *set, const char *name);

const LbCase *lb_plan_case (const LbPlan *plan, guint index);

/** lb_plan_from_json: @value is hostile. Returns: (transfer full): the plan, or %NULL with
 *  %LB_ERROR_USAGE that names the member */
LbPlan *lb_plan_from_json (const json_t *value, GError **error);
json_t *lb_plan_to_json (const LbPlan *plan);

/** lb_plan_same_session: whether @a and @b differ in inputs (and reference) only */
gboolean lb_plan_same_session (const LbCase *a, const LbCase *b);

/** lb_json_set_path: sets @key to the file name, or KEY_uri to its file: URI when it is not UTF-8
 */
void lb_json_set_path (json_t *object, const char *key, const char *path);

G_END_DECLS
