/* Graphics cards, as the kernel shows them, and which backend could use them. Sources:
 * the amdgpu driver's documentation (mem_info_vram_total), the topology of
 * /sys/class/kfd (gfx_target_version). */
#include "machine/describe.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "machine/files.h"

typedef struct {
  const char *root;
  char *card; /* "card0" */
  char *slot; /* "0000:03:00.0" */
  char *driver, *name, *architecture, *driver_version;
  char *render;     /* "renderD128", or NULL */
  int nvidia_minor; /* of /dev/nvidiaN, −1: not known */
  guint vendor, device, revision;
  guint64 memory_bytes;
} Card;

static void
card_free (Card *card)
{
  g_free (card->card);
  g_free (card->slot);
  g_free (card->driver);
  g_free (card->name);
  g_free (card->architecture);
  g_free (card->driver_version);
  g_free (card->render);
  g_free (card);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Card, card_free)

typedef struct {
  char *why, *cure; /* both NULL: usable */
} Verdict;

static Verdict
refuse (char *why, const char *cure)
{
  return (Verdict){ why, g_strdup (cure) };
}

static gboolean
has_library (const char *root, const char *name)
{
  static const char *const folders[] = {
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib64",
    "/usr/lib",
    "/lib64",
    "/usr/local/lib",
    "/opt/rocm/lib",
    "/opt/rocm/lib64",
    "/usr/local/cuda/lib64",
    "/usr/local/nvidia/lib64",
    "/usr/lib/wsl/lib",
    "/run/opengl-driver/lib",
  };

  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autoptr (GPtrArray) found = lb_file_list (name, root, "%s", folders[i]);

      if (found->len > 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
in_container (const char *root)
{
  return lb_file_exists (root, "/.dockerenv") || lb_file_exists (root, "/run/.containerenv");
}

/* A device file that is there and may be opened for reading and writing. */
static gboolean
may_open (const char *root, const char *device, Verdict *verdict)
{
  g_autofree char *path = g_strconcat (root, device, NULL);

  if (!lb_file_exists (root, "%s", device))
    {
      g_autofree char *cure =
          in_container (root)
              ? g_strdup_printf ("start the container with --device %s", device)
              : g_strdup ("install the card's kernel driver and firmware, then restart");

      *verdict = refuse (g_strdup_printf ("there is no %s", device), cure);
      return FALSE;
    }
  if (faccessat (AT_FDCWD, path, R_OK | W_OK, AT_EACCESS) != 0)
    {
      *verdict = refuse (g_strdup_printf ("no permission to open %s", device),
                         "sudo usermod -aG render,video $USER, then log in again");
      return FALSE;
    }
  return TRUE;
}

static gboolean
may_render (const Card *card, Verdict *verdict)
{
  g_autofree char *device = NULL;

  if (card->render == NULL)
    {
      *verdict = refuse (g_strdup_printf ("the driver \"%s\" offers no render device",
                                          card->driver != NULL ? card->driver : "none"),
                         "install the card's kernel driver and firmware, then restart");
      return FALSE;
    }
  device = g_strconcat ("/dev/dri/", card->render, NULL);
  return may_open (card->root, device, verdict);
}

static Verdict
judge_hip (const Card *card)
{
  Verdict verdict = { 0 };

  if (!may_open (card->root, "/dev/kfd", &verdict) || !may_render (card, &verdict))
    return verdict;
  if (card->architecture == NULL)
    return refuse (g_strdup ("the kernel's compute driver does not list this card"),
                   "update the kernel and the card's firmware, or use the Vulkan backend");
  if (!has_library (card->root, "libamdhip64.so"))
    return refuse (g_strdup ("the HIP runtime (libamdhip64.so) is not installed"),
                   "install AMD's ROCm, or your distribution's libamdhip64; or use the "
                   "Vulkan backend");
  return verdict;
}

static gboolean
has_vulkan_driver (const Card *card)
{
  static const char *const folders[] = { "/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d",
                                         "/usr/local/share/vulkan/icd.d" };
  static const struct {
    guint vendor;
    const char *prefixes[3];
  } drivers[] = {
    { 0x1002, { "radeon_icd", "amd_icd" } },
    { 0x10de, { "nvidia_icd", "nouveau_icd" } },
    { 0x8086, { "intel_icd" } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (drivers); i++)
    for (guint j = 0; drivers[i].vendor == card->vendor && drivers[i].prefixes[j] != NULL; j++)
      for (guint k = 0; k < G_N_ELEMENTS (folders); k++)
        {
          g_autoptr (GPtrArray)
              found = lb_file_list (drivers[i].prefixes[j], card->root, "%s", folders[k]);

          if (found->len > 0)
            return TRUE;
        }
  return FALSE;
}

static Verdict
judge_vulkan (const Card *card)
{
  Verdict verdict = { 0 };

  /* NVIDIA's own driver works through /dev/nvidiaN; a DRM node is not always there */
  if ((card->vendor != 0x10de || card->nvidia_minor < 0) && !may_render (card, &verdict))
    return verdict;
  if (!has_library (card->root, "libvulkan.so.1"))
    return refuse (g_strdup ("the Vulkan loader (libvulkan.so.1) is not installed"),
                   "sudo apt install libvulkan1 mesa-vulkan-drivers");
  if (!has_vulkan_driver (card))
    return refuse (g_strdup ("no Vulkan driver for this card is installed"),
                   card->vendor == 0x10de ? "install NVIDIA's driver (Debian: nvidia-vulkan-icd)"
                                          : "sudo apt install mesa-vulkan-drivers");
  return verdict;
}

static Verdict
judge_cuda (const Card *card)
{
  Verdict verdict = { 0 };
  g_autofree char *device = NULL;

  if (card->nvidia_minor < 0)
    return refuse (g_strdup_printf ("the driver \"%s\" has no CUDA",
                                    card->driver != NULL ? card->driver : "none"),
                   "install NVIDIA's driver (Debian: nvidia-driver), then restart");
  device = g_strdup_printf ("/dev/nvidia%d", card->nvidia_minor);
  if (!may_open (card->root, "/dev/nvidiactl", &verdict) ||
      !may_open (card->root, device, &verdict))
    return verdict;
  if (!has_library (card->root, "libcuda.so"))
    return refuse (g_strdup ("the CUDA driver library (libcuda.so) is not installed"),
                   "install NVIDIA's driver libraries (Debian: libcuda1)");
  return verdict;
}

static const struct {
  const char *backend;
  guint vendor; /* 0: any */
  Verdict (*judge) (const Card *card);
} backends[] = {
  { "hip", 0x1002, judge_hip },
  { "cuda", 0x10de, judge_cuda },
  { "vulkan", 0, judge_vulkan },
};

/* 110000 → gfx1100, 90010 → gfx90a: major, two digits of minor, two of
 * stepping, printed in hex. */
static char *
find_architecture (const char *root, const char *render)
{
  g_autoptr (GPtrArray) nodes = lb_file_list ("", root, "/sys/class/kfd/kfd/topology/nodes");
  guint64 wanted = render != NULL ? strtoull (render + strlen ("renderD"), NULL, 10) : 0;

  for (guint i = 0; i < nodes->len; i++)
    {
      g_autofree char *text = lb_file_text (
          root, "/sys/class/kfd/kfd/topology/nodes/%s/properties", (char *) nodes->pdata[i]);
      guint64 minor, version;

      if (lb_file_field_number (text, "drm_render_minor", ' ', &minor) && minor == wanted &&
          wanted > 0 && lb_file_field_number (text, "gfx_target_version", ' ', &version) &&
          version > 0)
        return g_strdup_printf ("gfx%u%x%x", (guint) (version / 10000),
                                (guint) (version / 100 % 100), (guint) (version % 100));
    }
  return NULL;
}

/* NVIDIA's own driver describes its cards by slot. */
static void
add_nvidia (Card *card)
{
  g_autofree char *text = card->slot != NULL
                              ? lb_file_text (card->root,
                                              "/proc/driver/nvidia/gpus/%s/information",
                                              card->slot)
                              : NULL;
  g_autofree char *version = NULL;
  char *name, *at;
  guint64 minor;

  if (text == NULL)
    return;
  if (lb_file_field_number (text, "Device Minor", ':', &minor) && minor < 1024)
    card->nvidia_minor = (int) minor;
  name = lb_file_field (text, "Model", ':');
  if (name != NULL)
    {
      g_free (card->name);
      card->name = name;
    }
  version = lb_file_text (card->root, "/sys/module/nvidia/version");
  at = version != NULL ? g_strdup (version) : NULL;
  card->driver_version = at;
  if (card->driver == NULL)
    card->driver = g_strdup ("nvidia");
}

/* @name: of a folder in /sys/class/drm ("card0") or of a PCI slot. */
static Card *
card_read (const char *root, const char *folder)
{
  g_autoptr (Card) card = g_new0 (Card, 1);
  g_autoptr (GPtrArray) renders = lb_file_list ("renderD", root, "%s/drm", folder);
  g_autofree char *uevent = lb_file_text (root, "%s/uevent", folder);
  guint64 vendor, device, revision = 0;

  if (!lb_file_number (&vendor, root, "%s/vendor", folder) ||
      !lb_file_number (&device, root, "%s/device", folder) || vendor > 0xffff ||
      device > 0xffff || lb_gpu_vendor ((guint) vendor) == NULL)
    return NULL;
  lb_file_number (&revision, root, "%s/revision", folder);
  card->root = root;
  card->vendor = (guint) vendor;
  card->device = (guint) device;
  card->revision = (guint) revision;
  card->nvidia_minor = -1;
  card->slot = uevent != NULL ? lb_file_field (uevent, "PCI_SLOT_NAME", '=') : NULL;
  card->driver = lb_file_link_name (root, "%s/driver", folder);
  card->render = renders->len > 0 ? g_strdup (renders->pdata[0]) : NULL;
  card->name = lb_gpu_name (root, card->vendor, card->device, card->revision);
  lb_file_number (&card->memory_bytes, root, "%s/mem_info_vram_total", folder);
  if (card->vendor == 0x1002)
    card->architecture = find_architecture (root, card->render);
  if (card->vendor == 0x10de)
    add_nvidia (card);
  return g_steal_pointer (&card);
}

static gboolean
has_slot (const GPtrArray *cards, const char *slot)
{
  for (guint i = 0; i < cards->len; i++)
    if (g_strcmp0 (((const Card *) cards->pdata[i])->slot, slot) == 0)
      return TRUE;
  return FALSE;
}

/* In a data centre or a container NVIDIA's cards are often in PCI and /proc only, not in DRM. */
static void
add_cards_without_drm (GPtrArray *cards, const char *root)
{
  g_autoptr (GPtrArray) slots = lb_file_list ("", root, "/proc/driver/nvidia/gpus");

  for (guint i = 0; i < slots->len; i++)
    {
      const char *slot = slots->pdata[i];
      g_autofree char *folder = g_strconcat ("/sys/bus/pci/devices/", slot, NULL);
      Card *card;

      if (has_slot (cards, slot))
        continue;
      card = card_read (root, folder);
      if (card == NULL)
        {
          card = g_new0 (Card, 1);
          card->root = root;
          card->vendor = 0x10de;
          card->nvidia_minor = -1;
          card->name = g_strdup ("NVIDIA GPU");
        }
      g_free (card->slot);
      card->slot = g_strdup (slot);
      if (card->nvidia_minor < 0)
        add_nvidia (card);
      g_ptr_array_add (cards, card);
    }
}

static GPtrArray *
find_cards (const char *root)
{
  GPtrArray *cards = g_ptr_array_new_with_free_func ((GDestroyNotify) card_free);
  g_autoptr (GPtrArray) names = lb_file_list ("card", root, "/sys/class/drm");

  for (guint i = 0; i < names->len; i++)
    {
      const char *name = names->pdata[i];
      g_autofree char *folder = g_strdup_printf ("/sys/class/drm/%s/device", name);
      Card *card = strchr (name, '-') == NULL ? card_read (root, folder)
                                              : NULL; /* card0-HDMI-A-1 */

      if (card != NULL)
        g_ptr_array_add (cards, card);
    }
  add_cards_without_drm (cards, root);
  return cards;
}

static json_t *
describe_one (const Card *card, const char *backend, guint index, const Verdict *verdict)
{
  json_t *gpu = json_object ();
  g_autofree char *id = g_strdup_printf ("%s:%u", backend, index);
  g_autofree char *pci = g_strdup_printf ("%04x:%04x", card->vendor, card->device);

  lb_json_set_string (gpu, "backend", backend);
  lb_json_set_string (gpu, "id", id);
  lb_json_set_string (gpu, "name", card->name);
  lb_json_set_string (gpu, "vendor", lb_gpu_vendor (card->vendor));
  if (card->device != 0)
    lb_json_set_string (gpu, "device_id", pci);
  lb_json_set_string (gpu, "slot", card->slot);
  lb_json_set_string (gpu, "architecture", card->architecture);
  lb_json_set_string (gpu, "driver", card->driver);
  lb_json_set_string (gpu, "driver_version", card->driver_version);
  if (card->memory_bytes > 0)
    lb_json_set_integer (gpu, "memory_bytes", (gint64) card->memory_bytes);
  lb_json_set_boolean (gpu, "usable", verdict->why == NULL);
  lb_json_set_string (gpu, "why", verdict->why);
  lb_json_set_string (gpu, "cure", verdict->cure);
  return gpu;
}

json_t *
lb_describe_gpus (const char *root)
{
  g_autoptr (GPtrArray) cards = find_cards (root);
  guint indices[G_N_ELEMENTS (backends)] = { 0 };
  json_t *gpus = json_array ();

  for (guint i = 0; i < cards->len; i++)
    for (guint j = 0; j < G_N_ELEMENTS (backends); j++)
      {
        const Card *card = cards->pdata[i];
        Verdict verdict;

        if (backends[j].vendor != 0 && backends[j].vendor != card->vendor)
          continue;
        verdict = backends[j].judge (card);
        json_array_append_new (gpus,
                               describe_one (card, backends[j].backend, indices[j]++, &verdict));
        g_free (verdict.why);
        g_free (verdict.cure);
      }
  return gpus;
}
