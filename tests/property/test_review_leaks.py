# SPDX-License-Identifier: Apache-2.0
"""What was withheld is found however it is dressed up, and what says something else is left alone (A-9)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ruleout.accountability.reviews.leaks import How, Span, find_leaks, texts_of
from ruleout.accountability.reviews.words import words_of

SECRETS = (
    "The access classifier was switched off for nine days in April on one vendor's platform.",
    "Elicitation by the red team doubled the score of the withheld biology benchmark within a week.",
    "An insider copied three checkpoints to an unmonitored bucket before anybody noticed.",
    "The board was told of the missed evaluation only after the model had been deployed to customers.",
    "Filtering failed open whenever the moderation queue held over four thousand messages.",
)
PUBLIC = (
    "Access to the model is filtered by a classifier. The residual risk of misuse in biology is low.",
    "The board approved the report. The model was deployed in spring; an evaluation of biology was run.",
)
UNRELATED = (
    "The report is careful, and we agree with its conclusion on misuse.",
    "We would have liked to see the raw scores of each task, and how tasks were chosen.",
    "The argument from today's classifiers does not carry over to models that are trained next year.",
    "On balance the evidence is thin: one benchmark of sixty tasks, with no check for sandbagging.",
    "We recommend that evaluations be run again before each deployment, and that the board be told at once.",
    "The access that we were given was sufficient. Nine sections were shown to us, in April and in May.",
    "Whoever reads the public version can judge most conclusions, but not that on automated research.",
    "In four of ten cases the developer's own grading was more lenient than ours.",
)
LOOK_ALIKE = str.maketrans("aeopcxyi", "аеорсхуі")
LEET = str.maketrans("lo", "10")
SMALL_CAPITALS = str.maketrans("abcdeghijklmnoprtuvwyz", "ᴀʙᴄᴅᴇɢʜɪᴊᴋʟᴍɴᴏᴘʀᴛᴜᴠᴡʏᴢ")
FILLER = "to be clear, and as we have said, this we say again: "


def spaced_out(text: str) -> str:
    return " ".join(text)


def in_new_sentences(text: str) -> str:
    words = text.rstrip(".").split()
    return ". ".join(" ".join(words[at : at + 4]).capitalize() for at in range(0, len(words), 4)) + "."


def with_filler(text: str) -> str:
    words = text.split()
    return " ".join(word + (f" ({FILLER})" if at % 5 == 2 else "") for at, word in enumerate(words))


DISGUISES = {
    "as it is": str,
    "upper case": str.upper,
    "full width": lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
    "look-alike letters": lambda text: text.translate(LOOK_ALIKE),
    "accents": lambda text: "".join(c + "\u0301" if c in "aeiou" else c for c in text),
    "invisible characters": "\u200b".join,
    "soft hyphens": lambda text: text.replace("ss", "s\u00ads"),
    "letters apart": spaced_out,
    "no spaces": lambda text: text.replace(" ", ""),
    "hyphens for spaces": lambda text: text.replace(" ", "-"),
    "underscores": lambda text: text.replace(" ", "_"),
    "line breaks": lambda text: text.replace(" ", "\n"),
    "digits for letters": lambda text: text.translate(LEET),
    "one for i": lambda text: text.replace("i", "1"),
    "capital i for l": lambda text: text.replace("l", "I"),
    "bars for l": lambda text: text.replace("l", "|"),
    "small capitals": lambda text: text.translate(SMALL_CAPITALS),
    "letters in circles": lambda text: "".join(chr(0x1F150 + ord(c) - 97) if "a" <= c <= "z" else c for c in text),
    "odd spaces": lambda text: text.replace(" ", "\u2003\t\u00a0"),
    "enclosing marks": lambda text: "".join(c + "\u20dd" if c == "e" else c for c in text),
    "split across sentences": in_new_sentences,
    "filler between": with_filler,
    "quotes": lambda text: f"«{text}»",
    "two thirds of it": lambda text: text[: len(text) * 2 // 3],
}


def found(answer: str, *secrets: str, public: tuple[str, ...] = PUBLIC) -> set[str]:
    spans = [Span(place=secret, text=secret) for secret in secrets]
    return {leak.withheld for leak in find_leaks([Span(place="a", text=answer)], spans, public).leaks}


@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize("secret", SECRETS)
def test_a_planted_sentence_is_found_in_each_disguise(secret, disguise):
    """Each dress, each sentence, with other text on both sides; and no other secret is named."""
    answer = f"{UNRELATED[0]} {DISGUISES[disguise](secret)} {UNRELATED[1]}"

    assert found(answer, *SECRETS) == {secret}


@given(
    st.sampled_from(SECRETS),
    st.lists(
        st.sampled_from(sorted(set(DISGUISES) - {"two thirds of it", "letters apart", "filler between"})), max_size=3
    ),
    st.lists(st.sampled_from(UNRELATED), max_size=4),
    st.lists(st.sampled_from(UNRELATED), max_size=4),
)
def test_disguises_may_be_worn_over_one_another(secret, disguises, before, after):
    """Several dresses at once, anywhere in a longer text."""
    text = secret
    for name in disguises:
        text = DISGUISES[name](text)

    assert found(" ".join([*before, text, *after]), *SECRETS) == {secret}


@given(st.lists(st.sampled_from(UNRELATED + PUBLIC), min_size=1, max_size=10), st.randoms())
def test_what_says_something_else_is_no_leak(sentences, rng):
    """Sentences about the same report, in any order and mixture, give no false alarm; nor does what is public."""
    rng.shuffle(sentences)

    assert found(" ".join(sentences), *SECRETS) == set()


def test_a_sentence_of_a_long_passage_is_found_with_filler_and_gaps():
    """Three in five of one sentence's words in order are enough, whatever else the withheld passage says."""
    passage = " ".join(SECRETS)
    told = "Access, we hear, by that classifier: switched, then off, for days, nine of them; on a vendor it was."

    assert found(told, passage) == {passage}


@given(st.text(max_size=400))
def test_any_text_is_read(text):
    """No text makes the check fail, and the space around it says nothing."""
    check = find_leaks([Span(place="a", text=text)], [Span(place="s", text=secret) for secret in SECRETS])

    assert check.searched == len(SECRETS)
    assert words_of(text) == words_of(f"  {text}\n")


@given(st.text(alphabet="abcdefgh ijklmnop", min_size=1, max_size=60))
def test_a_text_found_is_found_in_what_holds_it(text):
    """Whatever can be looked for at all is found when it stands in an answer as it is."""
    check = find_leaks([Span(place="a", text=f"Before: {text}; after.")], [Span(place="s", text=text)])

    assert bool(check.leaks) == (check.searched == 1)


@pytest.mark.parametrize(
    "answer",
    [
        "Some 4217 prompts went through.",
        "Some 4,217 prompts",
        "Some 4 217 prompts",
        "Some 4.217 prompts",
        "Some four thousand two hundred and seventeen prompts",
        "Some ４２１７ prompts",
        "The bar was passed by 37 per cent",
        "thirty-seven percent",
        "0.37 of them",
        "37.0 %",
    ],
)
def test_a_figure_is_found_however_it_is_written(answer):
    """Separators, words, full-width digits, shares and percentages."""
    secret = "In 4,217 of 90,000 prompts nothing was filtered, so that 37 % passed."

    assert found(answer, secret) == {secret}


@pytest.mark.parametrize(
    ("cell", "answer"),
    [
        ("0.0766", "a bound of 0.0766"),
        ("0.0766", "a bound of 7.66 %"),
        ("0.0766", "about 7.7 per cent"),
        ("0.0766", "bound: 0 . 0 7 6 6 or, put otherwise, 7.66\n%"),
        ("41.73", "it took 41.73 hours"),
        ("41.73", "it took ４１.７３ hours"),
        ("4217", "some 4,220 prompts"),
        ("12 of 60", "It solved 12 of 60."),
        ("12 of 60", "It solved twelve out of sixty."),
    ],
)
def test_a_figure_of_a_hidden_cell_is_found_as_it_is_or_rounded(cell, answer):
    """Alone where it has three digits, with its neighbour where it has two, rounded to what still tells."""
    assert found(answer, cell) == {cell}


def test_a_figure_is_not_excused_by_digits_within_codes_and_days():
    """A public digest, id or day that happens to hold the same digits gives nothing away."""
    public = ("sha256 ab4217cd and id f4217ee, run-4217a8, of 2026-04-21",)

    assert found("Some 4217 prompts.", "4217 prompts", public=public) == {"4217 prompts"}


def test_days_and_ids_of_a_withheld_text_raise_no_alarm():
    """What is recorded in confidence names days and entries; another text of the same day, or of the entry, tells nothing."""
    secret = "Opened on 2026-11-02T12:00:00Z, on 14 April and in November 2026, under case/d12b267057de/evidence/330e76fc31d3."
    answer = "Read on 2026-11-14, in November 2026; see x/d12b267057de/y, on 14 April and 2 November."

    assert found(answer, secret) == set()


def test_what_is_public_excuses_a_run_and_not_the_whole_of_a_span():
    """A withheld text that shares letters with a public one is still found by the rest of it."""
    secret = "accesstothemodelisfilteredbyaclassifier exceptthatitwasswitchedoffforsomedaysinapril"

    assert found("except that it was switched off for some days in april", secret) == {secret}
    assert found("access to the model is filtered by a classifier", secret) == set()


def test_figures_that_say_little_are_left_alone():
    """A year, a single digit, a round thousand, or a figure that the public text gives is no leak."""
    secret = "In 2027 three of 5,000 prompts passed the 3 filters of 1,234 kinds."

    assert (
        found("In 2027 we read 3 drafts of 5000 words on 1234 pages.", secret, public=("1,234 kinds are listed.",))
        == set()
    )


def test_short_spans_are_found_whole_or_named_as_not_looked_for():
    """A code name is found; a yes or a digit cannot be looked for, and the result says where it stands."""
    spans = [Span(place="name", text="Nightjar"), Span(place="answer", text="yes"), Span(place="count", text="7")]
    check = find_leaks([Span(place="a", text="yes, NIGHTJAR had 7")], spans)

    assert [(leak.withheld, leak.how) for leak in check.leaks] == [("name", How.WORDS)]
    assert (1, ("answer", "count")) == (check.searched, check.unsearched)


def test_a_paraphrase_is_not_found():
    """The limit that the manual names: other words for the same thing need a reader."""
    assert found("For over a week this spring, nothing guarded the partner's endpoint.", *SECRETS) == set()


def test_a_leak_holds_no_word_of_the_secret():
    """What is reported are two places and a way; the secret stays where it is."""
    (leak,) = find_leaks([Span(place="a", text=SECRETS[0])], [Span(place="s", text=SECRETS[0])]).leaks

    assert ("a", "s") == (leak.answer, leak.withheld)
    assert not any(word in repr(leak) for word in ("classifier", "switched", "April"))


def test_every_text_of_a_nested_value_is_a_span():
    """Lists and mappings are walked; flags and nothing are no texts."""
    value = {"a": ["x", {"b": 12}], "c": True, "d": None}

    assert [("a.0", "x"), ("a.1.b", "12")] == [(span.place, span.text) for span in texts_of(value)]
