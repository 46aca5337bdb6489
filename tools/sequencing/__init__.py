"""What tools/bench_sequencer.py is made of: the peers, and the picture."""
