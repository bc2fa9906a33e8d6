/* What the rows of a result's block say: each (transfer full), or %LB_ABSENT where the record has
 * nothing of it. For blocks.c. */
#pragma once

#include "report/report.h"

G_BEGIN_DECLS

/** lb_say: Returns: (transfer full): the field that CSV calls @csv, for people */
char *lb_say (const char *csv, const json_t *record);

/** lb_says: whether @record has that field */
gboolean lb_says (const char *csv, const json_t *record);

/** lb_say_append: adds the field between @before and @after to @out, where @record has it */
void lb_say_append (GString *out, const json_t *record, const char *csv, const char *before,
                    const char *after);

char *lb_say_tokens (const json_t *record);
char *lb_say_prompt (const json_t *record);
char *lb_say_part (const json_t *record);
char *lb_say_grounding (const json_t *record);
char *lb_say_judgement (const json_t *record);
char *lb_say_notes (const json_t *record);
char *lb_say_beats (const json_t *record);
char *lb_say_chords (const json_t *record);
char *lb_say_genre (const json_t *record);
char *lb_say_stems (const json_t *record);
char *lb_say_stem_score (const json_t *record);
char *lb_say_note_score (const json_t *record);
char *lb_say_beat_score (const json_t *record);
char *lb_say_chord_score (const json_t *record);
char *lb_say_genre_score (const json_t *record);
char *lb_say_steps (const json_t *record);
char *lb_say_asked (const json_t *record);
char *lb_say_tempo_asked (const json_t *record);
char *lb_say_repetition (const json_t *record);
char *lb_say_clap (const json_t *record);
char *lb_say_fad (const json_t *record);
char *lb_say_files (const json_t *record);

G_END_DECLS
