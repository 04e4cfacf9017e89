"""
Experiments in the warehouse: arms, what customers did before and since, results from files.

Statements take whom they are about as `{{who}}`: SQL of ours that selects `customer_key`.
"""
