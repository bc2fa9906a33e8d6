#include "fake.h"
#include "machine/gpu-look.h"

#include <math.h>
#include <unistd.h>

#define CARD "/sys/class/drm/card0/device"
#define OTHER "/sys/class/drm/card1/device"

static void
reads_the_busiest_and_the_fullest_card (void)
{
  g_autoptr (Fake) fake = fake_new ();
  g_autoptr (LbGpuLook) look = NULL;
  LbGpuUse use;

  fake_write (fake, CARD "/vendor", "0x1002\n");
  fake_write (fake, CARD "/gpu_busy_percent", "80\n");
  fake_write (fake, CARD "/mem_info_vram_used", "1000000\n");
  fake_write (fake, OTHER "/vendor", "0x1002\n");
  fake_write (fake, OTHER "/gpu_busy_percent", "5\n");
  fake_write (fake, OTHER "/mem_info_vram_used", "7000000\n");
  look = lb_gpu_look_new (fake->root, getpid ());
  use = lb_gpu_look_take (look);
  g_assert_cmpfloat_with_epsilon (use.busy, 0.8, 1e-9);
  g_assert_cmpfloat (use.bytes, ==, 7000000);
  fake_write (fake, CARD "/gpu_busy_percent", "20\n");
  fake_write (fake, OTHER "/mem_info_vram_used", "2000000\n");
  use = lb_gpu_look_take (look);
  g_assert_cmpfloat_with_epsilon (use.busy, 0.2, 1e-9);
  g_assert_cmpfloat (use.bytes, ==, 2000000);
}

/* A card of a driver that tells memory only by process. */
static void
takes_the_process_where_the_card_is_silent (void)
{
  g_autoptr (Fake) fake = fake_new ();
  g_autofree char *fd = g_strdup_printf ("/proc/%d/fd/9", (int) getpid ());
  g_autofree char *info = g_strdup_printf ("/proc/%d/fdinfo/9", (int) getpid ());
  g_autoptr (LbGpuLook) look = NULL;
  LbGpuUse use;

  fake_write (fake, "/dev/dri/renderD128", "");
  look = lb_gpu_look_new (fake->root, getpid ());
  g_assert_nonnull (look);
  use = lb_gpu_look_take (look);
  g_assert_true (isnan (use.busy) && isnan (use.bytes));
  fake_link (fake, fd, "/dev/dri/renderD128");
  fake_write (fake, info, "drm-client-id:\t7\ndrm-resident-vram0:\t3 MiB\n");
  use = lb_gpu_look_take (look);
  g_assert_cmpfloat (use.bytes, ==, 3 * 1024 * 1024);
}

static void
sees_nothing_where_there_is_nothing (void)
{
  g_autoptr (Fake) fake = fake_new ();

  g_assert_null (lb_gpu_look_new (fake->root, getpid ()));
}

static void
passes_over_what_vanishes (void)
{
  g_autoptr (Fake) fake = fake_new ();
  g_autofree char *busy = g_strconcat (fake->root, CARD "/gpu_busy_percent", NULL);
  g_autoptr (LbGpuLook) look = NULL;

  fake_write (fake, CARD "/vendor", "0x1002\n");
  fake_write (fake, CARD "/gpu_busy_percent", "80\n");
  look = lb_gpu_look_new (fake->root, getpid ());
  g_assert_cmpint (unlink (busy), ==, 0);
  g_assert_true (isnan (lb_gpu_look_take (look).busy));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gpu-look/cards", reads_the_busiest_and_the_fullest_card);
  g_test_add_func ("/gpu-look/process", takes_the_process_where_the_card_is_silent);
  g_test_add_func ("/gpu-look/nothing", sees_nothing_where_there_is_nothing);
  g_test_add_func ("/gpu-look/vanished", passes_over_what_vanishes);
  return g_test_run ();
}
