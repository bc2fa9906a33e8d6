#include "gui/segment.h"

struct _LbSegment {
  GObject parent;
  double start_s, end_s;
  char *text;
};

G_DEFINE_FINAL_TYPE (LbSegment, lb_segment, G_TYPE_OBJECT)

double
lb_segment_start_s (LbSegment *segment)
{
  return segment->start_s;
}

double
lb_segment_end_s (LbSegment *segment)
{
  return segment->end_s;
}

const char *
lb_segment_text (LbSegment *segment)
{
  return segment->text;
}

GListStore *
lb_segments_of (const json_t *output)
{
  GListStore *list = g_list_store_new (LB_TYPE_SEGMENT);
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (g_object_unref);
  size_t index;
  json_t *it;

  json_array_foreach (json_object_get (output, "segments"), index, it)
    {
      LbSegment *segment = g_object_new (LB_TYPE_SEGMENT, NULL);

      segment->start_s = lb_json_real (it, "start_s", 0);
      segment->end_s = lb_json_real (it, "end_s", 0);
      segment->text = g_strstrip (g_strdup (lb_json_string (it, "text", "")));
      g_ptr_array_add (all, segment);
    }
  g_list_store_splice (list, 0, 0, all->pdata, all->len);
  return list;
}

static void
lb_segment_finalize (GObject *object)
{
  g_free (LB_SEGMENT (object)->text);
  G_OBJECT_CLASS (lb_segment_parent_class)->finalize (object);
}

static void
lb_segment_class_init (LbSegmentClass *class)
{
  G_OBJECT_CLASS (class)->finalize = lb_segment_finalize;
}

static void
lb_segment_init (LbSegment *segment)
{
}
