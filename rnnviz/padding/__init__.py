r"""Sequences of unequal length side by side: what fills them up does something, unless it is kept from it.

A batch is a block, B sequences × T steps, T those of the longest. What a shorter one lacks is filled up with rows of
zeros, and a network that is not told so reads them like any other: a zero row leaves of the sum
:math:`W_{ih} x + b_{ih} + W_{hh} h + b_{hh}` all but its first term, so the state goes on moving. A mask
holds it instead,

.. math:: h_t = m_t f(x_t, h_{t-1}) + (1 - m_t) h_{t-1}, \qquad m_t = 1 \text{ within the sequence, else } 0

and packing (torch's ``PackedSequence``) does not compute those steps at all: sorted by length, at each step only the
sequences that are still going on are walked. Both give what each sequence gives when it is run alone.
"""

from rnnviz.padding.blocks import SIDES, padding
from rnnviz.padding.records import Losses, Padding, Way

__all__ = ["SIDES", "Losses", "Padding", "Way", "padding"]
