/* A Whisper of one layer on each side, as CTranslate2 has it: for tests of the conversions. */
#pragma once

#include <glib.h>

#define LB_TINY_WIDTH 64
#define LB_TINY_VOCABULARY 1001

/** lb_test_tiny_whisper: Returns: (transfer full): a whole model.bin */
GByteArray *lb_test_tiny_whisper (void);
