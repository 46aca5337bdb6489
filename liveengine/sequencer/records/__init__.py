"""Records of the data plane's memory, and how many there are of each: what a file of the sequencer works on."""
