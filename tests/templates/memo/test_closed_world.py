"""Whole memos read paragraph by paragraph: each is one of the sentences below, written here from the words
alone, and what the figures in it stand for is as reckoned by hand.

`#` stands for a printed figure, `@` for a name or a text that a person typed; places left to be written are
taken out before.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import pytest

from bankable.templates import deal_file
from bankable.templates.comparison import compare, tied_out
from bankable.templates.deal_file import SourcedDeal
from bankable.templates.memo import write
from tests.udfs.test_by_hand import reckoned

FIGURE = r"\(?\$?\d[\d,]*(?:\.\d+)?[%x]?\)?"
LEFT_OPEN = re.compile(r" ?\[To be written: [^\]]*\]")

SENTENCES = (
    # first page
    "@. Buyer: @. Date of submission:",
    "Credit memorandum: @",
    "(The contract or the plant. |)Debt that secured revenue carries, of total uses: @ # on its own contract and"
    " # on that of @; @ # on its own and # on that of @.",
    "What would cure it. @ fails # tests? on its own contract, # tests? on that of @ (first: @); with that"
    " contract a guarantee of # would cure the rest. (With # years? of public offtake at a fixed price and a #"
    " guarantee, the cheapest pair of the grid, @ passes (the tests that @ passes|every credit test) with a"
    " sponsor who (stays away|goes ahead) (# expected, #"
    " asked), at an expected public cost of #m (#m with the goods at the market price, #m if they are worth"
    " nothing) and #m of budget authority, the loan as asked.|No pair of offtake years and coverage on the grid"
    " makes @ pass every credit test.) (No mix of offtake, guarantee and government loan was found that passes"
    " and|The least-cost mix found that passes and) brings the # that its sponsor asks, the loan as"
    " asked(: # years? of public offtake, a guarantee of #; #m of expected public cost and #m of budget"
    " authority|). It (stays within the present authority to commit|assumes authority to commit beyond # years,"
    " which a statute must give: multi-year contracts stop there (10 USC 3501))(; the guarantee needs an"
    " authority of its own|).",
    "Base case: lender's view of revenue (@), average DSCR #, LLCR #. Downside: delay, overrun, rate, price,"
    " demand, output and cost at once. Default as priced at close; certain where not even the contract pays.",
    "Earnings: operating cash after maintenance capital, before tax. CFADS is earnings less tax and what"
    " working capital takes, plus what it gives back when sales fall.",
    # the deal
    "The borrower is @; the buyer of its output is @.",
    "Debt is # of the budgeted uses; an overrun and what a delay costs are the sponsor's, up to #m."
    "( Beside the uses the sponsor pays| The uses hold) a debt service reserve of # months?, #m at completion"
    "( with the ramp reserve|). Equity is drawn in step with the debt."
    "( The government buys # of it at par.|) Fees: upfront #, commitment # a year.",
    "The structure uses no public support: the decision rests on the deal's own revenue and collateral.",
    "Private capital at risk is #m, of it #m the bank's own loan without guarantee"
    "(; # of private capital stands for each $ of expected public cost|). The bank's own risk is # of the debt;"
    " programmes usually leave #.",
    "Were the goods worth # their price to the buyer, not # as assumed, it would cost #m.",
    "The contract alone takes @ from # to #; all other differences together to #; the strongest other"
    " difference alone to #: the contract counts for (more|less).",
    "@ fails # tests? on its own contract, # tests? on that of @( (first: @); with that contract a guarantee of #"
    " would cure the rest.|.)",
    "@ fails # tests? without any tool. Of these each tool cures alone: public offtake #, a guarantee #, a"
    " government loan #, a grant #, less debt #.",
    "With # years? of public offtake @ fails # tests?; (a guarantee of # cures all of them|no guarantee, loan"
    " size or grant alone cures all of them).",
    "With # years?, the longest multi-year contract today (10 USC 3501), and no guarantee, which would need an"
    " act of its own, (the largest loan of @ that meets every"
    " test is # of uses over # years?|no loan of @ meets every test at any tenor).",
    "(Its promise has an expected public cost of #m; the sponsor (stays away|goes ahead): #"
    " expected against a hurdle of #|Without that loan there is no sponsor's return to tell).",
    "No promise on the grid makes @ bear as much debt as @ (# of uses), with a sponsor who goes ahead"
    "(; the most is #, borne by a promise of # years?|: none passes at any tenor).",
    "(No mix of offtake, guarantee and grant was found that does it|The least-cost mix found that does it, a"
    " grant allowed: # years? of public offtake, a guarantee of #, a grant of #m; #m of expected public cost"
    " and #m of budget authority).",
    '#m pays for # plants? like @ by expected cost under "@"; as budget authority (#m a plant) it covers # of'
    " them.( None of them is built as it stands: the sponsor earns # of the # that he asks.|)",
    'Under "@" the loan of @ fails a credit test: there is no programme to pay for.',
    'Under "@": (no tool of the government is used|no tool lacks a general authority|the offtake needs an act'
    " of its own; the guarantee needs an act of its own) (a multiyear contract reaches # years?).",
    "Primary: (cash flow from the contract with @|sales without a contract): minimum DSCR # in year #, average #.",
    "Secondary: debt service reserve of #m(; there is no contract to lose| and what the plant earns once the"
    " contract is lost in year #: minimum DSCR #).",
    "Tertiary: the plant, worth #m to another user; recovery # of the debt, loss given default #"
    "(; the guarantor pays # of the bank's loss|).",
    "Federal buyer. Payments reach the lender only by an assignment under the Assignment of Claims Act,"
    " acknowledged by the contracting officer. The government may terminate for convenience (FAR 52.249); firm"
    " years are firm as to term, not against termination (yearly probability used: #, settlement #)."
    "( An offtake beyond five years needs special authority (10 USC 3501, FAR 17.1):.|)",
    "The build takes # months? from financial close at a cost of #m before a contingency of #; (output ramps"
    " over # months?|output is full from completion). Each month of delay costs #m to hold, of which the"
    " builder's delay damages give back #m, and interest on the whole facility: #m for the sponsor. Interest"
    " during construction runs at #.",
    "A delay of # months? (takes #m more from the sponsor and leaves minimum DSCR at #|asks #m more of the"
    " sponsor than his budget, above his completion support of #m: the build stops). Completion guarantee:."
    " Longstop date:. Builder and permits:.",
    "The base rate is # and # of the loan is hedged. Base rate up by #: the whole debt costs # and minimum DSCR"
    " is #.",
    # the credit
    "DSCR (is at the # asked or above it in every year|lies below the # asked in # of # years?). On the lender's"
    " view (cash flow, reserve and held cash make every payment|the first payment is missed in year #, and #m of"
    " debt service stands unpaid at the end of the loan|the first payment is missed in year #; by the end of the"
    " loan nothing is owed).",
    "Balloon. #m falls due with the last payment and is taken as refinanced. Tested with #m left: debt yield #,"
    " loan to value #; could be refinanced: (yes|no).",
    "Met throughout, or nowhere: within the input's bounds the figure never crosses its target. Simulated"
    " probability of DSCR below one in some year: #.",
    "The sheet Sensitivity looks at another case: choose this one there and calculate to have its break-evens"
    " and rate grid in the memo.",
    "Model-implied class: (AA|A|BBB|BB|B|CCC/C|below CCC/C). The loan's default probability is # a year: the"
    " borrower's own #, and payments that cash and reserve do not make, with the contract or after its loss. The"
    " mapping takes the best class whose yearly default rate is not below that (AA #, A #, BBB #, BB #, B #,"
    " CCC/C #; S&P corporate cumulative default rates over six years, re-published at frm.midhafin.com). Loss"
    " given default is # at completion and # on average over the defaults expected, expected loss over the"
    " loan's life # of the debt.",
    "Price against loss. At the return the bank requires (the least rate that pays for the expected loss is #;"
    " the bank loan is at #, which (covers it|leaves #m of it without a price)|no rate up to # pays for the"
    " expected loss; the bank loan is at #, which leaves #m of it without a price).",
    "Regulatory risk rating indicated: (pass|special mention|substandard). Minimum DSCR # in the base case and #"
    " in the combined downside. (Rule used: pass, if every credit test is met and the combined downside still"
    " covers debt service; special mention, if the base case covers it; otherwise substandard.)",
    "Capital treatment. Bank loan #m; (guaranteed part #, with the guarantor's risk weight|no part guaranteed);"
    " uncovered part #m, as project finance.",
    "After selling costs of # and # months? to sell, recovery is # of the debt; loss given default # (floor #)."
    " Security:",
    "Policy exceptions. (Credit tests failed: @|No credit test is failed). No limit is looser than the policy of"
    " the asset class.",
    "Contract with @ signed and in force, with # firm years?.",
    "Public commitment to buy for # years? in force; budget authority of #m for it.",
    "Statute that lets the government commit for # years?: multi-year contracts stop at # years? (10 USC 3501).",
    "Authority for the (guarantee of #|government loan of #|guarantee of # and for the government loan of #)"
    " named, and (its|their) cost appropriated (sheet Authority).",
    "Guarantee of # of the bank loan issued and enforceable.",
    "Government loan of # of the debt signed, pari passu.",
    "Grant of #m awarded, with its clawback.",
    "Assignment of claims acknowledged by the contracting officer.",
    "Hedge of # of the loan in place.",
    "Equity of #m and the reserve of #m committed.",
    "Monitoring. Actual CFADS and debt service are held each year against the base case (bankable monitor): base"
    " case year one CFADS #m, debt service #m.",
    "The credit tests and figures above are the workbook's. Approval is the committee's.",
    # captions
    "Figure #. On the lender's view (@) DSCR (stays at # or above|lies below # in # of # years?)",
    "Figure #. Sculpted to its cash flow, the lender's view (@) (carries|does not carry) the debt requested",
    "Figure #. CFADS (covers debt service in every year of the loan|falls short of debt service in # of # years?)",
    "Figure #. (Minimum DSCR falls most in the scenario @|No scenario lowers minimum DSCR|In the base case"
    " already there is a year whose cash flow pays no debt service)",
    "Table #. Cash flow over the loan, lender's view (@), $m",
    "Table #. (Sources and uses to completion|Support and its cost to the taxpayer|The contract|Every scenario"
    " that reaches this case, each recalculated in full|How far each input may move|Collateral|Financial"
    " covenants|Minimum DSCR after a shock to the base rate, by share hedged)",
)


def pattern(words: str) -> re.Pattern[str]:
    """The words as an expression: brackets with a bar in them are alternatives, all others are brackets."""
    out, kinds = [], []
    for i, sign in enumerate(words):
        if sign == "(":
            kinds.append("|" in inside(words[i:]))
            out.append("(?:" if kinds[-1] else r"\(")
        elif sign == ")":
            out.append(")" if kinds.pop() else r"\)")
        elif sign == "?" and words[i - 1] == "s":
            out.append("?")
        else:
            out.append({"#": FIGURE, "@": r"(?:(?!\. ).)+?", "|": "|"}.get(sign) or re.escape(sign))
    return re.compile("".join(out))


def inside(words: str) -> str:
    """What stands in the brackets that open here, brackets within taken out."""
    depth, found = 0, ""
    for sign in words:
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if depth == 0:
            break
        found += sign if depth == 1 else ""
    return found[1:]


PATTERNS = {words: pattern(words) for words in SENTENCES}


def paragraphs(document: Any) -> Iterator[str]:
    """The body's paragraphs to the appendix, without headings and what is left to be written."""
    for paragraph in document.paragraphs:
        style = paragraph.style.name
        if style.startswith("Heading") and paragraph.text.startswith("Appendix"):
            return
        text = LEFT_OPEN.sub("", paragraph.text).strip()
        if text and not style.startswith(("Heading", "Memo Contents")):
            yield text


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Memos of a deal with every tool, one without a contract, one in a band, and a warehouse."""
    shipped = deal_file.load_shipped()
    tools = {
        "grant": 300.0,
        "public_equity": 0.3,
        "tariff": 0.2,
        "balloon": 0.3,
        "delay_months": 3,
        "hedge_ratio": 0.0,
        "government_loan_share": 0.1,
        "termination_cover": 0.5,
    }
    nothing = {"contract_years": 0, "firm_years": 0, "contract_share": 0.0}
    deals = [
        dataclasses.replace(shipped[2].deal, case_name="All tools", **tools),
        dataclasses.replace(shipped[1].deal, case_name="No contract", **nothing),
        *(
            deal_file.load(deal_file.shipped_path(name)).deal
            for name in ("factory_band", "warehouse")
        ),
    ]
    cases = [SourcedDeal(deal, {}, "") for deal in deals]
    names = [deal.case_name for deal in deals]
    book = tied_out.Filled(Path("odd.xlsx"), compare.calculated(cases), cases, names)
    folder, made = tmp_path_factory.mktemp("odd"), []
    for case in range(1, 5):
        data, _, _ = write.compose(write.opened(None, None), book, case)
        made.append(folder / f"memo-{case}.docx")
        made[-1].write_bytes(data)
    return made


def test_every_paragraph_is_one_sentence_that_is_known(memos: list[Path], odd: list[Path]) -> None:
    said = dict.fromkeys(SENTENCES, 0)
    unknown = []
    for path in (*memos, *odd):
        for text in paragraphs(docx.Document(str(path))):
            found = [words for words, one in PATTERNS.items() if one.fullmatch(text)]
            if len(found) != 1:
                unknown.append((path.name, text, found))
            for words in found:
                said[words] += 1
    assert unknown == []
    assert [words for words, times in said.items() if not times] == []


SLOTS = (
    ("Loss given default is #", "lgd", "{:.1%}"),
    ("The loan's default probability is # a year", "default_a_year", "{:.2%}"),
    ("the bank loan is at #,", "bank_rate", "{:.2%}"),
    ("Primary: cash flow from the contract with @: minimum DSCR #", "min_dscr", "{:.2f}x"),
    ("average DSCR #", "avg_dscr", "{:.2f}x"),
    ("LLCR #", "llcr", "{:.2f}x"),
    ("base case year one CFADS #m", "cfads_1", "${:,.1f}"),
    ("debt service #m.", "service_1", "${:,.1f}"),
    ("Bank loan #m", "debt", "${:,.1f}"),
)


@pytest.mark.parametrize("case", [1, 2, 3])
def test_the_figures_in_the_words_are_those_reckoned_by_hand(case: int, memos: list[Path]) -> None:
    deal = deal_file.load_shipped()[case - 1].deal
    hand = reckoned(deal)
    cover = [
        cash / due for cash, due in zip(hand["lender_cfads"], hand["debt_service"], strict=False)
    ]
    life = hand["life_default"]
    hand |= {
        "avg_dscr": sum(cover) / len(cover),
        "default_a_year": 1 - (1 - life) ** (1 / deal.tenor),
        "cfads_1": hand["lender_cfads"][0],
        "service_1": hand["debt_service"][0],
    }
    text = "\n".join(paragraphs(docx.Document(str(memos[case - 1]))))
    for words, key, form in SLOTS:
        shape = pattern(words).pattern.replace(FIGURE, f"({FIGURE})")
        found = re.search(shape, text)
        assert found is not None, words
        assert found[1] == form.format(hand[key]), (words, text)
