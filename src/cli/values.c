/* What was typed, asked by name. */
#include <string.h>

#include "cli/private.h"

static void
free_setting (gpointer data)
{
  LbCliSetting *setting = data;

  g_free (setting->engine);
  g_free (setting->name);
  g_free (setting->value);
  g_free (setting);
}

static void
free_values (gpointer data)
{
  g_ptr_array_unref (data);
}

LbCli *
lb_cli_new (void)
{
  LbCli *cli = g_new0 (LbCli, 1);

  cli->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_values);
  cli->arguments = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (cli->arguments, NULL);
  cli->settings = g_ptr_array_new_with_free_func (free_setting);
  g_mutex_init (&cli->lock);
  return cli;
}

void
lb_cli_free (LbCli *cli)
{
  g_hash_table_unref (cli->values);
  g_ptr_array_unref (cli->arguments);
  g_ptr_array_unref (cli->settings);
  g_strfreev (cli->early_engines);
  g_strfreev (cli->early_models);
  g_clear_pointer (&cli->models, lb_models_free);
  g_clear_pointer (&cli->registry, lb_registry_free);
  g_mutex_clear (&cli->lock);
  g_free (cli);
}

void
lb_cli_put (LbCli *cli, const char *name, const char *value)
{
  GPtrArray *values = g_hash_table_lookup (cli->values, name);

  if (values == NULL)
    {
      values = g_ptr_array_new_with_free_func (g_free);
      g_ptr_array_add (values, NULL);
      g_hash_table_insert (cli->values, g_strdup (name), values);
    }
  g_ptr_array_index (values, values->len - 1) = g_strdup (value);
  g_ptr_array_add (values, NULL);
}

const char *const *
lb_cli_arguments (const LbCli *cli)
{
  return (const char *const *) cli->arguments->pdata;
}

const char *
lb_cli_mode (const LbCli *cli)
{
  return cli->command->mode;
}

gboolean
lb_cli_flag (const LbCli *cli, const char *name)
{
  return g_hash_table_contains (cli->values, name);
}

const char *
lb_cli_text (const LbCli *cli, const char *name, const char *fallback)
{
  const GPtrArray *values = g_hash_table_lookup (cli->values, name);

  return values != NULL ? g_ptr_array_index (values, values->len - 2) : fallback;
}

gint64
lb_cli_integer (const LbCli *cli, const char *name, gint64 fallback)
{
  const char *text = lb_cli_text (cli, name, NULL);
  gint64 value;

  if (text == NULL || !g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &value, NULL))
    return fallback;
  return value;
}

double
lb_cli_real (const LbCli *cli, const char *name, double fallback)
{
  const char *text = lb_cli_text (cli, name, NULL);
  char *end = NULL;
  double value = text != NULL ? g_ascii_strtod (text, &end) : 0;

  return text != NULL && end != text && *end == '\0' ? value : fallback;
}

const char *const *
lb_cli_list (const LbCli *cli, const char *name)
{
  const GPtrArray *values = g_hash_table_lookup (cli->values, name);

  return values != NULL ? (const char *const *) values->pdata : NULL;
}

gboolean
lb_cli_quiet (const LbCli *cli)
{
  return lb_cli_flag (cli, "quiet");
}

gboolean
lb_cli_colour (const LbCli *cli)
{
  return cli->colour;
}

gboolean
lb_cli_interactive (const LbCli *cli)
{
  return cli->interactive;
}

int
lb_cli_width (const LbCli *cli)
{
  return cli->width;
}

LbReportStyle
lb_cli_style (const LbCli *cli)
{
  LbReportStyle style = { .colour = cli->colour, .width = cli->width };

  return style;
}
