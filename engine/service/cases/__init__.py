"""What is done with cases: changes, one transaction each, what is asked of them, and what is told of them.

May touch: the tables of cases by `engine.store.cases`; asks `engine.case` what is to happen.
"""
