"""Learning from labelled words: scikit-learn, model files, and the pictures that tell how good a model is."""
