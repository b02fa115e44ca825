"""Stage 1, read: an experiment from a file or URL, mended, checked, and made a verification."""
