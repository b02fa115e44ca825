"""The pages for people: the frame that all of them stand in, and one package for each subject."""
