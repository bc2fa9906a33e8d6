#include "engine/environment.h"

static const char *const ours[] = {
  "PATH=/bin",
  "HOME=/home/ada",
  "HIP_VISIBLE_DEVICES=1",
  "CUDA_VISIBLE_DEVICES=",
  "LC_ALL=C",
  "LD_PRELOAD=evil.so",
  "SECRET_TOKEN=x",
  "HF_TOKEN=x",
  "HF_HOME=/cache",
  "GGML_API_KEY=x",
  "MY_API_KEY=k",
  "OTHER_API_KEY=k",
  "GGML_VK=a=b",
  "VK_DRIVER_FILES=/usr/share/vulkan/icd.d/lvp_icd.x86_64.json",
  "MESA_VK_DEVICE_SELECT=1002:744c",
  "DRI_PRIME=1",
  "XDG_DATA_DIRS=/run/opengl-driver/share",
  "=odd",
  "noequals",
  "DISPLAY=:0",
  "SSH_AUTH_SOCK=/tmp/s",
  "LLAMABURN_DATA=/x",
  NULL,
};

static gboolean
passed (char **environment, const char *entry)
{
  return g_strv_contains ((const char *const *) environment, entry);
}

static void
lets_pass_what_is_listed (void)
{
  static char *keys[] = { "MY_API_KEY", NULL };
  LbManifest manifest = { .keys = keys };
  g_autoptr (json_t) recorded = NULL;
  g_auto (GStrv) environment = lb_environment_build (ours, &manifest, &recorded);

  g_assert_true (passed (environment, "PATH=/bin"));
  g_assert_true (passed (environment, "HOME=/home/ada"));
  g_assert_true (passed (environment, "HIP_VISIBLE_DEVICES=1"));
  g_assert_true (passed (environment, "CUDA_VISIBLE_DEVICES="));
  g_assert_true (passed (environment, "GGML_VK=a=b"));
  g_assert_true (
      passed (environment, "VK_DRIVER_FILES=/usr/share/vulkan/icd.d/lvp_icd.x86_64.json"));
  g_assert_true (passed (environment, "MESA_VK_DEVICE_SELECT=1002:744c"));
  g_assert_true (passed (environment, "XDG_DATA_DIRS=/run/opengl-driver/share"));
  g_assert_true (passed (environment, "HF_HOME=/cache"));
  g_assert_true (passed (environment, "MY_API_KEY=k"));
  g_assert_cmpuint (g_strv_length (environment), ==, 12);
  g_assert_cmpstr (lb_json_string (recorded, "GGML_VK", ""), ==, "a=b");
  g_assert_cmpstr (lb_json_string (recorded, "DRI_PRIME", ""), ==, "1");
  g_assert_null (json_object_get (recorded, "XDG_DATA_DIRS"));
  g_assert_cmpstr (lb_json_string (recorded, "LC_ALL", ""), ==, "C");
  g_assert_null (json_object_get (recorded, "MY_API_KEY"));
  g_assert_null (json_object_get (recorded, "HOME"));
  g_assert_cmpuint (json_object_size (recorded), ==, 7);
}

static void
gives_a_key_to_nobody_else (void)
{
  LbManifest manifest = { 0 };
  g_autoptr (json_t) recorded = NULL;
  g_auto (GStrv) environment = lb_environment_build (ours, &manifest, &recorded);

  g_assert_false (passed (environment, "MY_API_KEY=k"));
  g_assert_false (passed (environment, "GGML_API_KEY=x"));
  g_assert_cmpuint (g_strv_length (environment), ==, 11);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/environment/lets-pass", lets_pass_what_is_listed);
  g_test_add_func ("/environment/keys", gives_a_key_to_nobody_else);
  return g_test_run ();
}
