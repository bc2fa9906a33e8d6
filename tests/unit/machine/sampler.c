#include "fake.h"
#include "machine/sampler.h"

#include <unistd.h>

#define SENSORS "/sys/class/drm/card0/device/hwmon/hwmon3"
#define RAPL "/sys/class/powercap"

static void
draw_card (Fake *fake)
{
  fake_write (fake, "/sys/class/drm/card0/device/vendor", "0x1002\n");
  fake_write (fake, "/sys/class/drm/card0/device/gpu_busy_percent", "80\n");
  fake_write (fake, "/sys/class/drm/card0/device/mem_info_vram_used", "1000000\n");
  fake_write (fake, SENSORS "/power1_average", "100000000\n"); /* 100 W */
  fake_write (fake, SENSORS "/temp1_input", "55000\n");
  fake_write (fake, SENSORS "/temp2_input", "71000\n");
  fake_write (fake, SENSORS "/freq1_input", "2400000000\n");
}

static double
real (const json_t *answer, const char *key)
{
  return lb_json_real (answer, key, -1);
}

static void
reads_a_card_and_keeps_extremes (void)
{
  g_autoptr (Fake) fake = fake_new ();
  g_autoptr (json_t) answer = NULL;
  LbSampler *sampler;

  draw_card (fake);
  sampler = lb_sampler_start_at (fake->root, getpid ());
  g_usleep (500000);
  fake_write (fake, "/sys/class/drm/card0/device/gpu_busy_percent", "0\n");
  fake_write (fake, "/sys/class/drm/card0/device/mem_info_vram_used", "3000000\n");
  fake_write (fake, SENSORS "/freq1_input", "500000000\n");
  fake_write (fake, SENSORS "/temp2_input", "50000\n");
  g_usleep (300000);
  fake_write (fake, "/sys/class/drm/card0/device/mem_info_vram_used", "2000000\n");
  answer = lb_sampler_finish (sampler);
  g_assert_cmpint (lb_json_integer (answer, "peak_gpu_device_bytes", 0), ==, 3000000);
  g_assert_cmpfloat (real (answer, "max_gpu_temperature_c"), ==, 71);
  g_assert_cmpfloat (real (answer, "max_gpu_clock_hz"), ==, 2.4e9);
  g_assert_cmpfloat (real (answer, "min_gpu_clock_hz"), ==, 5e8);
  g_assert_cmpfloat (real (answer, "gpu_busy"), >, 0.2);
  g_assert_cmpfloat (real (answer, "gpu_busy"), <, 0.8);
  g_assert_cmpfloat (real (answer, "gpu_energy_j"), >, 75); /* 100 W over at least 0.8 s */
  g_assert_cmpfloat (real (answer, "gpu_energy_j"), <, 400);
  g_assert_cmpfloat (real (answer, "energy_j"), ==, real (answer, "gpu_energy_j"));
  g_assert_null (json_object_get (answer, "cpu_energy_j"));
  g_assert_cmpint (lb_json_integer (answer, "samples", 0), <=, 40);
}

static void
counts_packages_over_a_wrap (void)
{
  g_autoptr (Fake) fake = fake_new ();
  g_autoptr (json_t) answer = NULL;
  LbSampler *sampler;

  fake_write (fake, RAPL "/intel-rapl:0/name", "package-0\n");
  fake_write (fake, RAPL "/intel-rapl:0/max_energy_range_uj", "10000000\n");
  fake_write (fake, RAPL "/intel-rapl:0/energy_uj", "9000000\n");
  fake_write (fake, RAPL "/intel-rapl:1/name", "package-1\n");
  fake_write (fake, RAPL "/intel-rapl:1/energy_uj", "5000000\n"); /* no range told */
  fake_write (fake, RAPL "/intel-rapl:0:0/name", "core\n");       /* part of package 0 */
  fake_write (fake, RAPL "/intel-rapl:0:0/energy_uj", "0\n");
  sampler = lb_sampler_start_at (fake->root, getpid ());
  fake_write (fake, RAPL "/intel-rapl:0:0/energy_uj", "77000000\n");
  fake_write (fake, RAPL "/intel-rapl:0/energy_uj", "2000000\n"); /* 1 to the end, 2 after */
  fake_write (fake, RAPL "/intel-rapl:1/energy_uj", "9000000\n"); /* 4 */
  g_usleep (250000);
  fake_write (fake, RAPL "/intel-rapl:1/energy_uj", "1\n"); /* set back: nothing is made up */
  answer = lb_sampler_finish (sampler);
  g_assert_cmpfloat_with_epsilon (real (answer, "cpu_energy_j"), 7, 1e-9);
  g_assert_cmpfloat_with_epsilon (real (answer, "energy_j"), 7, 1e-9);
}

static void
counts_each_client_of_a_process_once (void)
{
  g_autoptr (Fake) fake = fake_new ();
  g_autofree char *fds = g_strdup_printf ("/proc/%d/fd", (int) getpid ());
  g_autofree char *infos = g_strdup_printf ("/proc/%d/fdinfo", (int) getpid ());
  static const struct {
    const char *fd, *target, *text;
  } files[] = {
    { "3", "/dev/dri/renderD128",
      "drm-pdev:\ta\ndrm-client-id:\t7\ndrm-memory-vram:\t100 "
      "MiB\ndrm-resident-vram:\t64 MiB\n" },
    { "4", "/dev/dri/renderD128",
      "drm-pdev:\ta\ndrm-client-id:\t7\ndrm-resident-vram:\t64 MiB\n" }, /* a dup */
    { "5", "/dev/dri/renderD129",
      "drm-pdev:\tb\ndrm-client-id:\t7\ndrm-total-local0:\t2048 KiB\n" },
    { "6", "/dev/null",
      "drm-client-id:\t9\ndrm-resident-vram:\t900 MiB\n" }, /* no render device */
    { "7", "/dev/dri/renderD128",
      "drm-client-id:\t8\ndrm-resident-gtt:\t500 MiB\n" }, /* not on the card */
  };
  g_autoptr (json_t) answer = NULL;

  fake_write (fake, "/dev/dri/renderD128", "");
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *fd = g_build_filename (fds, files[i].fd, NULL);
      g_autofree char *info = g_build_filename (infos, files[i].fd, NULL);

      fake_link (fake, fd, files[i].target);
      fake_write (fake, info, files[i].text);
    }
  answer = lb_sampler_finish (lb_sampler_start_at (fake->root, getpid ()));
  g_assert_cmpint (lb_json_integer (answer, "peak_gpu_bytes", 0), ==, 66 * 1024 * 1024);
}

static void
is_silent_where_there_is_nothing (void)
{
  g_autoptr (Fake) fake = fake_new ();
  g_autoptr (json_t) answer = lb_sampler_finish (lb_sampler_start_at (fake->root, getpid ()));

  g_assert_cmpuint (json_object_size (answer), ==, 0);
}

static void
leaves_out_garbage_and_what_vanishes (void)
{
  g_autoptr (Fake) fake = fake_new ();
  g_autofree char *power = g_strconcat (fake->root, SENSORS "/power1_average", NULL);
  g_autoptr (json_t) answer = NULL;
  LbSampler *sampler;

  draw_card (fake);
  fake_write (fake, "/sys/class/drm/card0/device/gpu_busy_percent", "busy\n");
  sampler = lb_sampler_start_at (fake->root, getpid ());
  g_assert_cmpint (unlink (power), ==, 0);
  answer = lb_sampler_finish (sampler);
  g_assert_null (json_object_get (answer, "gpu_busy"));
  g_assert_null (json_object_get (answer, "energy_j")); /* one sample is no energy */
  g_assert_cmpfloat (real (answer, "max_gpu_temperature_c"), ==, 71);
}

static void
works_on_this_machine (void)
{
  g_autoptr (json_t) answer = lb_sampler_finish (lb_sampler_start (getpid ()));

  g_assert_true (json_is_object (answer));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sampler/card", reads_a_card_and_keeps_extremes);
  g_test_add_func ("/sampler/wrap", counts_packages_over_a_wrap);
  g_test_add_func ("/sampler/clients", counts_each_client_of_a_process_once);
  g_test_add_func ("/sampler/nothing", is_silent_where_there_is_nothing);
  g_test_add_func ("/sampler/garbage", leaves_out_garbage_and_what_vanishes);
  g_test_add_func ("/sampler/this-machine", works_on_this_machine);
  return g_test_run ();
}
