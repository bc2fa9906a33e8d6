#include "engine/environment.h"

#include <string.h>

#include "engine/keyring.h"

typedef struct {
  const char *name;  /* a * at the end: any name that begins so */
  gboolean recorded; /* FALSE: says who and where, and changes no measurement */
} Allowed;

static const Allowed allowed[] = {
  { "PATH", FALSE },
  { "HOME", FALSE },
  { "USER", FALSE },
  { "LOGNAME", FALSE },
  { "TMPDIR", FALSE },
  { "XDG_RUNTIME_DIR", FALSE }, /* sockets of GPU and sound servers */
  { "XDG_CACHE_HOME", FALSE },
  { "XDG_DATA_HOME", FALSE },
  { "XDG_DATA_DIRS", FALSE }, /* where Vulkan's loader looks for drivers */
  { "XDG_CONFIG_HOME", FALSE },
  { "XDG_CONFIG_DIRS", FALSE },
  { "HF_HOME", FALSE },
  { "HF_HUB_CACHE", FALSE },
  { "TORCH_HOME", FALSE },
  { "NLTK_DATA", FALSE },
  { "NUMBA_CACHE_DIR", FALSE },
  { "MPLCONFIGDIR", FALSE },
  { "SSL_CERT_FILE", FALSE }, /* whom engines that ask servers trust */
  { "OLLAMA_HOST", FALSE },   /* where that server is */
  { LB_KEYRING_TROUBLE, FALSE },
  { LB_KEYRING_GAVE, FALSE },
  { "LANG", TRUE },
  { "LANGUAGE", TRUE },
  { "LC_*", TRUE },
  { "TZ", TRUE },
  { "LD_LIBRARY_PATH", TRUE },
  { "HIP_*", TRUE },
  { "ROCR_*", TRUE },
  { "HSA_*", TRUE },
  { "ROCM_*", TRUE },
  { "ROCBLAS_*", TRUE },
  { "HIPBLASLT_*", TRUE },
  { "MIOPEN_*", TRUE },
  { "AMD_*", TRUE },
  { "GPU_*", TRUE },
  { "GGML_*", TRUE },
  { "CUDA_*", TRUE },
  { "CUBLAS_*", TRUE },
  { "CUDNN_*", TRUE },
  { "NVIDIA_*", TRUE },
  { "VK_*", TRUE },
  { "MESA_*", TRUE },
  { "RADV_*", TRUE },
  { "ANV_*", TRUE },
  { "NVK_*", TRUE },
  { "DRI_PRIME", TRUE },
  { "LP_NUM_THREADS", TRUE },
  { "OMP_*", TRUE },
  { "GOMP_*", TRUE },
  { "KMP_*", TRUE },
  { "MKL_*", TRUE },
  { "OPENBLAS_*", TRUE },
  { "BLIS_*", TRUE },
  { "ORT_*", TRUE },
  { "CT2_*", TRUE },
  { "TORCH_*", TRUE },
  { "PYTORCH_*", TRUE },
  { "TOKENIZERS_PARALLELISM", TRUE },
  { "MALLOC_*", TRUE },
  { "GLIBC_TUNABLES", TRUE },
  { "ASAN_OPTIONS", TRUE },
  { "UBSAN_OPTIONS", TRUE },
  { "LSAN_OPTIONS", TRUE },
  { "TSAN_OPTIONS", TRUE },
};

/* Inside an allowed family too: what is called a secret is one. */
static const char *const secret[] = { "TOKEN",  "SECRET",  "PASSWORD",
                                      "PASSWD", "API_KEY", "CREDENTIAL" };

static gboolean
matches (const char *pattern, const char *name)
{
  gsize length = strlen (pattern);

  if (pattern[length - 1] != '*')
    return strcmp (pattern, name) == 0;
  return strncmp (pattern, name, length - 1) == 0;
}

static const Allowed *
find (const char *name)
{
  const Allowed *found = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (allowed) && found == NULL; i++)
    if (matches (allowed[i].name, name))
      found = &allowed[i];
  for (guint i = 0;
       i < G_N_ELEMENTS (secret) && found != NULL && strchr (found->name, '*') != NULL; i++)
    if (strstr (name, secret[i]) != NULL)
      found = NULL;
  return found;
}

char **
lb_environment_build (const char *const *ours, const LbManifest *manifest, json_t **recorded)
{
  g_autoptr (GStrvBuilder) passed = g_strv_builder_new ();
  const char *const *keys = (const char *const *) manifest->keys;

  *recorded = json_object ();
  for (gsize i = 0; ours[i] != NULL; i++)
    {
      const char *equals = strchr (ours[i], '=');
      g_autofree char *name = NULL;
      const Allowed *rule;
      gboolean is_key;

      if (equals == NULL || equals == ours[i])
        continue;
      name = g_strndup (ours[i], (gsize) (equals - ours[i]));
      is_key = keys != NULL && g_strv_contains (keys, name);
      rule = is_key ? NULL : find (name);
      if (!is_key && rule == NULL)
        continue;
      g_strv_builder_add (passed, ours[i]);
      if (rule != NULL && rule->recorded)
        lb_json_set_string (*recorded, name, equals + 1);
    }
  return g_strv_builder_end (passed);
}
