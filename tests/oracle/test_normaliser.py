"""The normalisers against PyPI's whisper-normalizer, on texts drawn here. The differences are
meant, and told in docs/MEASURING.md: spaces at the ends, symbols alone and … as no words, ’ as an
apostrophe, U+FEFF and U+00AD, spelling by rule."""

import json
import pydoc_data.topics
import re
from importlib.resources import files

from whisper_normalizer.basic import BasicTextNormalizer
from whisper_normalizer.english import EnglishTextNormalizer

PIECES = """one two three four five six seven eight nine ten eleven nineteen twenty thirty forty ninety
hundred thousand million billion o oh zero first second third fifth ninth twelfth nineteenth
twentieth hundredth millions twenties ones sixes minus negative plus dollars pounds cents cent
euro per percent and double triple point 1 2 7 10 42 3.5 2.50 1,000 007 $5 £3.20 1960s 2nd 3 rd
a half and-a-half i'm don't she's been mr. mrs. o'clock colour, organise. hello the uh um gonna
[noise] (laughs) 50% % $ . .. a1b2 café naïve won't can't 's he'd gone you'd done it's got gotta
dr st. 1s $0.07 $0.5 0 ¢7 ٣ ½ x² 1,2,3 -- ☃ _ a_b <b> İ ΑΣ Straße ŁÓDŹ «oui» ( ) [ ] < > ５％ １．５
y'all i'ma let's cause 'cause ma'am n't 't 've rock'n'roll""".split()
# Entries of the list that map a word to another word, or to markup, or the wrong way round.
SLIPS = {"archaeology", "archeological", "pummelled", "pummelling", "snowploughs", "tranquilly",
         "mhm", "mmm", "flyer / flier", "battleax"}


def test_texts_as_whisper(program, draw):
    """Numbers, money, contractions, brackets, symbols in any order."""
    ask = program("oracle-wer").ask
    oracles = {"english": EnglishTextNormalizer(), "basic": BasicTextNormalizer()}
    for _ in range(4000):
        between = draw.choice([" ", " ", " ", " '", ", ", "\n"])
        text = between.join(draw.choices(PIECES, k=draw.randint(1, 10)))
        for name, oracle in oracles.items():
            words = [word for word in oracle(text).split() if word.strip(".%$¢€£")]
            assert ask(normaliser=name, text=text)["text"].split() == words, (name, text)


def test_texts_that_once_differed(program):
    """Found by the draws above: they run every time."""
    ask = program("oracle-wer").ask
    oracle = EnglishTextNormalizer()
    for text in ("you'd been 't", "it's been 't x", "'s been't", "point \u0663 billion", "\u0663 hundred"):
        assert ask(normaliser="english", text=text)["text"].split() == oracle(text).split(), text


def test_spellings_as_the_list(program):
    """Each word of Whisper's list of British spellings."""
    ask = program("oracle-wer").ask
    words = json.loads(files("whisper_normalizer").joinpath("normalizers/english.json").read_text())
    wrong = {word: ask(normaliser="english", text=word)["text"] for word in words}
    wrong = {word: ours for word, ours in wrong.items() if ours != words[word]}
    assert len(words) > 1700
    assert set(wrong) <= SLIPS, wrong


def test_other_words_stay(program):
    """Words of Python's manual, which is American: the rules leave alone what the list does."""
    ask = program("oracle-wer").ask
    oracle = EnglishTextNormalizer()
    words = set(re.findall(r"\b[a-z]+\b", " ".join(pydoc_data.topics.topics.values()).lower()))
    assert len(words) > 2000
    wrong = {word: ask(normaliser="english", text=word)["text"] for word in words}
    wrong = [(w, ours) for w, ours in wrong.items() if ours != oracle(w).strip()]
    # British words that the list lacks ("optimisations") become American here.
    assert not [pair for pair in wrong if not re.search("is(ed|ation)", pair[0])], wrong
    assert len(wrong) < len(words) / 500


def test_meant_differences(program):
    """What differs from Whisper's own on purpose."""
    ask = program("oracle-wer").ask
    for text, ours in (
        ("don’t", "do not"),
        ("well… no", "well no"),
        ("\ufeffyes", "yes"),
        ("and then...", "and then"),
        ("tokeniser", "tokenizer"),
    ):
        assert ask(normaliser="english", text=text)["text"] == ours
        assert " ".join(EnglishTextNormalizer()(text).split()) != ours
