"""
The columns of a file of members, as each tool expects them.

The warehouse holds no e-mail addresses of its own: a customer id that is an
address fills the e-mail column; other ids stand in a column of their own, to be
joined with the tool's contacts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class ColumnLayout:
    """
    The columns of one kind of file.

    Attributes:
        word: Names the layout in addresses and activations.
        label: For readers.
        about: What the tool does with it, in one sentence.
        columns: (header, fact of `clickhouse_schema.members.facts`), in order.
    """

    word: str
    label: str
    about: str
    columns: tuple[tuple[str, str], ...]

    @property
    def headers(self) -> tuple[str, ...]:
        """The header of each column."""
        return tuple(header for header, _ in self.columns)

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts to be read, in order."""
        return tuple(fact for _, fact in self.columns)


LAYOUTS: dict[str, ColumnLayout] = {
    layout.word: layout
    for layout in (
        ColumnLayout(
            "generic",
            "All columns",
            "Every fact there is of a member, one row each.",
            (
                ("customer_id", "customer_id"),
                ("country", "country"),
                ("channel", "channel"),
                ("first_order_on", "first_order_on"),
                ("last_order_on", "last_order_on"),
                ("orders", "orders"),
                ("units", "units"),
                ("revenue", "revenue"),
                ("returned", "returned"),
                ("average_order", "average_order"),
                ("segment", "segment_name"),
            ),
        ),
        ColumnLayout(
            "mailchimp",
            "Mailchimp",
            "Mailchimp knows a contact by “Email Address”: it is filled where your customer ids "
            "are e-mail addresses. Add it by “Customer ID” otherwise.",
            (
                ("Email Address", "email"),
                ("Customer ID", "customer_id"),
                ("Country", "country"),
                ("Last Order", "last_order_on"),
                ("Orders", "orders"),
                ("Total Spent", "revenue"),
                ("Tags", "segment_name"),
            ),
        ),
        ColumnLayout(
            "klaviyo",
            "Klaviyo",
            "Klaviyo wants “Email” or a phone number first: it is filled where your customer ids "
            "are e-mail addresses. Map “External ID” or add the address by it otherwise.",
            (
                ("Email", "email"),
                ("External ID", "customer_id"),
                ("Country", "country"),
                ("Last Order Date", "last_order_on"),
                ("Order Count", "orders"),
                ("Total Spent", "revenue"),
                ("Average Order Value", "average_order"),
                ("Segment", "segment_name"),
            ),
        ),
    )
}


def with_arm(layout: ColumnLayout) -> ColumnLayout:
    """Return the layout with a last column that names each member's arm of an experiment."""
    return replace(layout, columns=(*layout.columns, ("arm", "arm")))
