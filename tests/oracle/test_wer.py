"""WER and CER against jiwer, on texts drawn here: word count, S + D + I and WER always; S, D and I
one by one where the best alignment is unique in them."""

import jiwer
import pytest

KINDS = ("substitutions", "deletions", "insertions")


def mishear(draw, said, lexicon):
    """What an engine might write: some words lost, changed, added, a stretch left out."""
    heard = []
    for word in said:
        error = draw.random()
        if error < 0.05:
            continue
        if error < 0.1:
            heard.append(draw.choice(lexicon))
            continue
        heard.append(word)
        if error > 0.95:
            heard.append(draw.choice(lexicon))
    if draw.random() < 0.2:
        start = draw.randrange(len(heard) + 1)
        del heard[start:start + draw.randrange(100)]
    return heard


def possible_counts(reference, hypothesis):
    """Every (S, D, I) that an alignment of minimum distance can have."""
    rows = [{(0, 0, j)} for j in range(len(hypothesis) + 1)]
    for i, said in enumerate(reference, 1):
        row = [{(0, i, 0)}]
        for j, heard in enumerate(hypothesis, 1):
            ways = {(s + (said != heard), d, n) for s, d, n in rows[j - 1]}
            ways |= {(s, d + 1, n) for s, d, n in rows[j]}
            ways |= {(s, d, n + 1) for s, d, n in row[j - 1]}
            least = min(map(sum, ways))
            row.append({way for way in ways if sum(way) == least})
        rows = row
    return rows[-1]


@pytest.mark.parametrize("words,times", [(6, 300), (40, 150), (300, 40), (5000, 4)])
def test_words_as_jiwer(program, draw, words, times):
    """Texts of a few words to thousands, of few and of many different words."""
    wer = program("oracle-wer")
    unique = 0
    for _ in range(times):
        lexicon = [f"w{i}" for i in range(draw.choice([2, 5, 50, 2000]))]
        said = draw.choices(lexicon, k=draw.randint(1, words))
        heard = mishear(draw, said, lexicon) or ["nothing"]
        ours = wer.ask(reference=" ".join(said), hypothesis=" ".join(heard))["wer"]
        theirs = jiwer.process_words(" ".join(said), " ".join(heard))
        counts = tuple(ours[kind] for kind in KINDS)
        assert ours["reference_words"] == len(said)
        assert sum(counts) == theirs.substitutions + theirs.deletions + theirs.insertions
        assert ours["value"] == pytest.approx(theirs.wer, abs=1e-12)
        assert ours["matches"] + ours["substitutions"] + ours["deletions"] == len(said)
        if words <= 40:
            possible = possible_counts(said, heard)
            assert counts in possible
            if len(possible) == 1:
                unique += 1
                assert counts == (theirs.substitutions, theirs.deletions, theirs.insertions)
    assert words > 40 or unique > times / 10


def test_characters_as_jiwer(program, draw):
    """Characters of several scripts, spaces among them."""
    wer = program("oracle-wer")
    letters = "abc é日本語 ж"
    for _ in range(200):
        said = " ".join("".join(draw.choices(letters, k=draw.randint(1, 120))).split()) or "a"
        heard = " ".join("".join(c for c in said if draw.random() > 0.1).split()) or "b"
        ours = wer.ask(reference=said, hypothesis=heard)["cer"]
        assert ours["value"] == pytest.approx(jiwer.cer(said, heard), abs=1e-12)
        assert ours["reference_words"] == len(said)


def test_alignment_spells_both_texts(program, draw):
    """The runs of the alignment, put together, are the two texts; their numbers are the counts."""
    wer = program("oracle-wer")
    for _ in range(100):
        said = draw.choices("abcdefgh", k=draw.randint(1, 200))
        heard = mishear(draw, said, "abcdefgh")
        answer = wer.ask(reference=" ".join(said), hypothesis=" ".join(heard))
        runs = answer["alignment"]
        assert " ".join(" ".join(run["reference"] for run in runs).split()) == " ".join(said)
        assert " ".join(" ".join(run["hypothesis"] for run in runs).split()) == " ".join(heard)
        counts = {"equal": 0, "substitute": 0, "delete": 0, "insert": 0}
        for run in runs:
            counts[run["op"]] += max(len(run["reference"].split()), len(run["hypothesis"].split()))
        keys = ("matches", *KINDS)
        for op, key in zip(("equal", "substitute", "delete", "insert"), keys, strict=True):
            assert counts[op] == answer["wer"][key]
