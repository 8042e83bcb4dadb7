"""The whole product under one seeded scheduler and one virtual clock, with people editing both systems by hand.

A run is a sequence of choices. A seed makes them by chance; a recorded list replays them; and a failing list is shortened
by leaving choices out and making others dull (0 is always the dullest), until nothing more can go.
"""
