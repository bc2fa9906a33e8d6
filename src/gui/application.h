/* The program llamaburn-gui: one window, its shortcuts, and what its pages share. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define LB_APPLICATION_ID "io.github.llamaburn.LlamaBurn"

#define LB_TYPE_APPLICATION (lb_application_get_type ())
G_DECLARE_FINAL_TYPE (LbApplication, lb_application, LB, APPLICATION, AdwApplication)

LbApplication *lb_application_new (void);

G_END_DECLS
