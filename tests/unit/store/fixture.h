/* What the store's tests share: a folder of their own, a record, a writer process. */
#pragma once

#include "store/internal.h"

/** fixture_folder: Returns: (transfer full): a new folder */
char *fixture_folder (void);
/** fixture_remove: removes @folder with all that is in it, and frees it */
void fixture_remove (char *folder);

/** fixture_record: Returns: (transfer full): a whole record of @iterations iterations with rtf
 * 0.1, 0.2, … */
json_t *fixture_record (const char *status, int iterations);
/** fixture_running: Returns: (transfer full): a record as a run begins with it */
json_t *fixture_running (void);
/** fixture_id: Returns: (transfer none) */
const char *fixture_id (const json_t *record);

LbStore *fixture_open (const char *folder);
gint64 fixture_add (LbStore *store, const json_t *record); /* begins and ends */
gint64 fixture_count (LbStore *store, const char *sql);

/** fixture_file: Returns: (transfer full): FOLDER/NAME */
char *fixture_file (const char *folder, const char *name);
