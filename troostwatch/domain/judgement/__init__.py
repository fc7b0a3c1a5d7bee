"""From readings to codes: pure judgement, testable without a pixel.

`payloads` says what a symbol claims by its own grammar, `captions` and `pairing` what printed words claim,
`vendors` how each maker's codes look. `gathering` collects the claims and puts right what was misread, `fusion`
weighs them and decides which codes stand and how sure we are.
"""
