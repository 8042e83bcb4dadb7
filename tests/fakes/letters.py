"""Whatever a text may hold."""

from hypothesis import strategies as st

# What `st.text()` draws from too: but that asks of each of a million characters whether UTF-8 has it, and takes seconds.
LETTERS = st.characters(exclude_categories=["Cs"])
