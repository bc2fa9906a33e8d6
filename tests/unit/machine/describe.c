#include "fake.h"
#include "machine/describe.h"
#include "machine/machine.h"
#include "machine/quota.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define GIB (1024ull * 1024 * 1024)

static void
draw_basics (Fake *fake)
{
  fake_write (fake, "/proc/cpuinfo",
              "processor\t: 0\nvendor_id\t: AuthenticAMD\nmodel name\t: AMD Ryzen 7 "
              "7700\nmicrocode\t: 0xa601206\n"
              "cpu MHz\t: 3800.5\nphysical id\t: 0\ncore id\t: 0\nflags\t: sse2 avx2 avx512f\n\n"
              "processor\t: 1\nmodel name\t: AMD Ryzen 7 7700\nphysical id\t: 0\ncore id\t: 0\n\n"
              "processor\t: 2\nmodel name\t: AMD Ryzen 7 7700\nphysical id\t: 0\ncore id\t: "
              "1\n\n");
  fake_write (fake, "/proc/meminfo",
              "MemTotal:  32768000 kB\nMemFree: 1 kB\nMemAvailable: 20000000 kB\n");
  fake_write (fake, "/proc/sys/kernel/hostname", "workbench\n");
  fake_write (fake, "/proc/sys/kernel/osrelease", "6.12.0\n");
  fake_write (fake, "/etc/os-release", "NAME=x\nPRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"\n");
  fake_write (fake, "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n");
  fake_write (fake, "/sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq", "5392000\n");
  fake_write (fake, "/sys/devices/system/cpu/cpufreq/boost", "1\n");
  fake_write (fake, "/sys/devices/system/cpu/smt/active", "1\n");
}

static void
draw_7900xt (Fake *fake)
{
  fake_write (fake, "/sys/class/drm/card1/device/vendor", "0x1002\n");
  fake_write (fake, "/sys/class/drm/card1/device/device", "0x744c\n");
  fake_write (fake, "/sys/class/drm/card1/device/revision", "0xcc\n");
  fake_write (fake, "/sys/class/drm/card1/device/uevent",
              "DRIVER=amdgpu\nPCI_SLOT_NAME=0000:03:00.0\n");
  fake_write (fake, "/sys/class/drm/card1/device/mem_info_vram_total", "21458059264\n");
  fake_write (fake, "/sys/class/drm/card1/device/drm/renderD128/dev", "226:128\n");
  fake_link (fake, "/sys/class/drm/card1/device/driver", "../../../bus/pci/drivers/amdgpu");
  fake_write (fake, "/sys/class/drm/card1-HDMI-A-1/status", "connected\n");
  fake_write (fake, "/sys/class/kfd/kfd/topology/nodes/0/properties",
              "cpu_cores_count 16\ngfx_target_version 0\ndrm_render_minor 0\n");
  fake_write (fake, "/sys/class/kfd/kfd/topology/nodes/1/properties",
              "simd_count 168\ngfx_target_version 110000\ndrm_render_minor 128\n");
}

static void
draw_rocm (Fake *fake)
{
  fake_write (fake, "/dev/kfd", "");
  fake_write (fake, "/dev/dri/renderD128", "");
  fake_write (fake, "/opt/rocm/lib/libamdhip64.so.6", "");
  fake_write (fake, "/usr/lib/x86_64-linux-gnu/libvulkan.so.1", "");
  fake_write (fake, "/usr/share/vulkan/icd.d/radeon_icd.x86_64.json", "{}");
}

static const json_t *
gpu_by (const json_t *machine, const char *id)
{
  const json_t *gpus = json_object_get (machine, "gpus");

  for (size_t i = 0; i < json_array_size (gpus); i++)
    if (g_str_equal (lb_json_string (json_array_get (gpus, i), "id", ""), id))
      return json_array_get (gpus, i);
  return NULL;
}

static void
describes_a_machine_without_gpu (void)
{
  g_autoptr (Fake) fake = fake_new ();
  g_autoptr (json_t) machine = NULL;
  const json_t *cpu, *memory;
  g_autofree char *line = NULL;

  draw_basics (fake);
  machine = lb_describe_at (fake->root);
  cpu = json_object_get (machine, "cpu");
  memory = json_object_get (machine, "memory");
  g_assert_cmpstr (lb_json_string (machine, "os", ""), ==, "Debian GNU/Linux 13 (trixie)");
  g_assert_cmpstr (lb_json_string (machine, "kernel", ""), ==, "6.12.0");
  g_assert_cmpstr (lb_json_string (cpu, "model", ""), ==, "AMD Ryzen 7 7700");
  g_assert_cmpstr (lb_json_string (cpu, "vendor", ""), ==, "AuthenticAMD");
  g_assert_cmpint (lb_json_integer (cpu, "cores", 0), ==, 2);
  g_assert_cmpint (lb_json_integer (cpu, "threads", 0), ==, 3);
  g_assert_cmpstr (lb_json_string (cpu, "governor", ""), ==, "powersave");
  g_assert_cmpint (lb_json_integer (cpu, "frequency_hz", 0), ==, 5392000000);
  g_assert_true (lb_json_boolean (cpu, "boost", FALSE));
  g_assert_true (lb_json_boolean (cpu, "smt", FALSE));
  g_assert_cmpuint (json_array_size (json_object_get (cpu, "flags")), ==, 3);
  g_assert_cmpint (lb_json_integer (memory, "total_bytes", 0), ==, 32768000ll * 1024);
  g_assert_cmpint (lb_json_integer (memory, "available_bytes", 0), ==, 20000000ll * 1024);
  g_assert_cmpuint (json_array_size (json_object_get (machine, "gpus")), ==, 0);
  g_assert_null (json_object_get (machine, "container"));
  g_assert_null (json_object_get (machine, "virtualisation"));
  line = lb_json_line (machine);
  g_assert_null (strstr (line, "workbench")); /* the name leaves only as a hash */
}

static void
describes_an_empty_machine (void)
{
  g_autoptr (Fake) fake = fake_new ();
  g_autoptr (json_t) machine = lb_describe_at (fake->root);

  g_assert_cmpstr (lb_json_string (json_object_get (machine, "cpu"), "model", ""), ==, "unknown");
  g_assert_null (json_object_get (json_object_get (machine, "memory"), "total_bytes"));
  g_assert_cmpuint (strlen (lb_json_string (machine, "id", "")), ==, 16);
}

static void
finds_a_7900_xt_with_rocm_and_vulkan (void)
{
  g_autoptr (Fake) fake = fake_new ();
  g_autoptr (json_t) machine = NULL;
  const json_t *hip, *vulkan;

  draw_basics (fake);
  draw_7900xt (fake);
  draw_rocm (fake);
  machine = lb_describe_at (fake->root);
  hip = gpu_by (machine, "hip:0");
  vulkan = gpu_by (machine, "vulkan:0");
  g_assert_cmpuint (json_array_size (json_object_get (machine, "gpus")), ==, 2);
  g_assert_cmpstr (lb_json_string (hip, "name", ""), ==, "AMD Radeon RX 7900 XT");
  g_assert_cmpstr (lb_json_string (hip, "architecture", ""), ==, "gfx1100");
  g_assert_cmpstr (lb_json_string (hip, "driver", ""), ==, "amdgpu");
  g_assert_cmpstr (lb_json_string (hip, "slot", ""), ==, "0000:03:00.0");
  g_assert_cmpint (lb_json_integer (hip, "memory_bytes", 0), ==, 21458059264);
  g_assert_true (lb_json_boolean (hip, "usable", FALSE));
  g_assert_null (json_object_get (hip, "why"));
  g_assert_true (lb_json_boolean (vulkan, "usable", FALSE));
}

static void
says_why_a_gpu_is_not_usable_and_the_cure (void)
{
  static const struct {
    const char *missing;
    const char *id, *why, *cure;
  } cases[] = {
    { "/dev/kfd", "hip:0", "there is no /dev/kfd", "driver" },
    { "/dev/dri/renderD128", "hip:0", "there is no /dev/dri/renderD128", "driver" },
    { "/dev/dri/renderD128", "vulkan:0", "there is no /dev/dri/renderD128", "driver" },
    { "/opt/rocm/lib/libamdhip64.so.6", "hip:0", "libamdhip64.so", "ROCm" },
    { "/sys/class/kfd/kfd/topology/nodes/1/properties", "hip:0", "does not list", "Vulkan" },
    { "/usr/lib/x86_64-linux-gnu/libvulkan.so.1", "vulkan:0", "libvulkan.so.1", "libvulkan1" },
    { "/usr/share/vulkan/icd.d/radeon_icd.x86_64.json", "vulkan:0", "no Vulkan driver",
      "mesa-vulkan-drivers" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Fake) fake = fake_new ();
      g_autofree char *path = g_strconcat (fake->root, cases[i].missing, NULL);
      g_autoptr (json_t) machine = NULL;
      const json_t *gpu;

      draw_7900xt (fake);
      draw_rocm (fake);
      g_assert_cmpint (unlink (path), ==, 0);
      machine = lb_describe_at (fake->root);
      gpu = gpu_by (machine, cases[i].id);
      g_test_message ("%s: %s", cases[i].missing, lb_json_string (gpu, "why", "?"));
      g_assert_false (lb_json_boolean (gpu, "usable", TRUE));
      g_assert_nonnull (strstr (lb_json_string (gpu, "why", ""), cases[i].why));
      g_assert_nonnull (strstr (lb_json_string (gpu, "cure", ""), cases[i].cure));
    }
}

/* As root everything may be opened: a child gives that up first. */
static void
names_the_group_when_permission_is_missing (void)
{
  g_autoptr (Fake) fake = fake_new ();
  g_autofree char *kfd = NULL;
  pid_t child;
  int status;

  draw_7900xt (fake);
  draw_rocm (fake);
  kfd = g_strconcat (fake->root, "/dev/kfd", NULL);
  g_assert_cmpint (chmod (kfd, 0), ==, 0);
  g_assert_cmpint (chmod (fake->root, 0755), ==, 0);
  child = fork ();
  if (child == 0)
    {
      g_autoptr (json_t) machine = NULL;
      const json_t *gpu;

      if (geteuid () == 0 && setresuid (65534, 65534, 65534) != 0)
        _exit (1);
      machine = lb_describe_at (fake->root);
      gpu = gpu_by (machine, "hip:0");
      _exit (strstr (lb_json_string (gpu, "why", ""), "no permission to open /dev/kfd") != NULL &&
                     strstr (lb_json_string (gpu, "cure", ""), "usermod -aG render") != NULL
                 ? 0
                 : 2);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
}

static void
tells_a_container_what_to_pass_in (void)
{
  g_autoptr (Fake) fake = fake_new ();
  g_autoptr (json_t) machine = NULL;

  draw_7900xt (fake);
  fake_write (fake, "/.dockerenv", "");
  machine = lb_describe_at (fake->root);
  g_assert_cmpstr (lb_json_string (machine, "container", ""), ==, "docker");
  g_assert_cmpstr (lb_json_string (gpu_by (machine, "hip:0"), "cure", ""), ==,
                   "start the container with --device /dev/kfd");
}

static void
finds_nvidia_cards_with_and_without_drm (void)
{
  static const char *const folders[] = { "/sys/class/drm/card0/device",
                                         "/sys/bus/pci/devices/0000:01:00.0" };

  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autoptr (Fake) fake = fake_new ();
      g_autofree char *vendor = g_strconcat (folders[i], "/vendor", NULL);
      g_autofree char *device = g_strconcat (folders[i], "/device", NULL);
      g_autofree char *uevent = g_strconcat (folders[i], "/uevent", NULL);
      g_autoptr (json_t) machine = NULL;
      const json_t *cuda;

      fake_write (fake, vendor, "0x10de\n");
      fake_write (fake, device, "0x2684\n");
      fake_write (fake, uevent, "PCI_SLOT_NAME=0000:01:00.0\n");
      fake_write (fake, "/proc/driver/nvidia/gpus/0000:01:00.0/information",
                  "Model: \t\t NVIDIA GeForce RTX 4090\nIRQ:   99\nDevice Minor: \t 0\n");
      fake_write (fake, "/sys/module/nvidia/version", "550.163.01\n");
      fake_write (fake, "/dev/nvidiactl", "");
      fake_write (fake, "/dev/nvidia0", "");
      fake_write (fake, "/usr/lib64/libcuda.so.1", "");
      machine = lb_describe_at (fake->root);
      cuda = gpu_by (machine, "cuda:0");
      g_assert_cmpuint (json_array_size (json_object_get (machine, "gpus")), ==, 2);
      g_assert_cmpstr (lb_json_string (cuda, "name", ""), ==, "NVIDIA GeForce RTX 4090");
      g_assert_cmpstr (lb_json_string (cuda, "driver_version", ""), ==, "550.163.01");
      g_assert_true (lb_json_boolean (cuda, "usable", FALSE));
    }
}

static void
says_that_nouveau_has_no_cuda (void)
{
  g_autoptr (Fake) fake = fake_new ();
  g_autoptr (json_t) machine = NULL;

  fake_write (fake, "/sys/class/drm/card0/device/vendor", "0x10de\n");
  fake_write (fake, "/sys/class/drm/card0/device/device", "0x2204\n");
  fake_link (fake, "/sys/class/drm/card0/device/driver", "../drivers/nouveau");
  machine = lb_describe_at (fake->root);
  g_assert_cmpstr (lb_json_string (gpu_by (machine, "cuda:0"), "why", ""), ==,
                   "the driver \"nouveau\" has no CUDA");
}

static void
ignores_cards_that_only_draw (void)
{
  static const char *const vendors[] = { "0x1234\n", "0x1a03\n", "garbage", "0xfffffffff\n", "" };

  for (guint i = 0; i < G_N_ELEMENTS (vendors); i++)
    {
      g_autoptr (Fake) fake = fake_new ();
      g_autoptr (json_t) gpus = NULL;

      fake_write (fake, "/sys/class/drm/card0/device/vendor", vendors[i]);
      fake_write (fake, "/sys/class/drm/card0/device/device", "0x1111\n");
      gpus = lb_describe_gpus (fake->root);
      g_assert_cmpuint (json_array_size (gpus), ==, 0);
    }
}

static void
names_cards_from_lists_before_numbers (void)
{
  g_autoptr (Fake) fake = fake_new ();
  g_autofree char *own = lb_gpu_name (fake->root, 0x1002, 0x744c, 0xc8);
  g_autofree char *numbers = lb_gpu_name (fake->root, 0x8086, 0xabcd, 0);
  g_autofree char *listed = NULL, *drm = NULL;

  fake_write (fake, "/usr/share/misc/pci.ids",
              "# list\n1002  Advanced Micro Devices\n\tabcd  Wrong vendor\n8086  Intel "
              "Corporation\n"
              "\t0001  Other\n\t\t8086 abcd  Subsystem\n\tabcd  Arc Z\n9999  Last\n");
  fake_write (fake, "/usr/share/libdrm/amdgpu.ids",
              "# c\n1.0.0\n744C,\tC8,\tAMD Radeon From libdrm\n");
  listed = lb_gpu_name (fake->root, 0x8086, 0xabcd, 0);
  drm = lb_gpu_name (fake->root, 0x1002, 0x744c, 0xc8);
  g_assert_cmpstr (own, ==, "AMD Radeon RX 7900 XTX");
  g_assert_cmpstr (numbers, ==, "Intel GPU 8086:abcd");
  g_assert_cmpstr (listed, ==, "Intel Arc Z");
  g_assert_cmpstr (drm, ==, "AMD Radeon From libdrm");
}

static char *
id_of (const Fake *fake)
{
  g_autoptr (json_t) machine = lb_describe_at (fake->root);

  return g_strdup (lb_json_string (machine, "id", ""));
}

static void
keeps_its_id_until_the_hardware_changes (void)
{
  g_autoptr (Fake) fake = fake_new ();
  g_autofree char *first = NULL, *same = NULL, *other_gpu = NULL, *other_name = NULL,
                  *contained = NULL, *renamed = NULL;

  draw_basics (fake);
  first = id_of (fake);
  fake_write (fake, "/proc/meminfo", "MemTotal:  32767000 kB\nMemAvailable: 5 kB\n");
  fake_write (fake, "/proc/sys/kernel/osrelease", "6.13.0\n");
  same = id_of (fake);
  draw_7900xt (fake);
  other_gpu = id_of (fake);
  fake_write (fake, "/proc/sys/kernel/hostname", "another\n");
  other_name = id_of (fake);
  fake_write (fake, "/.dockerenv", "");
  contained = id_of (fake);
  fake_write (fake, "/proc/sys/kernel/hostname", "drawn-anew\n");
  renamed = id_of (fake);
  g_assert_cmpstr (same, ==, first);
  g_assert_cmpstr (other_gpu, !=, first);
  g_assert_cmpstr (other_name, !=, other_gpu);
  g_assert_cmpstr (renamed, ==, contained);
}

static void
finds_limits_of_both_cgroup_versions (void)
{
  static const struct {
    const char *group, *path, *text;
    double cores;
  } cases[] = {
    { "0::/a/b\n", "/sys/fs/cgroup/a/b/cpu.max", "150000 100000\n", 1.5 },
    { "0::/a/b\n", "/sys/fs/cgroup/a/cpu.max", "50000 100000\n", 0.5 }, /* above ours */
    { "0::/../x\n", "/sys/fs/cgroup/cpu.max", "300000 100000\n", 3 }, /* outside our namespace */
    { "0::/a\n", "/sys/fs/cgroup/a/cpu.max", "max 100000\n", 0 },
    { "0::/a\n", "/sys/fs/cgroup/a/cpu.max", "100000 0\n", 0 }, /* nonsense */
    { "4:cpu,cpuacct:/z\n", "/sys/fs/cgroup/cpu/z/cpu.cfs_quota_us", "250000\n", 2.5 },
    { "4:cpu,cpuacct:/z\n", "/sys/fs/cgroup/cpu/z/cpu.cfs_quota_us", "-1\n", 0 },
    { "nonsense", "/x", "", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Fake) fake = fake_new ();

      fake_write (fake, "/proc/self/cgroup", cases[i].group);
      fake_write (fake, "/sys/fs/cgroup/cpu/z/cpu.cfs_period_us", "100000\n");
      fake_write (fake, cases[i].path, cases[i].text);
      g_assert_cmpfloat (lb_limits_quota_cores (fake->root), ==, cases[i].cores);
    }
}

static void
caps_available_memory_by_the_cgroup (void)
{
  g_autoptr (Fake) fake = fake_new ();

  g_assert_cmpuint (lb_limits_memory_available (fake->root), ==, 0);
  fake_write (fake, "/proc/meminfo", "MemAvailable: 8388608 kB\n");
  g_assert_cmpuint (lb_limits_memory_available (fake->root), ==, 8 * GIB);
  fake_write (fake, "/proc/self/cgroup", "0::/job\n");
  fake_write (fake, "/sys/fs/cgroup/job/memory.max", "4294967296\n");
  fake_write (fake, "/sys/fs/cgroup/job/memory.current", "3221225472\n");
  fake_write (fake, "/sys/fs/cgroup/job/memory.stat", "anon 5\ninactive_file 1073741824\n");
  g_assert_cmpuint (lb_limits_memory_available (fake->root), ==, 2 * GIB);
  fake_write (fake, "/sys/fs/cgroup/job/memory.max", "1024\n"); /* already over it */
  g_assert_cmpuint (lb_limits_memory_available (fake->root), ==, 0);
  fake_write (fake, "/sys/fs/cgroup/job/memory.max", "max\n");
  fake_write (fake, "/proc/self/cgroup", "5:memory:/v1\n");
  fake_write (fake, "/sys/fs/cgroup/memory/v1/memory.limit_in_bytes", "1073741824\n");
  fake_write (fake, "/sys/fs/cgroup/memory/v1/memory.usage_in_bytes", "0\n");
  g_assert_cmpuint (lb_limits_memory_available (fake->root), ==, GIB);
}

static void
describes_this_machine_fast (void)
{
  gint64 best = G_MAXINT64;

  for (int i = 0; i < 5; i++)
    {
      gint64 before = g_get_monotonic_time ();
      g_autoptr (json_t) machine = lb_machine_describe ();

      best = MIN (best, g_get_monotonic_time () - before);
      g_assert_cmpint (lb_json_integer (json_object_get (machine, "cpu"), "cores", 0), >, 0);
      g_assert_cmpint (
          lb_json_integer (json_object_get (machine, "memory"), "available_bytes", 0), >, 0);
    }
  g_test_message ("described in %.1f ms", (double) best / 1000);
  g_assert_cmpint (best, <, 20000);
  g_assert_cmpint (lb_machine_cores_allowed (), >=, 1);
  g_assert_cmpuint (lb_machine_memory_available_bytes (), >, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/describe/no-gpu", describes_a_machine_without_gpu);
  g_test_add_func ("/describe/empty", describes_an_empty_machine);
  g_test_add_func ("/describe/7900-xt", finds_a_7900_xt_with_rocm_and_vulkan);
  g_test_add_func ("/describe/why-and-cure", says_why_a_gpu_is_not_usable_and_the_cure);
  g_test_add_func ("/describe/permission", names_the_group_when_permission_is_missing);
  g_test_add_func ("/describe/container", tells_a_container_what_to_pass_in);
  g_test_add_func ("/describe/nvidia", finds_nvidia_cards_with_and_without_drm);
  g_test_add_func ("/describe/nouveau", says_that_nouveau_has_no_cuda);
  g_test_add_func ("/describe/other-cards", ignores_cards_that_only_draw);
  g_test_add_func ("/describe/names", names_cards_from_lists_before_numbers);
  g_test_add_func ("/describe/id", keeps_its_id_until_the_hardware_changes);
  g_test_add_func ("/describe/cpu-limits", finds_limits_of_both_cgroup_versions);
  g_test_add_func ("/describe/memory-limits", caps_available_memory_by_the_cgroup);
  g_test_add_func ("/describe/this-machine", describes_this_machine_fast);
  return g_test_run ();
}
