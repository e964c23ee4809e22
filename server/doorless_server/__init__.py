"""The relay: carries sealed envelopes, keeps them until collected, can open none of them."""
