"""Sentence pairs with every odd character, for comparing scores with sacreBLEU."""
import random

WORDS = (
    "the a cat dog mat on is sat Haus Straße Größe ÜBER fällt naïve don't it's e-mail 3-4 a-b 1.5 "
    ".5 5. 1,000 10,5 U.S. &quot; &amp;amp; &lt;b&gt; & R&D <skipped> {x} [y] ~z `q` $5 50% #1 @me "
    "a/b \\n (c) * + = ; : < > ? ! | ^ _ „Haus“ “quote” … – — « » İstanbul ΣΑΣ ὈΔΥΣΣΕΎΣ ΣΣ' ẞ ﬁ ǅ "
    "漢字 かな 한국어 العربية १२३ １２ ４ 👍 👩‍👩‍👧 é é 0- -0 9.9.9 .,. ,-, ''' -- ..."
).split()
SPACES = [" "] * 12 + ["  ", "\t", "\u00a0", "\u2009", "\u3000", "\x0b", "\x1f", "\u0085", "\u2028"]
GLUE = ["", "", "", ".", ",", "!", "?", "-", "'", "\u200b", "\u0301", "\u00ad", "\ufeff", ".5", "3"]
CHARACTERS = [chr(c) for c in range(0x20, 0x17F)] + [
    chr(c)
    for c in (0x345, 0x37A, 0x3A3, 0x3C2, 0x3C3, 0x130, 0x131, 0x149, 0x1E9E, 0x2000, 0x2019,
              0x2028, 0x2029, 0x202F, 0x205F, 0x2160, 0x24B6, 0xFEFF, 0xFFFD, 0x1F600, 0x1D7D8,
              0x10400, 0x10FFFF, 0xE000, 0x1680, 0x180E)
]


def sentence(rng, line_ends):
    kind = rng.random()
    if kind < 0.03:
        return rng.choice(["", " ", "\t \u00a0"])
    if kind < 0.25:
        text = "".join(rng.choice(CHARACTERS) for _ in range(rng.randint(1, 40)))
    else:
        text = "".join(
            rng.choice(WORDS) + rng.choice(GLUE) + rng.choice(SPACES)
            for _ in range(rng.randint(1, 25))
        )
    if line_ends and rng.random() < 0.1:
        at = rng.randrange(len(text) + 1)
        text = text[:at] + rng.choice(["\n", "-\n", "\r\n"]) + text[at:]
    return text


def changed(rng, text, line_ends):
    """What a system might make of it: some words lost, doubled, moved or new."""
    words = text.split(" ")
    for _ in range(rng.randint(0, 4)):
        at = rng.randrange(len(words))
        edit = rng.random()
        if edit < 0.3:
            words.insert(at, rng.choice(WORDS))
        elif edit < 0.6 and len(words) > 1:
            words.pop(at)
        elif edit < 0.8:
            words[at] = rng.choice(WORDS)
        else:
            other = rng.randrange(len(words))
            words[at], words[other] = words[other], words[at]
    result = " ".join(words)
    if rng.random() < 0.1:
        result = sentence(rng, line_ends)
    return result


def corpus(seed, size, systems=1, line_ends=False):
    """(references, [hypotheses of each system])."""
    rng = random.Random(seed)
    references = [sentence(rng, line_ends) for _ in range(size)]
    outputs = [[changed(rng, text, line_ends) for text in references] for _ in range(systems)]
    return references, outputs
