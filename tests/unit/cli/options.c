#include "cli/private.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "core/error.h"

static const LbCliOption options[] = {
  { 'e', "engine", LB_CLI_LIST, "LIST", "engines" },
  { 'n', "iterations", LB_CLI_INT, "N|auto", "how often", "auto", NULL, 1, 1000 },
  { 0, "speed", LB_CLI_DOUBLE, "X", "how fast", NULL, NULL, 0.5, 2 },
  { 0, "free", LB_CLI_INT, "N", "any number" },
  { 0, "least", LB_CLI_INT, "N", "no upper end", NULL, NULL, 1, INFINITY },
  { 'f', "format", LB_CLI_CHOICE, "FORMAT", "how to write it", "table,json,csv" },
  { 'o', "output", LB_CLI_PATH, "FILE", "where to write it", NULL, "files" },
  { 's', "strict", LB_CLI_FLAG, NULL, "be strict" },
  { 0, "title", LB_CLI_TEXT, "TEXT", "a title" },
  { 'r', "reference", LB_CLI_REPEAT, "FILE", "what was said" },
  { 0 },
};

static const LbCliCommand plain = { "plain", "FILE…", "a test", NULL, options, 0, 2 };
static const LbCliCommand stt = { "stt", "FILE…", "a test", NULL, options, 1, -1, "stt" };

static LbCli *
parse (const LbCliCommand *command, const char *line, GError **error)
{
  g_autoptr (LbCli) cli = lb_cli_new ();
  g_auto (GStrv) words = *line != '\0' ? g_strsplit (line, "|", -1) : g_new0 (char *, 1);

  return lb_cli_parse (cli, command, words, error) ? g_steal_pointer (&cli) : NULL;
}

static LbCli *
parse_well (const LbCliCommand *command, const char *line)
{
  g_autoptr (GError) error = NULL;
  LbCli *cli = parse (command, line, &error);

  g_assert_no_error (error);
  return cli;
}

static void
every_way_to_write_a_value (void)
{
  static const char *const lines[] = { "-n5",  "-n|5",   "--iterations=5", "--iterations|5",
                                       "-sn5", "-qsn|5", "-n1|-n5",        "-n|auto|-n5" };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autoptr (LbCli) cli = parse_well (&plain, lines[i]);

      g_assert_cmpint (lb_cli_integer (cli, "iterations", 0), ==, 5);
      g_assert_null (lb_cli_arguments (cli)[0]);
    }
}

static void
values_by_kind (void)
{
  g_autoptr (LbCli) cli = parse_well (
      &plain,
      "-sq|--speed=1.5|--free=-7|--least|900000|-fjson|-o|-|--title=|-e|a,b|-e=c|-r|x,y|-r|z");
  const char *const *engines = lb_cli_list (cli, "engine");
  const char *const *references = lb_cli_list (cli, "reference");

  g_assert_true (lb_cli_flag (cli, "strict"));
  g_assert_true (lb_cli_quiet (cli));
  g_assert_false (lb_cli_flag (cli, "verbose"));
  g_assert_cmpfloat (lb_cli_real (cli, "speed", 0), ==, 1.5);
  g_assert_cmpint (lb_cli_integer (cli, "free", 0), ==, -7);
  g_assert_cmpint (lb_cli_integer (cli, "least", 0), ==, 900000);
  g_assert_cmpstr (lb_cli_text (cli, "format", NULL), ==, "json");
  g_assert_cmpstr (lb_cli_text (cli, "output", NULL), ==, "-");
  g_assert_cmpstr (lb_cli_text (cli, "title", "none"), ==, "");
  g_assert_cmpuint (g_strv_length ((char **) engines), ==, 3);
  g_assert_cmpstr (engines[0], ==, "a");
  g_assert_cmpstr (engines[2], ==, "=c");
  g_assert_cmpuint (g_strv_length ((char **) references), ==, 2);
  g_assert_cmpstr (references[0], ==, "x,y");
}

static void
what_is_absent_is_the_fallback (void)
{
  g_autoptr (LbCli) cli = parse_well (&plain, "-nauto");

  g_assert_cmpint (lb_cli_integer (cli, "iterations", -1), ==, -1);
  g_assert_cmpstr (lb_cli_text (cli, "iterations", NULL), ==, "auto");
  g_assert_cmpint (lb_cli_integer (cli, "free", 42), ==, 42);
  g_assert_cmpfloat (lb_cli_real (cli, "speed", 0.25), ==, 0.25);
  g_assert_cmpstr (lb_cli_text (cli, "title", "none"), ==, "none");
  g_assert_null (lb_cli_list (cli, "engine"));
  g_assert_false (lb_cli_quiet (cli));
}

static void
arguments_are_any_bytes (void)
{
  g_autoptr (LbCli) cli = parse_well (&plain, "\xff\x1b[31m.wav|--strict|--|--strict");
  g_autoptr (LbCli) dash = parse_well (&plain, "-|--");

  g_assert_cmpstr (lb_cli_arguments (cli)[0], ==, "\xff\x1b[31m.wav");
  g_assert_cmpstr (lb_cli_arguments (cli)[1], ==, "--strict");
  g_assert_null (lb_cli_arguments (cli)[2]);
  g_assert_cmpstr (lb_cli_arguments (dash)[0], ==, "-");
  g_assert_null (lb_cli_arguments (dash)[1]);
}

typedef struct {
  const char *line, *message;
} Refused;

static void
assert_refused (const LbCliCommand *command, const Refused *cases, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (parse (command, cases[i].line, &error));
      g_assert_error (error, LB_ERROR, LB_ERROR_USAGE);
      g_assert_cmpstr (error->message, ==, cases[i].message);
    }
}

static void
wrong_usage_is_refused (void)
{
  static const Refused cases[] = {
    { "--strikt", "unknown option \"--strikt\": did you mean \"--strict\"?" },
    { "--iter", "unknown option \"--iter\": did you mean \"--iterations\"?" },
    { "--zzzzzz", "unknown option \"--zzzzzz\": llamaburn plain --help lists all" },
    { "--\x1b[2J", "unknown option \"--\\x1b[2J\": llamaburn plain --help lists all" },
    { "-x", "unknown option \"-x\": llamaburn plain --help lists all" },
    { "-sx", "unknown option \"-sx\": llamaburn plain --help lists all" },
    { "-5", "unknown option \"-5\": llamaburn plain --help lists all" },
    { "--strict=1", "--strict takes no value" },
    { "-n", "-n needs a value: N|auto" },
    { "--iterations", "--iterations needs a value: N|auto" },
    { "-n0", "--iterations takes a whole number from 1 to 1000, or auto, not \"0\"" },
    { "-n1001", "--iterations takes a whole number from 1 to 1000, or auto, not \"1001\"" },
    { "-n5x", "--iterations takes a whole number from 1 to 1000, or auto, not \"5x\"" },
    { "-n ", "--iterations takes a whole number from 1 to 1000, or auto, not \" \"" },
    { "-n99999999999999999999", "--iterations takes a whole number from 1 to 1000, or auto, "
                                "not \"99999999999999999999\"" },
    { "--least=0", "--least takes a whole number of at least 1, not \"0\"" },
    { "--free=1.5", "--free takes a whole number, not \"1.5\"" },
    { "--speed=nan", "--speed takes a number from 0.5 to 2, not \"nan\"" },
    { "--speed=inf", "--speed takes a number from 0.5 to 2, not \"inf\"" },
    { "--speed=", "--speed takes a number from 0.5 to 2, not \"\"" },
    { "--speed=2.01", "--speed takes a number from 0.5 to 2, not \"2.01\"" },
    { "--format=jsn",
      "--format takes one of table, json, csv, not \"jsn\": did you mean \"json\"?" },
    { "--format=pdf", "--format takes one of table, json, csv, not \"pdf\"" },
    { "--output=", "--output takes a path, not an empty text" },
    { "-ea,,b", "--engine takes names parted by commas: one is empty in \"a,,b\"" },
    { "-e,", "--engine takes names parted by commas: one is empty in \",\"" },
    { "--engine=", "--engine takes names parted by commas: one is empty in \"\"" },
    { "a|b|c\n", "llamaburn plain does not take \"c\\n\": see llamaburn plain --help" },
    { "--beam-size|5", "unknown option \"--beam-size\": llamaburn plain --help lists all" },
    { "-O|x:y=z", "unknown option \"-O\": llamaburn plain --help lists all" },
  };
  static const Refused of_stt[] = {
    { "", "llamaburn stt needs FILE…: see llamaburn stt --help" },
  };

  assert_refused (&plain, cases, G_N_ELEMENTS (cases));
  assert_refused (&stt, of_stt, G_N_ELEMENTS (of_stt));
}

static void
help_needs_no_arguments (void)
{
  g_autoptr (LbCli) cli = parse_well (&stt, "--help");

  g_assert_true (lb_cli_flag (cli, "help"));
}

static void
engines_options_are_typed_by_their_manifests (void)
{
  static const struct {
    const char *line, *engine, *wanted;
  } cases[] = {
    { "a.wav|-e|one|--beam-size|3|--vad|b.wav", "one", "{\"beam-size\":\"3\",\"vad\":\"true\"}" },
    { "--beam-size=-3|a.wav|-e|one|--no-vad", "one", "{\"beam-size\":\"-3\",\"vad\":\"false\"}" },
    { "--vad=false|a.wav|--engine=one", "one", "{\"vad\":\"false\"}" },
    { "--vad|a.wav|-qseone", "one", "{\"vad\":\"true\"}" },
    { "--beam-size|1|--beam-size|2|a.wav", "one", "{\"beam-size\":\"2\"}" },
    { "--language|--vad|a.wav|-e|one,two", "two", "{\"language\":\"--vad\"}" },
    { "--title|-e|--beam-size|2|a.wav", "one", "{\"beam-size\":\"2\"}" },
    { "a.wav|-e|one,two|-O|one:beam-size=4|-Otwo:mood=a=b:c", "one", "{\"beam-size\":\"4\"}" },
    { "a.wav|-e|one,two|-O|one:beam-size=4|-Otwo:mood=a=b:c", "two", "{\"mood\":\"a=b:c\"}" },
    { "a.wav|-e|one|-Oone:beam-size=4|--vad", NULL, "{\"vad\":\"true\"}" },
    { "a.wav|-e|one|--no-speech|x", "one", "{\"no-speech\":\"x\"}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (LbCli) cli = cases[i].wanted != NULL ? parse_well (&stt, cases[i].line) : NULL;
      g_autoptr (json_t)
          settings = cli != NULL ? lb_cli_engine_options (cli, cases[i].engine, NULL) : NULL;
      g_autofree char *line = settings != NULL ? lb_json_line (settings) : NULL;

      g_assert_cmpstr (line, ==, cases[i].wanted);
    }
}

static void
engines_options_that_do_not_fit_are_refused (void)
{
  static const Refused cases[] = {
    { "a.wav|-e|one|--beam-sise|3",
      "unknown option \"--beam-sise\": did you mean \"--beam-size\"?" },
    { "a.wav|-e|one,two|--beam-size|3",
      "\"--beam-size\" is an option of one, but not of two: use -O one:beam-size=VALUE" },
    { "a.wav|-e|one,two|--vad",
      "\"--vad\" means different things to one and two: use -O one:vad=VALUE" },
    { "a.wav|-e|one|--no-vad=1", "--no-vad takes no value" },
    { "a.wav|-e|one|--no-beam-size",
      "unknown option \"--no-beam-size\": did you mean \"--beam-size\"?" },
    { "a.wav|-e|one|--beam-size", "--beam-size needs a value: beams kept" },
    { "a.wav|-e|one|-O|beam-size=3", "-O takes ENGINE:NAME=VALUE, not \"beam-size=3\"" },
    { "a.wav|-e|one|-O|one:beam-size", "-O takes ENGINE:NAME=VALUE, not \"one:beam-size\"" },
    { "a.wav|-e|one|-O|:beam-size=1", "-O takes ENGINE:NAME=VALUE, not \":beam-size=1\"" },
    { "a.wav|-e|one|-O|one:=1", "-O takes ENGINE:NAME=VALUE, not \"one:=1\"" },
    { "a.wav|-e|one|-O|one:beam-siez=1",
      "one has no option \"beam-siez\": did you mean \"beam-size\"?" },
    { "a.wav|-e|one|-O|one:zzzzzz=1",
      "one has no option \"zzzzzz\": llamaburn engines one lists all" },
    { "a.wav|-e|one|-O|two:mood=1",
      "-O names two, which is not among the chosen engines: add it to -e" },
  };

  assert_refused (&stt, cases, G_N_ELEMENTS (cases));
}

static void
unknown_engines_are_refused (void)
{
  static const char *const lines[] = { "a.wav|-e|onne|--beam-size|3",
                                       "a.wav|-e|one|-O|onne:beam-size=3" };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (parse (&stt, lines[i], &error));
      g_assert_error (error, LB_ERROR, LB_ERROR_USAGE);
      g_assert_nonnull (strstr (error->message, "onne"));
      g_assert_nonnull (strstr (error->message, "\"one\""));
    }
}

static void
values_that_are_no_utf8_are_refused (void)
{
  g_autoptr (LbCli) cli = parse_well (&stt, "a.wav|-e|one|--language|\xff");
  g_autoptr (GError) error = NULL;

  g_assert_null (lb_cli_engine_options (cli, "one", &error));
  g_assert_error (error, LB_ERROR, LB_ERROR_USAGE);
  g_assert_cmpstr (error->message, ==, "the value of --language is no UTF-8: \"\\xff\"");
}

static void
the_default_engine_is_not_hidden (void)
{
  g_autoptr (LbCli) cli = parse_well (&stt, "a.wav");
  g_autoptr (GPtrArray) engines = lb_cli_engines (cli, NULL);

  g_assert_cmpuint (engines->len, ==, 1);
  g_assert_false (((const LbManifest *) g_ptr_array_index (engines, 0))->hidden);
}

static void
no_letter_or_name_is_given_twice (void)
{
  for (const LbCliCommand *const *command = lb_cli_commands (); *command != NULL; command++)
    {
      g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

      for (const LbCliOption *option = (*command)->options;
           option != NULL && option->name != NULL; option++)
        {
          g_assert_true (g_hash_table_add (seen, g_strdup (option->name)));
          if (option->letter != 0)
            g_assert_true (g_hash_table_add (seen, g_strdup_printf ("-%c", option->letter)));
          g_assert_nonnull (option->help);
          g_assert_true (option->kind != LB_CLI_CHOICE || option->choices != NULL);
        }
      g_assert_nonnull ((*command)->summary);
      g_assert_nonnull ((*command)->run);
    }
}

static char *
make_world (void)
{
  char *folder = g_dir_make_tmp ("lb-cli-XXXXXX", NULL);
  g_autofree char *engines = g_build_filename (folder, "engines", NULL);
  g_autofree char *one = g_build_filename (engines, "one.json", NULL);
  g_autofree char *two = g_build_filename (engines, "two.json", NULL);

  g_assert_cmpint (g_mkdir_with_parents (engines, 0700), ==, 0);
  g_assert_true (g_file_set_contents (
      one,
      "{\"id\":\"one\",\"title\":\"One\",\"modes\":[\"stt\"],\"inputs\":[{\"role\":\"audio\","
      "\"kind\":\"pcm\"}],"
      "\"outputs\":[\"text\"],\"backends\":[\"cpu\"],\"options\":["
      "{\"name\":\"beam-size\",\"kind\":\"int\",\"min\":1,\"max\":16,\"default\":5,\"help\":"
      "\"beams kept\"},"
      "{\"name\":\"vad\",\"kind\":\"bool\",\"default\":false,\"help\":\"voice only\"},"
      "{\"name\":\"no-speech\",\"kind\":\"text\",\"help\":\"begins with no-\"},"
      "{\"name\":\"language\",\"kind\":\"text\",\"default\":\"auto\",\"help\":\"which\"}]}",
      -1, NULL));
  g_assert_true (
      g_file_set_contents (two,
                           "{\"id\":\"two\",\"title\":\"Two\",\"modes\":[\"stt\"],\"inputs\":[{"
                           "\"role\":\"audio\",\"kind\":\"pcm\"}],"
                           "\"outputs\":[\"text\"],\"backends\":[\"cpu\"],\"options\":["
                           "{\"name\":\"vad\",\"kind\":\"text\",\"help\":\"which\"},{\"name\":"
                           "\"mood\",\"kind\":\"text\",\"help\":\"which\"},"
                           "{\"name\":\"language\",\"kind\":\"text\",\"help\":\"which\"}]}",
                           -1, NULL));
  g_setenv ("LLAMABURN_DATA", folder, TRUE);
  return folder;
}

static void
remove_world (const char *folder)
{
  static const char *const names[] = { "engines/one.json", "engines/two.json", "engines", "" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      g_remove (path);
    }
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = make_world ();
#define ADD(NAME) g_test_add_func ("/options/" #NAME, NAME)
  ADD (every_way_to_write_a_value);
  ADD (values_by_kind);
  ADD (what_is_absent_is_the_fallback);
  ADD (arguments_are_any_bytes);
  ADD (wrong_usage_is_refused);
  ADD (help_needs_no_arguments);
  ADD (engines_options_are_typed_by_their_manifests);
  ADD (engines_options_that_do_not_fit_are_refused);
  ADD (unknown_engines_are_refused);
  ADD (values_that_are_no_utf8_are_refused);
  ADD (the_default_engine_is_not_hidden);
  ADD (no_letter_or_name_is_given_twice);
  status = g_test_run ();
  remove_world (folder);
  return status;
}
