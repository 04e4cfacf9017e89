"""
The store of what people make: segments, maps, playbooks, activations.

`things.py` says what is kept and within which bounds, `store.py` saves and
reads it, `differences.py` says in words how two versions differ.
"""
