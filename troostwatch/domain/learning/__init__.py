"""What a word of a sticker is a piece of: features, rules to compare with, and what a model's answer means."""
