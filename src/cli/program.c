#include "cli/cli.h"

int
main (int argc, char **argv)
{
  return lb_cli_main (argc, argv);
}
