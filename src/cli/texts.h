/* Texts to work on: from arguments, a file, the sets that come with LlamaBurn. All are UTF-8 with
 * something in them that is no space, and none is longer than its source allows. */
#pragma once

#include "bench/prompt.h"
#include "bench/text.h"

G_BEGIN_DECLS

#define LB_TEXT_FILE_MAX_BYTES (64 * 1024 * 1024)
#define LB_TEXT_SETS "short,long,numbers,tongue-twisters,languages"
#define LB_PROMPT_SETS "short,long,many-instruments"

/** LbSubject: what one case measures: a sound file or a text */
typedef struct {
  char *path;                  /* (type filename) of a sound; NULL: a text */
  char *text;                  /* or NULL */
  char *set, *name, *language; /* of a text of a built-in set; else NULL */
} LbSubject;

/** LbTextSource: where texts of one kind come from, and how messages call them */
typedef struct {
  const char *word;        /* "text" */
  const char *folder;      /* of the data that come with LlamaBurn: "texts" */
  const char *file_option; /* "text-file" */
  const char *set_option;  /* "text-set" */
  const char *empty;       /* what is wrong with one that is blank */
  glong max_characters;
} LbTextSource;

extern const LbTextSource lb_texts, lb_prompts;

void lb_subject_free (LbSubject *subject);

/** lb_texts_check: whether @text is as above. @where: for the message: "text 2", "\"a.txt\",
 * line 7". %LB_ERROR_USAGE: not UTF-8, nothing in it, too long */
gboolean lb_texts_check (const LbTextSource *source, const char *text, const char *where,
                         GError **error);

/** lb_subjects_new: Returns: (transfer full) (element-type LbSubject): an empty list */
GPtrArray *lb_subjects_new (void);
void lb_subjects_add_file (GPtrArray *subjects, const char *path);

/** lb_subjects_add_text: @where, and the error: as of lb_texts_check() */
gboolean lb_subjects_add_text (GPtrArray *subjects, const LbTextSource *source, const char *text,
                               const char *where, GError **error);

/** lb_subjects_add_lines: each line of the file at @path that isn't blank is a text; "-" is
 * standard input */
gboolean lb_subjects_add_lines (GPtrArray *subjects, const LbTextSource *source, const char *path,
                                GError **error);

/** lb_subjects_add_set: those of the file @name.json in the source's folder */
gboolean lb_subjects_add_set (GPtrArray *subjects, const LbTextSource *source, const char *name,
                              GError **error);

G_END_DECLS
