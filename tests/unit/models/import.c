/* What is told of a model by a look at it, and which files of a folder are an entry's. */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "core/error.h"
#include "models/import.h"

/* In the isolated home, which goes at the end. */
static char *
make_folder (void)
{
  char *folder = g_build_filename (g_get_user_data_dir (), "import-XXXXXX", NULL);

  g_assert_cmpint (g_mkdir_with_parents (g_get_user_data_dir (), 0700), ==, 0);
  g_assert_nonnull (g_mkdtemp (folder));
  return folder;
}

static void
put (const char *folder, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static const struct {
  const char *what, *path;
  gboolean is;
  guint number, count;
} pieces[] = {
  { "first", "/x/big-00001-of-00003.gguf", TRUE, 1, 3 },
  { "later", "/x/big-00010-of-00012.gguf", TRUE, 10, 12 },
  { "bytes that are no UTF-8", "/\xff/b-00001-of-00002.gguf", TRUE, 1, 2 },
  { "whole", "/x/big.gguf", FALSE },
  { "short number", "/x/big-1-of-3.gguf", FALSE },
  { "another format", "/x/big-00001-of-00003.bin", FALSE },
};

static void
knows_pieces (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
    {
      g_autofree char *before = NULL;
      guint number = 0, count = 0;

      g_test_message ("%s", pieces[i].what);
      g_assert_cmpint (lb_import_piece (pieces[i].path, &before, &number, &count), ==,
                       pieces[i].is);
      g_assert_cmpuint (number, ==, pieces[i].number);
      g_assert_cmpuint (count, ==, pieces[i].count);
    }
}

/* A GGUF's member: length of the key, key, type, value. */
static gsize
add_member (guint8 *head, gsize at, const char *key, guint32 type, const void *value, gsize bytes)
{
  const guint64 length = GUINT64_TO_LE (strlen (key));
  const guint32 kind = GUINT32_TO_LE (type);

  memcpy (head + at, &length, 8);
  memcpy (head + at + 8, key, strlen (key));
  memcpy (head + at + 8 + strlen (key), &kind, 4);
  memcpy (head + at + 12 + strlen (key), value, bytes);
  return at + 12 + strlen (key) + bytes;
}

static void
reads_the_head_of_a_gguf (void)
{
  g_autofree guint8 *head = g_malloc0 (LB_LOOK_BYTES);
  const guint8 text[] = "\4\0\0\0\0\0\0\0clip", endless[] = "\377\377\377\377\0\0\0\0clip";
  g_autofree char *found = NULL;
  gsize at;

  memcpy (head, "GGUF\3\0\0\0", 8);
  g_assert_true (lb_head_is_gguf (head));
  g_assert_null (lb_head_architecture (head));
  g_assert_false (lb_head_has_audio (head));
  at = add_member (head, 24, "clip.has_audio_encoder", 7, "\1", 1);
  at = add_member (head, at, "general.architecture", 8, text, 12);
  found = lb_head_architecture (head);
  g_assert_cmpstr (found, ==, "clip");
  g_assert_true (lb_head_has_audio (head));
  add_member (head, 24, "clip.has_audio_encoder", 7, "\0", 1);
  g_assert_false (lb_head_has_audio (head));
  memset (head + 24, 0, LB_LOOK_BYTES - 24);
  add_member (head, 24, "general.architecture", 8, endless, 12);
  g_assert_null (lb_head_architecture (head));
  memset (head + 24, 0, LB_LOOK_BYTES - 24);
  memcpy (head + LB_LOOK_BYTES - 20, "general.architecture", 20);
  g_assert_null (lb_head_architecture (head));
  memcpy (head, "general.architecture", 20);
  g_assert_null (lb_head_architecture (head));
}

static const struct {
  const char *what, *file, *tell, *variant;
} told[] = {
  { "transformers", "config.json", "", "hf" },
  { "diffusers", "model_index.json", "", "diffusers" },
  { "CTranslate2", "model.bin", "", "ct2" },
  { "classifier", "classifier.json", "", "classifier" },
  { "text", "one.gguf", "", "llm" },
  { "text's file", "one.gguf", "one.gguf", "llm" },
  { "graph", "voice.onnx", "voice.onnx", "onnx" },
  { "Lightning", "final0.ckpt", "final0.ckpt", "ckpt" },
  { "anything", "weights.pth", "", NULL },
};

static void
tells_by_a_look (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (told); i++)
    {
      g_autofree char *folder = make_folder ();
      g_autofree char *path = g_build_filename (folder, told[i].tell, NULL);

      g_test_message ("%s", told[i].what);
      put (folder, told[i].file, "GGUF");
      g_assert_cmpstr (lb_models_tell (path), ==, told[i].variant);
      put (folder, "mmproj-one.gguf", "GGUF");
      if (g_strcmp0 (told[i].variant, "llm") == 0)
        g_assert_cmpstr (lb_models_tell (path), ==, "mtmd");
    }
}

static const char entry[] = "{\"name\": \"n\", \"id\": \"n\", \"mode\": \"stt\", \"family\": "
                            "\"f\", \"variant\": \"hf\", \"path\": \"x/n\", \"files\": ["
                            "{\"path\": \"a.bin\", \"bytes\": 3}, {\"path\": \"sub/b.json\"}, "
                            "{\"path\": \"other/b.json\"}]}";

static const struct {
  const char *what;
  const char *files[5];
  const char *words; /* of the error; NULL: found */
} folders[] = {
  { "as the catalogue has it", { "a.bin", "sub/b.json", "other/b.json" }, NULL },
  { "below", { "in/it/a.bin", "in/it/sub/b.json", "in/it/other/b.json" }, NULL },
  { "from several", { "in/a.bin", "here/sub/b.json", "there/other/b.json" }, NULL },
  { "whole and in parts", { "a.bin", "in/a.bin", "sub/b.json", "other/b.json" }, NULL },
  { "missing", { "a.bin", "sub/b.json" }, "\"other/b.json\"" },
  { "flat, and two of one name", { "a.bin", "b.json" }, "2 of the 3 files" },
  { "only in the hidden", { ".git/a.bin", "sub/b.json", "other/b.json" }, "\"a.bin\"" },
  { "twice", { "x/a.bin", "y/a.bin", "sub/b.json", "other/b.json" }, "more than once" },
};

static void
finds_the_files_of_an_entry (void)
{
  g_autoptr (json_t) root = lb_json_parse (entry, -1, NULL);
  LbModel *model = lb_model_from_json (root, FALSE, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *folder = make_folder ();
      g_autoptr (GPtrArray) files = NULL;
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", folders[i].what);
      for (guint k = 0; k < G_N_ELEMENTS (folders[i].files) && folders[i].files[k] != NULL; k++)
        put (folder, folders[i].files[k], "abc");
      files = lb_import_find (model, folder, &error);
      g_assert_cmpint (files != NULL, ==, folders[i].words == NULL);
      if (files != NULL)
        g_assert_cmpuint (files->len, ==, 3);
      else
        g_assert_nonnull (strstr (error->message, folders[i].words));
    }
  lb_model_free (model);
}

/* Of two, that of the right size is meant. */
static void
goes_by_the_size (void)
{
  g_autoptr (json_t) root = lb_json_parse (entry, -1, NULL);
  LbModel *model = lb_model_from_json (root, FALSE, NULL);
  g_autofree char *folder = make_folder ();
  g_autoptr (GPtrArray) files = NULL;

  put (folder, "x/a.bin", "wrong");
  put (folder, "y/a.bin", "abc");
  put (folder, "sub/b.json", "{}");
  put (folder, "other/b.json", "{}");
  files = lb_import_find (model, folder, NULL);
  g_assert_nonnull (files);
  g_assert_true (g_str_has_suffix (((const LbImportFile *) files->pdata[0])->from, "/y/a.bin"));
  lb_model_free (model);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/models/import/knows pieces", knows_pieces);
  g_test_add_func ("/models/import/reads the head of a GGUF", reads_the_head_of_a_gguf);
  g_test_add_func ("/models/import/tells by a look", tells_by_a_look);
  g_test_add_func ("/models/import/finds the files of an entry", finds_the_files_of_an_entry);
  g_test_add_func ("/models/import/goes by the size", goes_by_the_size);
  return g_test_run ();
}
