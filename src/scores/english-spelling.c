/* British spellings as American ones, by rule: endings with the stems that take them, or with the
 * stems that don't. Both texts of a score pass here, so a word more or less does no harm; a
 * spelling that is left in one text and not in the other counts as an error of the engine. */
#include "scores/normalise.h"

#include <string.h>

#define MAX_WORD 40 /* letters; longer ones are no British spellings */

/* -our → -or, whatever follows: colourful, neighbourhood. (Not glamour.) */
static const char *const our_stems[] = {
  "arb",    "ard",       "arm",       "behavi", "belab", "cand", "clam", "clang", "col",
  "demean", "enam",      "endeav",    "fav",    "ferv",  "flav", "harb", "hon",   "hum",
  "lab",    "misbehavi", "misdemean", "neighb", "od",    "parl", "ranc", "rig",   "rum",
  "sav",    "savi",      "splend",    "succ",   "tum",   "val",  "vap",  "vig",   NULL,
};
static const char *const our_prefixes[] = {
  "", "de", "dis", "multi", "over", "techni", "tri", "un", "uni", "water", NULL,
};

/* -re → -er; fibre, fibres, fibreglass; -red, -ring → -ered, -ering */
static const char *const re_stems[] = {
  "amphitheat", "calib",   "cent",   "epicent", "fib",  "goit",  "lacklust",  "lit",
  "louv",       "lust",    "maneuv", "meag",    "met",  "mit",   "outmaneuv", "reconnoit",
  "sab",        "saltpet", "scept",  "sepulch", "somb", "spect", "theat",     NULL,
};
static const char *const re_prefixes[] = {
  "", "centi", "deci", "hecto", "kilo", "micro", "milli", "nano", "tri", NULL,
};

/* -lled, -lling, -ller … → one l: these stems are not stressed on their last vowel */
static const char *const l_stems[] = {
  "backpeda", "bedevi", "bejewe", "beve",  "cance",     "caro",    "cavi",  "channe",  "chise",
  "counse",   "crue",   "cudge",  "dia",   "disembowe", "disheve", "drive", "due",     "ename",
  "equa",     "fue",    "funne",  "gambo", "grave",     "grove",   "grue",  "impane",  "imperi",
  "initia",   "jewe",   "labe",   "leve",  "libe",      "marsha",  "marve", "mode",    "pane",
  "parce",    "peda",   "penci",  "pumme", "quarre",    "rave",    "refue", "remode",  "reve",
  "riva",     "shove",  "shrive", "signa", "snive",     "snorke",  "spira", "squirre", "stenci",
  "swive",    "tasse",  "tota",   "towe",  "tramme",    "trave",   "tria",  "tunne",   "wease",
  "yode",     NULL,
};
static const char *const l_prefixes[] = { "", "mis", "out", "re", "un", NULL };
static const char *const l_endings[] = {
  "ed",  "er",   "ers", "est", "ing", "ingly", "ings",
  "ist", "ists", "or",  "ors", "ous", "ously", NULL,
};

/* -ise → -ize after any stem of three letters or more but these. */
static const char *const ise_endings[] = {
  "e",      "ed",      "er",        "ers",   "es",     "ing",  "able",  "ably", "ation",
  "ations", "ational", "ationally", "ement", "ements", "ance", "ingly", NULL,
};
static const char *const never_ize[] = {
  "adv",      "advert",   "appr",    "appra",   "bru",    "ceri",    "chast",  "chem",
  "circumc",  "compr",    "comprom", "conc",    "cru",    "dem",     "den",    "desp",
  "dev",      "disgu",    "elo",     "enterpr", "exc",    "exerc",   "expert", "franch",
  "hollanda", "improv",   "inc",     "lia",     "lou",    "mala",    "marqu",  "mayonna",
  "merchand", "moonr",    "mort",    "parad",   "polona", "porpo",   "pra",    "prec",
  "prem",     "prom",     "repr",    "rev",     "sunr",   "superv",  "surm",   "surpr",
  "telev",    "torto",    "treat",   "trell",   "turquo", "upr",     "val",    "unprom",
  "unsurpr",  "reapprai", "reappra", "readv",   "outgu",  "overrai", "upra",   "fundra",
  "metropol", "franco",   "bla",     NULL,
};

typedef struct {
  const char *british; /* the word's beginning; all of it where it ends in $ */
  const char *american;
} Change;

/* In this order; a word may meet several: "anaesthetise". */
/* clang-format off */
static const Change changes[] = {
  { "accoutre", "accouter" },     { "aeon", "eon" },              { "aerogramme", "aerogram" },
  { "aeroplane", "airplane" },    { "aesthet", "esthet" },        { "aetiolog", "etiolog" },
  { "ageing$", "aging" },         { "almanack", "almanac" },      { "aluminium", "aluminum" },
  { "anaem", "anem" },            { "anaesth", "anesth" },        { "appal$", "appall" },
  { "appals$", "appalls" },       { "archaeolog", "archeolog" },  { "artefact", "artifact" },
  { "axe$", "ax" },               { "bannister", "banister" },    { "battleaxe$", "battleax" },
  { "baulk", "balk" },            { "behove", "behoove" },        { "bevvies$", "bevies" },
  { "bevvy$", "bevy" },           { "biass", "bias" },            { "bingeing$", "binging" },
  { "bougainvillaea", "bougainvillea" },                          { "busses$", "buses" },
  { "bussing$", "busing" },       { "caesarean", "cesarean" },    { "calliper", "caliper" },
  { "callisthenic", "calisthenic" },
  { "cancelation", "cancellation" },                              { "centigramme", "centigram" },
  { "chequer", "checker" },       { "cheque", "check" },          { "chilli$", "chili" },
  { "chimaera", "chimera" },      { "clarinettist", "clarinetist" },
  { "connexion", "connection" },  { "cosier", "cozier" },         { "cosiest", "coziest" },
  { "cosies$", "cozies" },        { "cosily$", "cozily" },        { "cosiness$", "coziness" },
  { "cosy$", "cozy" },            { "edoema", "edema" },          { "councillor", "councilor" },
  { "crenelated", "crenellated" },                                { "cypher", "cipher" },
  { "defenc", "defens" },         { "diarrhoea", "diarrhea" },    { "disc$", "disk" },
  { "discs$", "disks" },          { "distil$", "distill" },       { "distils$", "distills" },
  { "draught", "draft" },         { "encyclopaed", "encycloped" },
  { "enrol$", "enroll" },         { "enrols$", "enrolls" },       { "enrolment", "enrollment" },
  { "enthral$", "enthrall" },     { "enthrals$", "enthralls" },   { "epaulette", "epaulet" },
  { "faec", "fec" },              { "fillet", "filet" },          { "flautist", "flutist" },
  { "foet", "fet" },              { "fulfil$", "fulfill" },       { "fulfils$", "fulfills" },
  { "fulfilment", "fulfillment" },                                { "gage$", "gauge" },
  { "gaged$", "gauged" },         { "gages$", "gauges" },         { "gaging$", "gauging" },
  { "gaol", "jail" },             { "gasses$", "gases" },         { "gips", "gyps" },
  { "glamor$", "glamour" },       { "glueing$", "gluing" },       { "gonorrhoea", "gonorrhea" },
  { "gramme$", "gram" },          { "grammes$", "grams" },        { "grey$", "gray" },
  { "greyed$", "grayed" },        { "greying$", "graying" },      { "greyish$", "grayish" },
  { "greyness$", "grayness" },    { "greys$", "grays" },          { "groyne", "groin" },
  { "gryphon", "griffin" },       { "gynaec", "gynec" },          { "haem", "hem" },
  { "homoeo", "homeo" },          { "inflexion", "inflection" },  { "instal$", "install" },
  { "instals$", "installs" },     { "instalment", "installment" },
  { "instil$", "instill" },       { "instils$", "instills" },     { "jewellery$", "jewelry" },
  { "judgement", "judgment" },    { "kilogramme", "kilogram" },   { "leukaem", "leukem" },
  { "licenc", "licens" },         { "likeable", "likable" },      { "manoeuvra", "maneuvera" },
  { "manoeuv", "maneuv" },        { "mediaeval", "medieval" },    { "milligramme", "milligram" },
  { "minibusses$", "minibuses" }, { "misspelt$", "misspelled" },  { "mould", "mold" },
  { "moult", "molt" },            { "moustach", "mustach" },      { "oedema", "edema" },
  { "oesoph", "esoph" },          { "oestr", "estr" },            { "offence", "offense" },
  { "omelette", "omelet" },       { "orthopaed", "orthoped" },    { "outmanoeuv", "outmaneuv" },
  { "paed", "ped" },              { "palaeo", "paleo" },
  { "pharmacopoei", "pharmacopei" },                              { "philtre", "filter" },
  { "phoney", "phony" },          { "plough", "plow" },           { "pouffe", "pouf" },
  { "practis", "practic" },       { "praesid", "presid" },        { "pretence", "pretense" },
  { "primaeval", "primeval" },    { "programme$", "program" },    { "programmes$", "programs" },
  { "pyjama", "pajama" },         { "pzazz", "pizzazz" },         { "remould", "remold" },
  { "sceptic", "skeptic" },       { "sheikh$", "sheik" },         { "smoulder", "smolder" },
  { "snowplough", "snowplow" },   { "storey$", "story" },         { "storeys$", "stories" },
  { "sulph", "sulf" },            { "syphon", "siphon" },         { "tonne$", "ton" },
  { "tonnes$", "tons" },          { "toxaem", "toxem" },          { "tranquilli", "tranquili" },
  { "travelog$", "travelogue" },  { "travelogs$", "travelogues" },
  { "tyre$", "tire" },            { "tyres$", "tires" },          { "videodisc", "videodisk" },
  { "waggon", "wagon" },          { "woollen", "woolen" },        { "woollies$", "woolies" },
  { "woolly$", "wooly" },         { "worshipp", "worship" },      { "yoghourt", "yogurt" },
  { "yoghurt", "yogurt" },
};
/* clang-format on */

/* How much of @word @prefixes and then @stems make up, if @rest follows there; else 0. */
static gsize
match_stem (const char *word, const char *const *prefixes, const char *const *stems,
            const char *rest)
{
  for (; *prefixes != NULL; prefixes++)
    for (gsize i = 0, p = strlen (*prefixes); strncmp (word, *prefixes, p) == 0 && stems[i]; i++)
      {
        gsize n = p + strlen (stems[i]);

        if (word[p] == stems[i][0] && g_str_has_prefix (word + p, stems[i]) &&
            g_str_has_prefix (word + n, rest))
          return n;
      }
  return 0;
}

static void
change_beginning (GString *word)
{
  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      const char *british = changes[i].british;
      gsize n;

      if (british[0] != word->str[0])
        continue;
      n = strcspn (british, "$");
      if (strncmp (word->str, british, n) != 0 || (british[n] == '$' && word->len != n))
        continue;
      g_string_erase (word, 0, (gssize) n);
      g_string_prepend (word, changes[i].american);
      return;
    }
}

static void
change_our (GString *word)
{
  gsize n = strstr (word->str, "our") == NULL
                ? 0
                : match_stem (word->str, our_prefixes, our_stems, "our");

  if (n > 0)
    g_string_erase (word, (gssize) n + 1, 1);
}

static void
change_re (GString *word)
{
  gsize n;

  if (strstr (word->str, "re") == NULL && !g_str_has_suffix (word->str, "ring") &&
      !g_str_has_suffix (word->str, "rings"))
    return;
  n = match_stem (word->str, re_prefixes, re_stems, "r");
  if (n == 0)
    return;
  if (g_str_equal (word->str + n, "red") || g_str_equal (word->str + n, "ring") ||
      g_str_equal (word->str + n, "rings"))
    g_string_insert_c (word, (gssize) n, 'e');
  else if (g_str_has_prefix (word->str + n, "re"))
    memcpy (word->str + n, "er", 2);
}

static void
change_ll (GString *word)
{
  gsize n = strstr (word->str, "ll") == NULL ? 0
                                             : match_stem (word->str, l_prefixes, l_stems, "ll");

  if (n > 0 && g_strv_contains (l_endings, word->str + n + 2))
    g_string_erase (word, (gssize) n, 1);
}

static void
change_ise (GString *word)
{
  char *is = g_strrstr (word->str, "is");
  g_autofree char *stem = NULL;

  if (is == NULL || is - word->str < 3 || !g_strv_contains (ise_endings, is + 2))
    return;
  stem = g_strndup (word->str, (gsize) (is - word->str));
  if (!g_strv_contains (never_ize, stem) && !g_str_has_suffix (stem, "w") &&
      !g_str_has_suffix (stem, "ra") && !g_str_has_suffix (stem, "no"))
    is[1] = 'z';
}

/* analyse, breathalyser, catalysing, paralysed */
static void
change_yse (GString *word)
{
  static const char *const endings[] = { "e", "ed", "er", "ers", "es", "ing", NULL };
  char *ys = g_strrstr (word->str, "alys");

  if (ys != NULL && g_strv_contains (endings, ys + 4))
    ys[3] = 'z';
}

/* catalogue, dialogues, cataloguing */
static void
change_ogue (GString *word)
{
  static const char *const stems[] = { "anal", "catal", "dial", "epil", "monol", "prol", NULL };
  static const char *const prefixes[] = { "", NULL };
  gsize n = strstr (word->str, "ogu") == NULL ? 0
                                              : match_stem (word->str, prefixes, stems, "ogu");

  if (n == 0)
    return;
  if (g_str_equal (word->str + n, "ogue") || g_str_equal (word->str + n, "ogues"))
    g_string_erase (word, (gssize) n + 2, 2);
  else if (g_str_has_prefix (word->str + n, "ogued") || g_str_equal (word->str + n, "oguing"))
    g_string_erase (word, (gssize) n + 2, 1);
}

typedef void (*Rule) (GString *word);

void
lb_english_spelling (const char *word, gsize length, GString *out)
{
  static const Rule rules[] = {
    change_beginning, change_our, change_re, change_ll, change_ise, change_yse, change_ogue,
  };
  g_autoptr (GString) american = NULL;

  for (gsize i = 0; i < length; i++)
    if (!g_ascii_islower (word[i]) || i >= MAX_WORD)
      {
        g_string_append_len (out, word, (gssize) length);
        return;
      }
  american = g_string_new_len (word, (gssize) length);
  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    (*rules[i]) (american);
  g_string_append_len (out, american->str, (gssize) american->len);
}
