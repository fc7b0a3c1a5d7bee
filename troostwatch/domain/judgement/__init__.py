"""From readings to codes: pure judgement, testable without a pixel.

`payloads` says what a symbol's text claims, `captions` and `pairing` what printed words claim, `fusion` weighs
all claims and decides which codes stand and how sure we are.
"""
