"""The columns order lines are made of, and how those of a file are recognised."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from clickhouse_schema.errors import LoadError

REQUIRED = ("order_id", "ordered_at", "product_id", "quantity", "unit_price")
OPTIONAL = (
    "customer_id",
    "channel",
    "country",
    "category",
    "description",
    "unit_cost",
    "discount",
    "payment_method",
    "store",
)
CANONICAL = REQUIRED + OPTIONAL

# Compared in lower case, letters and digits only. The first name found in a file wins.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "order_id": ("orderid", "invoiceno", "invoice", "invoiceid", "invoicenumber", "orderno",
                 "ordernumber", "order", "transactionid", "receiptid", "receiptno"),
    "ordered_at": ("orderedat", "invoicedate", "orderdate", "orderedon", "ordertime",
                   "orderdatetime", "transactiondate", "purchasedate", "purchasedat",
                   "createdat", "timestamp", "datetime", "date"),
    "product_id": ("productid", "stockcode", "sku", "productcode", "productno", "itemid",
                   "itemcode", "itemno", "articleid", "articleno", "product"),
    "quantity": ("quantity", "qty", "units", "unitssold", "count", "pieces"),
    "unit_price": ("unitprice", "price", "itemprice", "priceperunit", "saleprice"),
    "customer_id": ("customerid", "customer", "customerno", "customernumber", "clientid",
                    "userid", "buyerid"),
    "channel": ("channel", "saleschannel", "source"),
    "country": ("country", "countryname", "shipcountry", "shippingcountry", "market"),
    "category": ("category", "productcategory", "department", "productgroup"),
    "description": ("description", "productname", "productdescription", "itemname",
                    "itemdescription", "title"),
    "unit_cost": ("unitcost", "cost", "costprice", "purchaseprice", "costperunit"),
    "discount": ("discount", "discountamount", "linediscount", "discountvalue"),
    "payment_method": ("paymentmethod", "payment", "paymenttype", "paidwith", "tender"),
    "store": ("store", "storeid", "storename", "branch", "shop", "location"),
}  # fmt: skip


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def parse_mapping(words: Sequence[str]) -> dict[str, str]:
    """
    Return canonical name -> name in the file, of `canonical=theirs` words.

    Raises:
        LoadError: A word has no `=`, or names a column we do not know.
    """
    mapping: dict[str, str] = {}
    for word in words:
        ours, sign, theirs = word.partition("=")
        ours = ours.strip().lower()
        if not sign or not theirs.strip():
            raise LoadError(f"--map {word} is not of the form canonical=theirs.")
        if ours not in CANONICAL:
            raise LoadError(
                f"--map {word}: there is no column {ours!r}. Known are {', '.join(CANONICAL)}."
            )
        mapping[ours] = theirs.strip()
    return mapping


def match_columns(seen: Sequence[str], mapping: Mapping[str, str]) -> dict[str, int]:
    """
    Return canonical name -> position in `seen`, from 0.

    What `mapping` names is taken as given; the rest is recognised by name.

    Raises:
        LoadError: `mapping` names a column the file lacks, or a required one is missing.
    """
    found: dict[str, int] = {}
    exact = {name.strip(): place for place, name in reversed(list(enumerate(seen)))}
    plain = {_plain(name): place for place, name in reversed(list(enumerate(seen)))}
    for ours, theirs in mapping.items():
        place = exact.get(theirs, plain.get(_plain(theirs)) if _plain(theirs) else None)
        if place is None:
            raise LoadError(f"The file has no column {theirs!r}. It has {_listed(seen)}.")
        found[ours] = place
    taken = set(found.values())
    for ours in CANONICAL:
        if ours in found:
            continue
        for synonym in SYNONYMS[ours]:
            if synonym in plain and plain[synonym] not in taken:
                found[ours] = plain[synonym]
                taken.add(plain[synonym])
                break
    missing = [name for name in REQUIRED if name not in found]
    if missing:
        raise LoadError(_missing_text(missing, seen))
    return found


def _missing_text(missing: Sequence[str], seen: Sequence[str]) -> str:
    noun = "column" if len(missing) == 1 else "columns"
    options = " ".join(f"--map {name}=THEIRS" for name in missing)
    return (
        f"No {noun} for {', '.join(missing)} was recognised among {_listed(seen)}. "
        f"Say which it is: {options}."
    )


def _listed(seen: Sequence[str]) -> str:
    shown = ", ".join(name.strip() or "(no name)" for name in seen[:40])
    return shown + (f" and {len(seen) - 40} more" if len(seen) > 40 else "")
