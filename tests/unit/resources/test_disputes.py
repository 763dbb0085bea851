"""Who disputes whom, and chains of disputes, from plain values."""

from partage.resources.pages.term_texts import TermText
from partage.resources.pictures.disputes import Dispute, DisputeSide, quarrels, rebuttals, speakers


def side(name: str, *who: str) -> DisputeSide:
    return DisputeSide(
        TermText(name, name=f"claim/{name}"), tuple(TermText(one, name=one) for one in who)
    )


PAPER, BANK, NETWORK = side("c1", "paper"), side("c2", "bank"), side("c3", "network")
DENIED = Dispute(BANK, PAPER, in_logic=True)
REBUTTED = Dispute(NETWORK, BANK, in_logic=False)


def test_quarrels_count_each_pair_of_speakers_and_those_in_logic() -> None:
    again = Dispute(side("c4", "bank"), PAPER, in_logic=False)
    found = quarrels([DENIED, REBUTTED, again])
    told = [(q.by.text, q.of.text, q.disputes, q.in_logic, q.first) for q in found]
    assert told == [("bank", "paper", 2, 1, "c2-c1"), ("network", "bank", 1, 0, "c3-c2")]


def test_who_takes_part_on_both_sides_is_counted_once_a_dispute() -> None:
    own = Dispute(side("c5", "bank"), BANK, in_logic=False)
    assert {who.text: n for who, n in speakers([DENIED, own]).items()} == {"bank": 2, "paper": 1}


def test_a_rebuttal_hangs_below_the_dispute_that_it_answers() -> None:
    (tree,) = rebuttals([REBUTTED, DENIED])
    assert (tree.side, tree.depth) == (PAPER, 2)
    (answer,) = tree.answers
    assert (answer.side, answer.in_logic) == (BANK, True)
    assert [below.side for below in answer.answers] == [NETWORK]


def test_a_dispute_that_nobody_answers_is_no_rebuttal() -> None:
    assert rebuttals([DENIED]) == ()


def test_claims_that_dispute_each_other_do_not_go_round_for_ever() -> None:
    back = Dispute(BANK, NETWORK, in_logic=False)
    (tree,) = rebuttals([DENIED, REBUTTED, back])
    assert tree.depth == 2
