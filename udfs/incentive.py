"""Who puts in, who gains and who loses under public support, and how little a sponsor must believe
to go ahead.

Two states (the project works, or fails) in present values: what each side puts in, what each gets
in either state, after claims in order of seniority; the public loan ranks with the bank's, the
guarantee covers pro rata.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bankable.udfs import cells, registry
from bankable.udfs.cells import impossible, no_answer
from bankable.udfs.registry import function

FAMILY = "Incentives"


@dataclass(frozen=True)
class Split:
    """What sponsor, lender and taxpayer put in, and what each gets where the project works and
    where it fails.
    """

    put_in: tuple[float, float, float]
    success: tuple[float, float, float]
    failure: tuple[float, float, float]
    at_risk: tuple[float, float, float]
    recovered: float  # by the bank from the project where it fails


def split(
    capex,
    debt,
    success_value,
    failure_value,
    grant,
    coverage,
    fee,
    loan_share,
    subsidised_rate,
    rate,
    first_loss=False,
) -> Split:
    """The money in and out of each side; a guarantee bears its share of the bank's shortfall, or the
    `first_loss` up to its share of the loan.
    """
    if success_value < failure_value:
        raise impossible(
            f"success_value {success_value:g} is below failure_value {failure_value:g}: the two are"
            " the wrong way round, or the project is worth more where it fails."
        )
    public_loan, bank_loan = loan_share * debt, (1 - loan_share) * debt
    equity = capex - debt - grant
    if equity < 0:
        raise impossible(
            f"debt and grant together ({debt + grant:g}) pass capex {capex:g}: leave the rest to"
            " the sponsor."
        )
    charge = fee * coverage * bank_loan
    bank_owed = bank_loan * (1 + rate)
    public_owed = public_loan * (1 + (rate if subsidised_rate is None else subsidised_rate))
    owed = bank_owed + public_owed

    def out(value: float) -> tuple[float, float, float]:
        paid = min(value, owed)
        to_bank = paid * bank_owed / owed if owed else 0.0
        short = bank_owed - to_bank
        claim = min(coverage * bank_owed, short) if first_loss else coverage * short
        return value - paid, to_bank + claim, paid - to_bank - claim

    return Split(
        (equity + charge, bank_loan, grant + public_loan - charge),
        out(success_value),
        out(failure_value),
        (
            equity + charge,
            (1 - coverage) * bank_loan,
            grant + public_loan + coverage * bank_loan - charge,
        ),
        min(failure_value, owed) * bank_owed / owed if owed else 0.0,
    )


def lender_side(sides: Split, coverage, rate, first_loss) -> tuple[float, float]:
    """(the bank's loss where the project fails, the probability of success from which it lends).

    What a guarantee covers earns its funding alone: the interest over it is the bank's for its own part.
    """
    lent = sides.put_in[1]
    short = max(0.0, lent - sides.recovered)
    own = (1 - coverage) * lent
    loss = max(0.0, own - sides.recovered) if first_loss else (1 - coverage) * short
    gain = max(0.0, own * rate)
    return loss, loss / (loss + gain) if loss > 0 else 0.0


PARAMS = {
    "capex": cells.number("cost of the project", low=0, above=True),
    "debt": cells.amount("all debt, public loan included", low=0),
    "success_value": cells.amount("worth of the project where it works", low=0),
    "failure_value": cells.amount("worth of the project where it fails", low=0),
    "probability": cells.probability("probability that it works"),
    "grant": cells.amount("public grant", low=0),
    "coverage": cells.probability("share of the bank's loan that is guaranteed"),
    "fee": cells.probability("guarantee fee at the start, as a share of the guaranteed amount"),
    "loan_share": cells.probability("share of the debt lent by the government"),
    "subsidised_rate": cells.rate(
        "interest on the public loan over its life; as the bank's where left out",
        low=-0.5,
        high=10.0,
    ),
    "rate": cells.rate("interest on the bank's loan over its life", low=-0.5, high=10.0),
    "first_loss": cells.switch(
        "TRUE: the guarantee bears the first loss, up to its share of the loan; FALSE: its share of any"
        " loss"
    ),
}
SIDE_BY_SIDE = PARAMS | {
    "grant": cells.series(
        "public grant; a range compares supports, one block beneath the other", low=0
    ),
    "coverage": cells.series(
        "share of the bank's loan that is guaranteed, one number or a range as grant", low=0, high=1
    ),
    "loan_share": cells.series(
        "share of the debt lent by the government, one number or a range as grant", low=0, high=1
    ),
}
PARTIES = ("sponsor", "lender", "taxpayer")


@function(
    FAMILY,
    "Who bears the loss and who keeps the gain?",
    registry.block(
        "heading row, then sponsor, lender, taxpayer and project: money at risk, gain if it works,"
        " loss if it fails, expected value"
    ),
    **SIDE_BY_SIDE,
)
def SUPPORT_SPLIT(
    capex,
    debt,
    success_value,
    failure_value,
    probability,
    grant=0.0,
    coverage=0.0,
    fee=0.0,
    loan_share=0.0,
    subsidised_rate=None,
    rate=0.0,
    first_loss=False,
):
    """Money at risk, gain, loss and expected value of sponsor, lender and taxpayer under a support.

    Equation
    --------
    gain = received where it works - put in; loss = put in - received where it fails; expected = p gain - (1 - p) loss

    Conventions
    -----------
    Present values, two states. Debt is paid before the sponsor, public and bank loans side by side;
    the guarantee pays its share of the bank's shortfall, or with first_loss the whole of it up to its
    share of the loan. Gains add up to success_value - capex,
    losses to capex - failure_value. A negative loss is a gain. Ranges of grant, coverage and
    loan_share compare supports: the blocks stand one beneath the other, each with its heading row.

    Errors
    ------
    #NUM! where debt and grant pass the cost, or success_value is below failure_value (the two
    outcomes swapped); #VALUE! for ranges of unequal length.

    Source
    ------
    The argument against badly built support put as arithmetic; guarantee pro rata as in Mody and
    Patro (1995).

    See also
    --------
    BREAKEVEN_BELIEF

    Examples
    --------
    A grant of 10 to a project of 100 with 60 of debt, worth 160 or 30:

    >>> for row in SUPPORT_SPLIT(100, 60, 160, 30, 0.5, 10):
    ...     print(row)
    ['party', 'at risk', 'gain', 'loss', 'expected']
    ['sponsor', 30.0, 70.0, 30.0, 20.0]
    ['lender', 60.0, 0.0, 30.0, -15.0]
    ['taxpayer', 10.0, -10.0, 10.0, -10.0]
    ['project', 100.0, 60.0, 70.0, -5.0]
    """
    cells.same_length(grant=grant, coverage=coverage, loan_share=loan_share)
    rows: list[list[object]] = []
    for one_grant, one_coverage, one_share in np.broadcast(grant, coverage, loan_share):
        support = (float(one_grant), float(one_coverage), fee, float(one_share))
        terms = (*support, subsidised_rate, rate, first_loss)
        sides = split(capex, debt, success_value, failure_value, *terms)
        rows += _split_rows(sides, capex, success_value, failure_value, probability)
    return rows


def _split_rows(
    sides: Split, capex: float, success_value: float, failure_value: float, probability: float
) -> list[list[object]]:
    """Heading row, the three parties and the project."""
    rows: list[list[object]] = [["party", "at risk", "gain", "loss", "expected"]]
    for i, party in enumerate(PARTIES):
        gain, loss = sides.success[i] - sides.put_in[i], sides.put_in[i] - sides.failure[i]
        rows.append(
            [party, sides.at_risk[i], gain, loss, probability * gain - (1 - probability) * loss]
        )
    gain, loss = success_value - capex, capex - failure_value
    return [
        *rows,
        ["project", float(capex), gain, loss, probability * gain - (1 - probability) * loss],
    ]


@function(
    FAMILY,
    "How little must the sponsor believe in it?",
    registry.figures(
        "probabilities; 1 or 0 for whether the sponsor goes ahead, and whether the project is worth"
        " it, at the probability given; the probability from which the bank lends, and its loss",
        "belief",
        "efficient",
        "goes_ahead",
        "worth_it",
        "lender",
        "lender_loss",
    ),
    **PARAMS,
)
def BREAKEVEN_BELIEF(
    capex,
    debt,
    success_value,
    failure_value,
    probability,
    grant=0.0,
    coverage=0.0,
    fee=0.0,
    loan_share=0.0,
    subsidised_rate=None,
    rate=0.0,
    first_loss=False,
):
    """Lowest probability of success at which the sponsor still goes ahead, beside the one at which
    the project is worth its cost, and the one from which the bank lends.

    Equation
    --------
    p* = (sponsor's money - his payoff in failure) / (his payoff in success - his payoff in failure);
    efficient = (capex - failure value) / (success value - failure value)
    lender = loss / (loss + gain): gain = (1 - coverage) bank loan x rate, loss = (1 - coverage) shortfall of
    its loan, or with first_loss what the shortfall passes coverage x bank loan by

    Conventions
    -----------
    As SUPPORT_SPLIT. efficient is blank where the project costs more than it is worth even if it
    works, and 0 where failure itself is worth the cost. Compare tools at equal public cost: the gap
    between the two beliefs is the case against badly built support as one number. Which tool has
    the largest gap depends on the deal. The lender's rate is what it earns over its funding; the
    guaranteed part earns the funding alone. A guarantee pari passu therefore leaves the bank's threshold
    where it was and cuts its loss: the bank still screens. A first-loss guarantee lowers the threshold,
    to nil where it bears the whole shortfall.

    Errors
    ------
    #N/A where no probability makes the sponsor go ahead; #NUM! where debt and grant pass the cost,
    or success_value is not above failure_value.

    Source
    ------
    The sponsor's participation constraint; Jensen and Meckling (1976) on the incentives of owners
    with little at stake.

    See also
    --------
    SUPPORT_SPLIT

    Examples
    --------
    >>> [round(figure, 2) for figure in BREAKEVEN_BELIEF(100, 60, 160, 30, 0.5)]
    [0.4, 0.54, 1.0, 0.0, 1.0, 30.0]

    A bank that earns 10 over its loan of 60, half of it guaranteed pari passu, or for the first loss:

    >>> for first_loss in (False, True):
    ...     found = BREAKEVEN_BELIEF(100, 60, 160, 30, 0.5, coverage=0.5, rate=1/6, first_loss=first_loss)
    ...     print([round(figure, 2) for figure in found[4:]])
    [0.75, 15.0]
    [0.0, 0.0]
    """
    sides = split(
        capex,
        debt,
        success_value,
        failure_value,
        grant,
        coverage,
        fee,
        loan_share,
        subsidised_rate,
        rate,
        first_loss,
    )
    if success_value <= failure_value:
        raise impossible(
            "success_value is not above failure_value: there is nothing to believe in."
        )
    money, works, fails = sides.put_in[0], sides.success[0], sides.failure[0]
    if works < money:
        raise no_answer(
            "success_value leaves the sponsor less than he puts in: no probability makes him go"
            " ahead."
        )
    belief = max(0.0, (money - fails) / (works - fails)) if works > fails else 0.0
    efficient = max(0.0, (capex - failure_value) / (success_value - failure_value))
    worth_it = float(probability >= efficient)
    lender_loss, lender = lender_side(sides, coverage, rate, first_loss)
    return (
        belief,
        efficient if efficient <= 1 else math.nan,
        float(probability >= belief),
        worth_it,
        lender,
        lender_loss,
    )
