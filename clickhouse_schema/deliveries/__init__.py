"""
The log of deliveries: `runs.py` what was sent where, `frozen.py` to whom.
"""
