#include "machine/describe.h"

#include <gnu/libc-version.h>
#include <math.h>
#include <string.h>
#include <sys/utsname.h>

#include "core/hash.h"
#include "machine/files.h"
#include "machine/quota.h"
#include "machine/machine.h"

#define GIB (1024.0 * 1024 * 1024)

/* Whose word shows in which file; the first that fits. NULL: the file's being
 * there is enough. */
static const struct {
  const char *file, *word, *name;
} containers[] = {
  { "/run/.containerenv", NULL, "podman" },
  { "/.dockerenv", NULL, "docker" },
  { "/proc/self/cgroup", "kubepods", "kubernetes" },
  { "/proc/self/cgroup", "/docker", "docker" },
  { "/proc/self/cgroup", "/lxc", "lxc" },
  { "/run/systemd/container", "", NULL }, /* holds its own name */
};

static const struct {
  const char *file, *word, *name;
} hypervisors[] = {
  { "/proc/sys/kernel/osrelease", "microsoft", "wsl" },
  { "/sys/hypervisor/type", "xen", "xen" },
  { "/sys/class/dmi/id/sys_vendor", "QEMU", "qemu" },
  { "/sys/class/dmi/id/sys_vendor", "VMware", "vmware" },
  { "/sys/class/dmi/id/sys_vendor", "innotek", "virtualbox" },
  { "/sys/class/dmi/id/sys_vendor", "Amazon EC2", "amazon" },
  { "/sys/class/dmi/id/sys_vendor", "Google", "google" },
  { "/sys/class/dmi/id/sys_vendor", "Microsoft", "hyper-v" },
};

static char *
find_container (const char *root)
{
  for (guint i = 0; i < G_N_ELEMENTS (containers); i++)
    {
      g_autofree char *text = NULL;

      if (containers[i].word == NULL && lb_file_exists (root, "%s", containers[i].file))
        return g_strdup (containers[i].name);
      text = containers[i].word != NULL ? lb_file_text (root, "%s", containers[i].file) : NULL;
      if (text != NULL && *text != '\0' && strstr (text, containers[i].word) != NULL)
        return g_strdup (containers[i].name != NULL ? containers[i].name : text);
    }
  return NULL;
}

/* Bare Amazon, Google and Microsoft machines carry the same maker's name: the CPU says
 * whether it is virtual. (Xen and WSL hide that.) */
static const char *
find_hypervisor (const char *root, const json_t *cpu)
{
  const json_t *flags = json_object_get (cpu, "flags");
  gboolean virtual = FALSE;

  for (size_t i = 0; i < json_array_size (flags); i++)
    virtual = virtual ||
              g_str_equal (json_string_value (json_array_get (flags, i)), "hypervisor");
  for (guint i = 0; i < G_N_ELEMENTS (hypervisors); i++)
    {
      g_autofree char *text = lb_file_text (root, "%s", hypervisors[i].file);

      if (text != NULL && strstr (text, hypervisors[i].word) != NULL && (virtual || i < 2))
        return hypervisors[i].name;
    }
  return virtual ? "unknown" : NULL;
}

static char *
find_os (const char *root)
{
  g_autofree char *text = lb_file_text (root, "/etc/os-release");
  g_autofree char *quoted = NULL;
  char *name;

  if (text == NULL)
    text = lb_file_text (root, "/usr/lib/os-release");
  quoted = text != NULL ? lb_file_field (text, "PRETTY_NAME", '=') : NULL;
  if (quoted == NULL)
    return NULL;
  name = g_shell_unquote (quoted, NULL);
  return name != NULL ? name : g_steal_pointer (&quoted);
}

static json_t *
describe_memory (const char *root)
{
  g_autofree char *text = lb_file_text (root, "/proc/meminfo");
  json_t *memory = json_object ();
  guint64 kib, available = lb_limits_memory_available (root);

  if (lb_file_field_number (text, "MemTotal", ':', &kib))
    lb_json_set_integer (memory, "total_bytes", (gint64) (kib * 1024));
  if (available > 0)
    lb_json_set_integer (memory, "available_bytes", (gint64) available);
  if (lb_file_field_number (text, "SwapTotal", ':', &kib))
    lb_json_set_integer (memory, "swap_bytes", (gint64) (kib * 1024));
  return memory;
}

static json_t *
describe_ourselves (void)
{
  json_t *ours = json_object ();

  lb_json_set_string (ours, "version", LB_VERSION);
  lb_json_set_string (ours, "compiler",
#ifdef __clang__
                      "clang " __clang_version__
#else
                      "gcc " __VERSION__
#endif
  );
  lb_json_set_string (ours, "build", LB_BUILD_TYPE);
  return ours;
}

static char *
short_hash (const char *text)
{
  g_autofree char *digest = lb_hash_data (text, strlen (text));

  return g_strndup (digest, 16);
}

/* What makes it the same machine: CPU, cores, memory to the GiB (kernels keep differing
 * bits of it), cards, and its name; a container's name is drawn anew at each start, so it
 * does not count there. */
static char *
make_id (const json_t *machine)
{
  const json_t *cpu = json_object_get (machine, "cpu");
  const json_t *gpus = json_object_get (machine, "gpus");
  double total = lb_json_real (json_object_get (machine, "memory"), "total_bytes", 0);
  g_autoptr (GString) text = g_string_new ("llamaburn.machine/1");

  g_string_append_printf (text, "\n%s\n%" G_GINT64_FORMAT "\n%" G_GINT64_FORMAT "\n%.0f",
                          lb_json_string (cpu, "model", ""), lb_json_integer (cpu, "cores", 0),
                          lb_json_integer (cpu, "threads", 0), round (total / GIB));
  for (size_t i = 0; i < json_array_size (gpus); i++)
    {
      const json_t *gpu = json_array_get (gpus, i);

      if (!g_str_equal (lb_json_string (gpu, "backend", ""),
                        "vulkan")) /* each card has that one */
        continue;
      g_string_append_printf (text, "\n%s %s", lb_json_string (gpu, "slot", ""),
                              lb_json_string (gpu, "device_id", ""));
    }
  if (json_object_get (machine, "container") == NULL)
    g_string_append_printf (text, "\n%s", lb_json_string (machine, "hostname_hash", ""));
  return short_hash (text->str);
}

json_t *
lb_describe_at (const char *root)
{
  g_autofree char *hostname = lb_file_text (root, "/proc/sys/kernel/hostname");
  g_autofree char *hostname_hash = short_hash (hostname != NULL ? hostname : "");
  g_autofree char *kernel = lb_file_text (root, "/proc/sys/kernel/osrelease");
  g_autofree char *os = find_os (root), *container = find_container (root), *id = NULL;
  g_autofree char *libc = g_strconcat ("glibc ", gnu_get_libc_version (), NULL);
  json_t *machine = json_object ();
  json_t *cpu = lb_describe_cpu (root);
  struct utsname name;

  json_object_set_new (machine, "id", json_string ("")); /* its place is first */
  lb_json_set_string (machine, "hostname_hash", hostname_hash);
  lb_json_set_string (machine, "os", os);
  lb_json_set_string (machine, "kernel", kernel);
  if (uname (&name) == 0)
    lb_json_set_string (machine, "architecture", name.machine);
  lb_json_set_string (machine, "libc", libc);
  lb_json_set (machine, "cpu", cpu);
  lb_json_set (machine, "memory", describe_memory (root));
  lb_json_set (machine, "gpus", lb_describe_gpus (root));
  lb_json_set_string (machine, "container", container);
  lb_json_set_string (machine, "virtualisation", find_hypervisor (root, cpu));
  lb_json_set (machine, "llamaburn", describe_ourselves ());
  id = make_id (machine);
  lb_json_set_string (machine, "id", id);
  return machine;
}

json_t *
lb_machine_describe (void)
{
  return lb_describe_at ("");
}
