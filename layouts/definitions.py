"""What each metric means, in plain words: one definition, the same everywhere."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Definition:
    """
    A metric in words.

    Attributes:
        name: As every card, axis and table calls it.
        definition: One sentence.
        formula: How it is computed, in words.
        left_out: What does not count.
    """

    name: str
    definition: str
    formula: str
    left_out: str


_SALES = "Left out: cancelled orders, returns, stock corrections and lines without a price."
DEFINITIONS: dict[str, Definition] = {
    "revenue": Definition(
        "Revenue",
        "What was sold in the period, before returns.",
        "Sum over sale lines of quantity × price − discount.",
        _SALES,
    ),
    "orders": Definition(
        "Orders",
        "Orders with at least one line that was sold.",
        "Count of different order ids.",
        _SALES,
    ),
    "active_customers": Definition(
        "Active customers",
        "Known customers who ordered at least once in the period.",
        "Count of different customers with an order.",
        "Left out: orders that name no customer.",
    ),
    "average_order_value": Definition(
        "Average order value",
        "What one order brings on average.",
        "Revenue ÷ orders.",
        _SALES,
    ),
    "new_customers": Definition(
        "New customers",
        "Active customers whose first order ever lies in the period.",
        "Count of active customers whose earliest order is not before the period.",
        "Left out: orders that name no customer. Customers of before the first loaded day "
        "cannot be told from new ones.",
    ),
    "repeat_rate": Definition(
        "Repeat rate",
        "Share of active customers who ordered more than once in the period.",
        "Active customers with two or more orders ÷ active customers.",
        "Left out: orders that name no customer.",
    ),
    "return_rate": Definition(
        "Return rate",
        "Value that came back, as a share of revenue.",
        "Value of returned and cancelled lines in the period ÷ revenue of the period.",
        "A return counts on the day it came back, not on the day of its sale.",
    ),
    "lifetime_revenue": Definition(
        "Lifetime revenue per customer",
        "What an active customer has brought in all, up to the end of the period.",
        "Revenue of the active customers from their first order to the period's end ÷ "
        "active customers.",
        "Left out: orders that name no customer.",
    ),
}
SEGMENT_DEFINITIONS: dict[str, Definition] = {
    "clusters": Definition(
        "Groups of customers",
        "Customers who are alike in the chosen features, put together by K-Means.",
        "Each number is transformed and divided by its standard deviation; a customer belongs to "
        "the nearest group middle. How many groups there are: those that come back when customers "
        "are drawn anew (adjusted Rand index at least 0.8), are no smaller than 2% and tighter "
        "than copies of the data without groups; of those the clearest by silhouette.",
        "Left out: orders that name no customer, and customers without an order in the period.",
    ),
    "segment_size": Definition(
        "Members of a segment",
        "Customers of whom its rule is true, judged by all orders up to the newest one.",
        "A condition keeps customers of whom it is true alone; customers are out because of it who "
        "would be in without it. Revenue of 12 months: net revenue in the twelve months before "
        "the newest order. Revenue at risk: that times the share of customers with the same "
        "recency and frequency scores who bought nothing after an earlier snapshot.",
        "Left out: orders that name no customer. The filters of the page do not narrow a segment.",
    ),
    "rfm_segments": Definition(
        "RFM segments",
        "Known customers by how recently, how often and for how much they bought, up to the "
        "snapshot.",
        "Recency: whole days from the last order to the snapshot. Frequency: orders. Monetary "
        "value: revenue of all time. Each is scored 1 to 5 by four cuts; a score is 1 + the number "
        "of cuts below the value (recency: 5 − that number). The map names each pair of recency "
        "and frequency scores. Expected revenue: customers × what customers of the same scores "
        "spent in the period after an earlier snapshot. Revenue at risk: revenue of the last "
        "twelve months × the share of such customers who then bought nothing.",
        "Left out: orders that name no customer or were placed after the snapshot. The period of "
        "the filters does not apply: a history begins with the first order.",
    ),
    "rfm_movement": Definition(
        "Movement between segments",
        "In which segment customers were at an earlier snapshot, and in which they are now.",
        "Customers are scored at both snapshots, each with the cuts of its own day. Worth: their "
        "revenue in the twelve months before the earlier snapshot.",
        "Left out: orders that name no customer or were placed after the later snapshot.",
    ),
    "rfm_holdout": Definition(
        "Does the ranking hold?",
        "What the customers of each segment did in the period after they were put into it.",
        "Customers are scored at an earlier snapshot, knowing nothing of what came after, and "
        "their orders between it and the later snapshot are counted. Agreement: rank correlation "
        "(Spearman) of mean score and spend per customer over segments with at least 20 customers. "
        "Whether they bought again: chi-square test, effect Cramér's V. What they spent: "
        "Kruskal-Wallis test on a sample of customers, effect epsilon squared.",
        "Left out: orders that name no customer.",
    ),
}
PRODUCT_DEFINITIONS: dict[str, Definition] = {
    "abc_xyz": Definition(
        "ABC-XYZ",
        "Products by how much they bring (A, B, C) and by how evenly they sell (X, Y, Z).",
        "ABC: products from the largest value down; one belongs to A while the larger ones bring "
        "less than the first cut, to B below the second. Equal products share a class. XYZ: "
        "coefficient of variation, the standard deviation of demand over whole weeks or months "
        "since launch ÷ its mean, in steps of 5%. Season taken out: the variation around a yearly "
        "cycle of two harmonics fitted to each product; a product younger than a year keeps its "
        "season. New: fewer than three periods since launch.",
        "Left out: postage and fees; products that did not sell in the period. Days in partial "
        "weeks or months count for ABC only. Stock levels are not loaded, so a product that was "
        "out of stock looks like one nobody wanted.",
    ),
    "product_movement": Definition(
        "Movement between cells",
        "In which cell products were in the comparison period, and in which they are now.",
        "Both periods are classified alike, each by itself. Not sold: no sale in that period.",
        "Left out: postage and fees.",
    ),
    "life_cycle": Definition(
        "Product life cycle",
        "Whether a product is being introduced, grows, is mature or declines.",
        "Introduction: under six months since launch. Growth and decline: units rise or fall "
        "beyond chance (Kendall's test, 5%) over the last 24 whole months, or those since launch; "
        "with two years of life, each month is compared with the same month a year before. No sale "
        "for 90 days is decline as well. Maturity: none of these.",
        "Left out: postage and fees. Stock levels are not loaded: out of stock looks like decline.",
    ),
    "watch_list": Definition(
        "Watch list",
        "Products with a reason for somebody to look at them, and how much money it is about.",
        "A, but erratic: class AZ. A and falling, C and growing: units move beyond chance; the "
        "trend per year times yearly revenue. Dead stock: no sale for 90 days; revenue of the last "
        "24 months. Sold at a loss: revenue below cost. Sudden returns: in the last 60 days more "
        "came back than the rest of the period explains (Poisson test, 0.1%).",
        "Left out: postage and fees. A list of what to look at, not of what is wrong.",
    ),
}
EXPERIMENT_DEFINITIONS: dict[str, Definition] = {
    "experiment_forecast": Definition(
        "Forecast of a campaign",
        "What the plan may bring against doing nothing, drawn two thousand times.",
        "How many buy: a Beta of the segment's past windows of the same length, sub-segments drawn "
        "towards all, times the season a year ago. What they spend: drawn from what they spent. "
        "Lift: as hoped, drawn towards what is usual. Profit: margin on what is won, less "
        "contacts, redemptions and the discount, also to those who would have bought anyway.",
        "Members are judged as each window began. Left out: orders that name no customer.",
    ),
    "experiment_lift": Definition(
        "Lift",
        "Value per customer of an arm against the control's.",
        "Revenue: difference of means (Welch). Customers who buy: difference of rates (Newcombe). "
        "Early: mixture sequential test, right however often one looks. Own past: CUPED. Segments "
        "stand when Benjamini and Hochberg's rule at 5% keeps them.",
        "Left out: arms with fewer than 30 buyers, whose interval would look surer than it is.",
    ),
    "experiment_calibration": Definition(
        "Plans and outcomes",
        "Lift believed in when an experiment was planned, and lift measured at its end.",
        "Of experiments whose verdict was written down; bars: 95% interval.",
        "Left out: drafts, and experiments without a verdict.",
    ),
    "experiment_proof": Definition(
        "Replay on the past",
        "How the test would have fared on the segment's own past, where the truth is known.",
        "Random splits of the newest whole window, once as it was and once with the likely lift "
        "put in: how often a lift is found where none is, where one is, and whether the 95% "
        "interval holds it.",
        "Members are judged as the window began.",
    ),
    "one_product": Definition(
        "One product",
        "How one product sells, who buys it, what is bought beside it, and its class over time.",
        "Price: revenue ÷ units of the period. Lift: orders with both products ÷ the orders that "
        "independent sales would give; listed are pairs of three orders or more whose lift is "
        "above 1 at 95%, by that lower bound. Class over time: at each month's end, by revenue "
        "and units of the twelve months before.",
        "Buyers: known customers only. Beside it: filters of categories do not narrow baskets.",
    ),
}
BASKET_DEFINITIONS: dict[str, Definition] = {
    "basket_rules": Definition(
        "Basket rules",
        "Products that are bought together more often than baskets of their sizes would hold them "
        "by chance.",
        "Support: share of baskets with all products of the rule. Confidence: share of baskets "
        "with the left that also hold the right. Lift: orders with all, to those expected by "
        "chance when every basket keeps its size and every product its number of orders. Sure "
        "means: at most 5% of the rules listed are expected to be chance (Benjamini-Hochberg over "
        "all pairs there could be). Held up: in the later half of the period, too, the 95% "
        "interval of lift lies above 1.",
        "Left out: postage and other lines that are no product, returns, and baskets of more than "
        "100 different products. In baskets of a customer: orders that name no customer.",
    ),
    "basket_categories": Definition(
        "Categories together",
        "Baskets that hold both categories, to those expected by chance.",
        "Chance keeps the number of categories in every basket and the baskets of every "
        "category: 1.00 is chance, 2.00 twice as often.",
        "Left out: lines without a category.",
    ),
}
