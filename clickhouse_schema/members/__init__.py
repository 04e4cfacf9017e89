"""
The members of a selection of customers, all of them, as they leave the warehouse.

`facts.py` says what is known of a member, `stream.py` hands them out in blocks.
"""
