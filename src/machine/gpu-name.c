/* Names of graphics cards. Chips are shared by several cards: AMD's differ in
 * the revision only. */
#include "machine/describe.h"

#include <stdlib.h>
#include <string.h>

#include "machine/files.h"

#define ANY_REVISION 0x100

/* clang-format off */
static const struct {
  guint vendor;
  const char *name;
} vendors[] = {
  { 0x1002, "AMD" },
  { 0x10de, "NVIDIA" },
  { 0x8086, "Intel" },
};

static const struct {
  guint vendor, device, revision;
  const char *name;
} cards[] = {
  { 0x1002, 0x744c, 0xc8,         "AMD Radeon RX 7900 XTX" },
  { 0x1002, 0x744c, 0xcc,         "AMD Radeon RX 7900 XT" },
  { 0x1002, 0x744c, 0xce,         "AMD Radeon RX 7900 GRE" },
  { 0x1002, 0x744c, 0xcf,         "AMD Radeon RX 7900M" },
  { 0x1002, 0x744c, ANY_REVISION, "AMD Radeon RX 7900 series (Navi 31)" },
  { 0x1002, 0x747e, 0xc8,         "AMD Radeon RX 7800 XT" },
  { 0x1002, 0x747e, 0xff,         "AMD Radeon RX 7700 XT" },
  { 0x1002, 0x747e, ANY_REVISION, "AMD Radeon RX 7800/7700 series (Navi 32)" },
  { 0x1002, 0x7480, ANY_REVISION, "AMD Radeon RX 7600 series (Navi 33)" },
  { 0x1002, 0x73bf, ANY_REVISION, "AMD Radeon RX 6800/6900 series (Navi 21)" },
  { 0x1002, 0x73df, ANY_REVISION, "AMD Radeon RX 6700 series (Navi 22)" },
  { 0x1002, 0x73ff, ANY_REVISION, "AMD Radeon RX 6600 series (Navi 23)" },
  { 0x1002, 0x7550, ANY_REVISION, "AMD Radeon RX 9070 series (Navi 48)" },
  { 0x1002, 0x1586, ANY_REVISION, "AMD Radeon 8050S/8060S (Strix Halo)" },
  { 0x1002, 0x15bf, ANY_REVISION, "AMD Radeon 780M (Phoenix)" },
  { 0x10de, 0x2684, ANY_REVISION, "NVIDIA GeForce RTX 4090" },
  { 0x10de, 0x2204, ANY_REVISION, "NVIDIA GeForce RTX 3090" },
  { 0x10de, 0x2330, ANY_REVISION, "NVIDIA H100 SXM5 80GB" },
  { 0x8086, 0x56a0, ANY_REVISION, "Intel Arc A770" },
};
/* clang-format on */

const char *
lb_gpu_vendor (guint vendor)
{
  for (guint i = 0; i < G_N_ELEMENTS (vendors); i++)
    if (vendors[i].vendor == vendor)
      return vendors[i].name;
  return NULL;
}

/* libdrm's amdgpu.ids: "744C,\tCC,\tAMD Radeon RX 7900 XT" */
static char *
name_from_libdrm (const char *root, guint device, guint revision)
{
  g_autofree char *text = lb_file_text (root, "/usr/share/libdrm/amdgpu.ids");
  g_auto (GStrv) lines = g_strsplit (text != NULL ? text : "", "\n", -1);

  for (int i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (lines[i], ",", 3);

      if (g_strv_length (parts) == 3 && *parts[0] != '#' &&
          strtoul (parts[0], NULL, 16) == device && strtoul (parts[1], NULL, 16) == revision)
        return g_strdup (g_strstrip (parts[2]));
    }
  return NULL;
}

static char *
name_from_table (guint vendor, guint device, guint revision)
{
  for (guint i = 0; i < G_N_ELEMENTS (cards); i++)
    if (cards[i].vendor == vendor && cards[i].device == device &&
        (cards[i].revision == revision || cards[i].revision == ANY_REVISION))
      return g_strdup (cards[i].name);
  return NULL;
}

/* pci.ids: a vendor's line "1002  Advanced Micro…", then its devices, "\t744c  Navi 31 […]" */
static char *
name_from_pci_list (const char *root, const char *path, guint vendor, guint device)
{
  g_autofree char *text = lb_file_text (root, "%s", path);
  g_autofree char *head = g_strdup_printf ("\n%04x  ", vendor);
  g_autofree char *key = g_strdup_printf ("\t%04x  ", device);
  const char *line = text != NULL ? strstr (text, head) : NULL;

  line = line != NULL ? strchr (line + 1, '\n') : NULL;
  while (line != NULL && (line[1] == '\t' || line[1] == '#'))
    {
      const char *end = strchr (line + 1, '\n');

      if (g_str_has_prefix (line + 1, key))
        {
          const char *name = line + 1 + strlen (key);
          g_autofree char *own = end != NULL ? g_strndup (name, (gsize) (end - name))
                                             : g_strdup (name);

          return g_strconcat (lb_gpu_vendor (vendor), " ", own, NULL);
        }
      line = end;
    }
  return NULL;
}

char *
lb_gpu_name (const char *root, guint vendor, guint device, guint revision)
{
  static const char *const lists[] = { "/usr/share/misc/pci.ids", "/usr/share/hwdata/pci.ids" };
  char *name = vendor == 0x1002 ? name_from_libdrm (root, device, revision) : NULL;

  if (name == NULL)
    name = name_from_table (vendor, device, revision);
  for (guint i = 0; name == NULL && i < G_N_ELEMENTS (lists); i++)
    name = name_from_pci_list (root, lists[i], vendor, device);
  if (name == NULL)
    name = g_strdup_printf ("%s GPU %04x:%04x", lb_gpu_vendor (vendor), vendor, device);
  return name;
}
