"""Reading pictures and sound from the files of other programs."""
