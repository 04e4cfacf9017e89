"""
Sends the members of a segment somewhere, now or by a schedule.

`plan.py` what is to be sent where and when; `schedule.py` when that is;
`delivery.py` carries a run out, `folder.py` and `webhook.py` its two ways;
`clock.py` begins what is due and what a dead process left undone.
"""
